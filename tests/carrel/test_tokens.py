"""Tokens and signatures."""

import pytest

from carrel.db import Database
from carrel.tokens import InvalidSignatureError, Signer, new_token, site_secret, token_hash

OLD, NEW = "o" * 31 + "ld", "n" * 31 + "ew"


def test_a_token_is_long_random_and_url_safe() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_a_hash_does_not_show_the_token() -> None:
    assert len(token_hash("secret")) == 32
    assert b"secret" not in token_hash("secret")


def test_what_was_signed_comes_back() -> None:
    assert Signer([NEW]).value_of("leave", Signer([NEW]).sign("leave", "reader.7")) == "reader.7"


def test_asvs_9_2_a_signature_for_one_purpose_serves_no_other() -> None:
    with pytest.raises(InvalidSignatureError):
        Signer([NEW]).value_of("sign-in", Signer([NEW]).sign("leave", "7"))


def test_mf_33_a_value_signed_with_the_previous_key_is_still_ours() -> None:
    signed = Signer([OLD]).sign("leave", "7")
    assert Signer([NEW, OLD]).value_of("leave", signed) == "7"
    with pytest.raises(InvalidSignatureError):
        Signer([NEW]).value_of("leave", signed)


@pytest.mark.parametrize("forged", ["", ".", "7", "7.", "8.{}", "7.x{}"])
def test_a_changed_value_or_signature_is_refused(forged: str) -> None:
    signature = Signer([NEW]).sign("leave", "7").rpartition(".")[2]
    with pytest.raises(InvalidSignatureError):
        Signer([NEW]).value_of("leave", forged.format(signature))


def test_auth_15_a_short_key_or_none_is_refused() -> None:
    for keys in ([], ["short"], [NEW, "short"]):
        with pytest.raises(ValueError, match="32 bytes"):
            Signer(keys)


def test_decision_17_the_suppression_secret_is_born_with_the_database(db: Database) -> None:
    with db.read() as session:
        assert len(site_secret(session, "suppression")) == 32
