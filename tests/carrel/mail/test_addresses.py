"""Addresses: as typed, as compared, as sent, as shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.mail.addresses import InvalidAddressError, key_of, masked, parse


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna@Example.ORG ", "anna@example.org"),
        ("A.n.n.a+study@gmail.com", "a.n.n.a+study@gmail.com"),
        ("anna@Bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("ÄNNE@example.org", "änne@example.org"),
        ("A\u0308nne@example.org", "änne@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
    ],
)
def test_mail_15_the_key_is_nfc_lower_case_and_idna(typed: str, key: str) -> None:
    assert key_of(typed) == key


def test_mail_15_dots_and_plus_make_other_people() -> None:
    assert len({key_of(address) for address in ("ab@x.org", "a.b@x.org", "ab+c@x.org")}) == 3


def test_mail_15_what_is_sent_keeps_the_case_of_the_local_part() -> None:
    assert parse("Anna.B@Example.org").wire == "Anna.B@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        "", "@", "anna", "anna@", "@example.org", "anna@localhost", "anna@example..org", "anna@.org",
        "anna@127.0.0.1", "anna@[127.0.0.1]", "an na@example.org", "anna@exa mple.org", "a..b@example.org",
        ".anna@example.org", "anna.@example.org", '"anna"@example.org', "anna<b>@example.org",
        "anna@example.org\r\nBcc: x@y.org", "anna\0@example.org", "anna@example.org,b@example.org",
        "Anna <anna@example.org>", "an\u202ena@example.org", "anna@-example.org", "a" * 65 + "@example.org",
        "anna@" + "b" * 64 + ".org", "a@" + ".".join(["b" * 60] * 5) + ".org", "anna@example.123",
    ],
)  # fmt: skip
def test_mail_15_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAddressError):
        parse(typed)


def test_mail_15_254_octets_are_accepted_and_255_are_not() -> None:
    local, tail = "a" * 64, ".".join(["b" * 60] * 3)
    longest = f"{local}@{tail}.{'c' * (254 - 64 - 1 - len(tail) - 1)}"
    assert len(parse(longest).key) == 254
    with pytest.raises(InvalidAddressError):
        parse(longest + "c")


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12))
def test_mail_15_a_key_is_its_own_key(local: str) -> None:
    try:
        key = key_of(f"{local}@example.org")
    except InvalidAddressError:
        return
    assert key_of(key) == key
    assert unicodedata.is_normalized("NFC", key)


def test_a_masked_address_shows_one_letter() -> None:
    assert masked("anna@example.org") == "a•••@example.org"
