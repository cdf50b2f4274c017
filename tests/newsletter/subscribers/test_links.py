"""The links in every mail."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.mail.message import Content, build, to_bytes
from carrel.settings import Settings
from carrel.tokens import InvalidSignatureError, Signer
from newsletter.subscribers import links

KEY, OTHER = "a-key-for-tests-only-of-32-bytes-or-more", "another-key-for-tests-of-32-bytes-or-more"
HASH = bytes(range(32))


def test_the_same_address_has_the_same_links_for_ever() -> None:
    assert links.token_of(Signer([KEY]), HASH) == links.token_of(Signer([KEY, OTHER]), HASH)


@given(st.binary(min_size=32, max_size=32))
def test_a_token_leads_back_to_its_address(address_hash: bytes) -> None:
    signer = Signer([KEY])
    assert links.address_hash_of(signer, links.token_of(signer, address_hash)) == address_hash


@pytest.mark.parametrize("purpose", ["csrf", "private feed", "sign-in"])
def test_asvs_9_2_what_was_signed_for_something_else_is_no_link(purpose: str) -> None:
    signer = Signer([KEY])
    value = links.token_of(signer, HASH).rpartition(".")[0]
    with pytest.raises(InvalidSignatureError):
        links.address_hash_of(signer, signer.sign(purpose, value))


def test_mail_08_the_list_headers_are_whole_in_a_real_mail(settings: Settings) -> None:
    anna_links = links.links_for(settings, Signer([KEY]), HASH)
    mail = build(
        Content("x", "Hello", "Hello\n", "<p>Hello</p>"),
        sender="Carrel <desk@carrel.test>",
        to="anna@example.org",
        message_id="<1@carrel.test>",
        date=datetime(2026, 11, 2, tzinfo=UTC),
        headers=links.list_headers(settings, anna_links),
    )
    lines = to_bytes(mail).split(b"\r\n")
    assert f"List-Unsubscribe: <{anna_links.unsubscribe}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert b"List-Id: Carrel <newsletter.carrel.test>" in lines
    assert anna_links.unsubscribe.startswith("https://carrel.test/newsletter/unsubscribe/")


@pytest.mark.parametrize(
    ("name", "phrase"),
    [("Carrel", "Carrel"), ("Anna's <b> Café\r\nBcc: x", "Annas b Caf Bcc x"), ("学習", "Newsletter")],
)
def test_mail_16_a_list_id_holds_plain_words(settings: Settings, name: str, phrase: str) -> None:
    named = settings.model_copy(update={"site_name": name})
    headers = links.list_headers(named, links.links_for(named, Signer([KEY]), HASH))
    assert headers["List-Id"] == f"{phrase} <newsletter.carrel.test>"
