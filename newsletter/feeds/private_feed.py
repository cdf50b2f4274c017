"""The private feed: the whole library without ads, for a holder of the pass, at a URL of their own.

The URL contains a signed random number. A new number revokes the old URL; the database alone does not contain
the URL; and every request checks that its reader still has the pass.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader
from carrel.db import insert_into
from carrel.settings import Settings
from carrel.tokens import InvalidSignatureError, Signer, new_token
from newsletter.feeds.models import PrivateFeed

EXTRA = "private feed"
PURPOSE = "private feed"


class PassRequiredError(Exception):
    """Reader `reader_id` asked for what only holders of the pass get, or the extra is off."""

    def __init__(self, reader_id: int) -> None:
        super().__init__(reader_id)
        self.reader_id = reader_id


def url(session: Session, settings: Settings, signer: Signer, reader_id: int) -> str | None:
    """The absolute URL of a reader's feed, when they have made one."""
    nonce = session.scalars(select(PrivateFeed.nonce).where(PrivateFeed.reader_id == reader_id)).first()
    return f"{settings.base_url}/feeds/{signer.sign(PURPOSE, nonce)}.xml" if nonce else None


def is_offered(settings: Settings, reader: Reader) -> bool:
    """Whether this reader may have a private feed."""
    return EXTRA in settings.pass_extras and reader.ad_free


def renew(session: Session, settings: Settings, reader: Reader) -> None:
    """Create the feed, or give it a new URL; the old one stops working at once. Raises `PassRequiredError`."""
    if not is_offered(settings, reader):
        raise PassRequiredError(reader.id)
    fresh = {"nonce": new_token(), "created_at": clock.now()}
    making = insert_into(session, PrivateFeed).values(reader_id=reader.id, **fresh)
    session.execute(making.on_conflict_do_update(index_elements=[PrivateFeed.reader_id], set_=fresh))


def revoke(session: Session, reader_id: int) -> None:
    """Delete the feed."""
    session.execute(delete(PrivateFeed).where(PrivateFeed.reader_id == reader_id))


def is_valid(session: Session, settings: Settings, signer: Signer, token: str) -> bool:
    """Whether the token of a URL belongs to a holder of the pass. A forged one costs no query."""
    try:
        nonce = signer.value_of(PURPOSE, token)
    except InvalidSignatureError:
        return False
    holder = (
        select(Reader).join(PrivateFeed, PrivateFeed.reader_id == Reader.id).where(PrivateFeed.nonce == nonce)
    )
    reader = session.scalars(holder).first()
    return reader is not None and is_offered(settings, reader)


def on_readers_merged(session: Session, from_id: int, into_id: int) -> None:
    """Two readers became one: the one that stays keeps its feed, or gets the other's."""
    own = select(PrivateFeed.reader_id).where(PrivateFeed.reader_id == into_id)
    if session.scalars(own).first() is not None:
        revoke(session, from_id)
        return
    moving = select(PrivateFeed).where(PrivateFeed.reader_id == from_id)
    if feed := session.scalars(moving).first():
        feed.reader_id = into_id
