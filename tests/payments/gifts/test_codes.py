"""Codes: hard to guess, easy to type, not in the database."""

import math
import re

import pytest

from carrel import clock
from carrel.db import Database
from carrel.tokens import Signer
from payments.gift_models import Gift
from payments.gifts import codes
from payments.gifts.codes import MalformedCodeError

SIGNER = Signer(["k" * 40])


def a_gift(signer: Signer = SIGNER) -> tuple[Gift, str]:
    gift = Gift()
    return gift, codes.renew(signer, gift)


def test_a_code_has_a_hundred_bits_in_four_groups() -> None:
    assert math.log2(len(codes.ALPHABET)) * codes.LENGTH >= 80
    assert not set("0O1I") & set(codes.ALPHABET)
    for _ in range(100):
        assert re.fullmatch(r"([2-9A-HJ-NP-Z]{5}-){3}[2-9A-HJ-NP-Z]{5}", a_gift()[1])


def test_every_symbol_comes_up_in_every_place() -> None:
    plain = [a_gift()[1].replace("-", "") for _ in range(1_000)]
    for place in range(codes.LENGTH):
        assert {code[place] for code in plain} == set(codes.ALPHABET)


def test_two_gifts_have_two_codes_and_one_gift_has_one() -> None:
    assert len({a_gift()[1] for _ in range(1_000)}) == 1_000
    gift, code = a_gift()
    assert {codes.reveal(SIGNER, gift) for _ in range(3)} == {code}


def test_a_new_code_ends_the_old_one(db: Database) -> None:
    gift, old = a_gift()
    gift.actor, gift.reason = "olga", "a prize"
    new = codes.renew(SIGNER, gift)
    with db.write() as session:
        gift.created_at = clock.now()
        session.add(gift)
        session.flush()
        assert codes.find(session, old) is None
        assert codes.find(session, new) is gift


def test_neither_the_row_nor_the_key_alone_tells_the_code() -> None:
    gift, code = a_gift()
    row = f"{gift.code_nonce!r}{gift.code_hash!r}"
    assert code not in row
    assert codes.reveal(Signer(["another key of forty characters or more!"]), gift) is None


def test_a_code_is_still_shown_while_keys_rotate_and_works_for_ever() -> None:
    gift, code = a_gift(Signer(["old" * 15]))
    assert codes.reveal(Signer(["new" * 15, "old" * 15]), gift) == code
    assert codes.reveal(Signer(["new" * 15]), gift) is None
    assert codes.reveal_or_renew(Signer(["new" * 15]), gift) != code


@pytest.mark.parametrize(
    "typed",
    [
        "{}",
        " {} ",
        "{lower}",
        "{plain}",
        "{spaced}",
        "{dashed}",
        "\t{}\n",
    ],
)
def test_it_is_found_however_it_is_typed(db: Database, typed: str) -> None:
    gift, code = a_gift()
    gift.actor, gift.reason, gift.created_at = "olga", "a prize", clock.now()
    forms = {
        "lower": code.lower(),
        "plain": code.replace("-", ""),
        "spaced": code.replace("-", " "),
        "dashed": code.replace("-", "\N{EN DASH}"),
    }
    with db.write() as session:
        session.add(gift)
        session.flush()
        assert codes.find(session, typed.format(code, **forms)) is gift


@pytest.mark.parametrize("typed", ["", "x", "A" * 19, "A" * 21, "0" * 20, "I" * 20, "A" * 19 + "ß", "А" * 20])
def test_what_cannot_be_a_code_is_said_so(db: Database, typed: str) -> None:
    with db.read() as session, pytest.raises(MalformedCodeError, match="20 letters and digits"):
        codes.find(session, typed)
