"""What becomes of a subscription when its reader's account changes."""

from sqlalchemy import delete, select

from carrel.accounts import erasure, export, readers
from carrel.mail import suppression
from carrel.mail.models import OutboxMail
from carrel.services import Services
from newsletter.feeds import private_feed
from newsletter.feeds.models import PrivateFeed
from newsletter.hook_handlers import register_hooks
from newsletter.subscribers.models import Subscriber
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.state import dump


def test_data_20_a_reader_who_is_erased_is_forgotten_here_as_well(services: Services) -> None:
    register_hooks()
    with services.db.write() as session:
        put_subscriber(session, "Anna@example.org")
        reader = put_reader(session, ad_free=True)
        private_feed.renew(session, services.settings, reader)
        erasure.erase(session, services.settings, reader)
    with services.db.write() as session:
        assert session.scalars(select(Subscriber)).all() == []
        assert session.scalars(select(PrivateFeed)).all() == []
        assert suppression.is_suppressed(session, "anna@example.org", suppression.MessageType.BULK)
        session.execute(delete(OutboxMail))  # the farewell, which forgets the address once it is sent
    assert "anna@example.org" not in dump(services.db).lower()


def test_the_private_feed_of_a_browser_comes_along_when_its_reader_signs_in(services: Services) -> None:
    register_hooks()
    with services.db.write() as session:
        guest, anna = put_reader(session, None, ad_free=True), put_reader(session)
        private_feed.renew(session, services.settings, guest)
        readers.merge(session, guest, anna)
        assert session.scalars(select(PrivateFeed.reader_id)).all() == [anna.id]


def test_the_export_holds_the_subscription_and_its_evidence(services: Services) -> None:
    register_hooks()
    with services.db.write() as session:
        anna, ben = put_reader(session), put_reader(session, "ben@example.org")
        put_subscriber(session, frequency="daily")
        exported = export.export(session, anna)["newsletter"]
        assert isinstance(exported, dict)
        assert (exported["state"], exported["pace"], exported["exams"], exported["consents"]) == (
            "confirmed",
            "daily",
            ["cpb"],
            [],
        )
        assert export.export(session, ben)["newsletter"] is None
