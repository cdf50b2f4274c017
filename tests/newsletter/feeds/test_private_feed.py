"""The private feed: whose it is, and when it ends."""

import pytest
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.feeds import private_feed
from newsletter.feeds.private_feed import PassRequiredError
from tests.support.newsletter import put_reader

OLD_KEY, NEW_KEY = "an-old-key-for-tests-of-32-bytes-or-more", "a-new-key-for-tests-of-32-bytes-or-more"
SIGNER = Signer([OLD_KEY])


def token_of(session: Session, settings: Settings, reader: Reader, signer: Signer = SIGNER) -> str:
    address = private_feed.url(session, settings, signer, reader.id)
    assert address is not None
    assert address.startswith("https://carrel.test/feeds/")
    return address.removeprefix("https://carrel.test/feeds/").removesuffix(".xml")


def test_a_holder_makes_a_feed_and_gives_it_a_new_address(db: Database, settings: Settings) -> None:
    with db.write() as session:
        holder = put_reader(session, ad_free=True)
        assert private_feed.url(session, settings, SIGNER, holder.id) is None
        private_feed.renew(session, settings, holder)
        first = token_of(session, settings, holder)
        assert private_feed.is_valid(session, settings, SIGNER, first)
        private_feed.renew(session, settings, holder)
        assert not private_feed.is_valid(session, settings, SIGNER, first)
        assert private_feed.is_valid(session, settings, SIGNER, token_of(session, settings, holder))


def test_a_revoked_feed_is_gone(db: Database, settings: Settings) -> None:
    with db.write() as session:
        holder = put_reader(session, ad_free=True)
        private_feed.renew(session, settings, holder)
        token = token_of(session, settings, holder)
        private_feed.revoke(session, holder.id)
        assert not private_feed.is_valid(session, settings, SIGNER, token)
        assert private_feed.url(session, settings, SIGNER, holder.id) is None


def test_after_a_refund_the_feed_is_closed(db: Database, settings: Settings) -> None:
    with db.write() as session:
        holder = put_reader(session, ad_free=True)
        private_feed.renew(session, settings, holder)
        holder.ad_free = False
        session.flush()
        assert not private_feed.is_valid(session, settings, SIGNER, token_of(session, settings, holder))


def test_who_has_no_pass_gets_no_feed(db: Database, settings: Settings) -> None:
    with db.write() as session, pytest.raises(PassRequiredError):
        private_feed.renew(session, settings, put_reader(session))


def test_an_operator_can_turn_the_extra_off(db: Database, settings: Settings) -> None:
    without = settings.model_copy(update={"pass_extras": ("ad-free digest",)})
    with db.write() as session:
        holder = put_reader(session, ad_free=True)
        private_feed.renew(session, settings, holder)
        assert not private_feed.is_valid(session, without, SIGNER, token_of(session, settings, holder))
        with pytest.raises(PassRequiredError):
            private_feed.renew(session, without, holder)


@pytest.mark.parametrize("forged", ["", "x", ".", "é.é", "nonce.signature"])
def test_a_forged_token_opens_nothing(db: Database, settings: Settings, forged: str) -> None:
    with db.write() as session:
        private_feed.renew(session, settings, put_reader(session, ad_free=True))
        assert not private_feed.is_valid(session, settings, SIGNER, forged)


def test_the_database_alone_holds_no_address(db: Database, settings: Settings) -> None:
    with db.write() as session:
        holder = put_reader(session, ad_free=True)
        private_feed.renew(session, settings, holder)
        nonce = token_of(session, settings, holder).partition(".")[0]
        for signed in (
            nonce,
            SIGNER.sign("newsletter", nonce),
            Signer([NEW_KEY]).sign(private_feed.PURPOSE, nonce),
        ):
            assert not private_feed.is_valid(session, settings, SIGNER, signed)


def test_mf_33_an_address_outlives_a_change_of_keys(db: Database, settings: Settings) -> None:
    with db.write() as session:
        holder = put_reader(session, ad_free=True)
        private_feed.renew(session, settings, holder)
        token = token_of(session, settings, holder)
        assert private_feed.is_valid(session, settings, Signer([NEW_KEY, OLD_KEY]), token)


@pytest.mark.parametrize("both", [False, True])
def test_of_two_readers_that_become_one_a_feed_stays(db: Database, settings: Settings, both: bool) -> None:
    with db.write() as session:
        old, new = put_reader(session, None, ad_free=True), put_reader(session, ad_free=True)
        for reader in [old, new] if both else [old]:
            private_feed.renew(session, settings, reader)
        expected = token_of(session, settings, new if both else old)
        private_feed.on_readers_merged(session, old.id, new.id)
        session.flush()
        assert token_of(session, settings, new) == expected
        assert private_feed.url(session, settings, SIGNER, old.id) is None
