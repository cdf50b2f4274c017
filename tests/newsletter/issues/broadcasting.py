"""Seven subscribers and the operator's acts on broadcasts, for tests."""

from datetime import timedelta

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.issues import broadcasts, composition, freezing
from newsletter.issues.broadcasts import BroadcastDraft
from newsletter.subscribers.models import Frequency, SubscriberState, Subscription
from tests.support.articles import put_exam, put_topic
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.smtp import FakeMailServer

DAILY, WEEKLY = Frequency.DAILY, Frequency.WEEKLY


def prepare(site: Services) -> None:
    for step in (freezing.run_step, composition.run_step):
        while step(site):
            pass


def draft(**values: object) -> BroadcastDraft:
    fields = {"subject": "Prices", "markdown": "The price **stays**.", "version": 0}
    whom = {"frequencies": list(Frequency), "exams": [], "topics": []}
    return BroadcastDraft(**(fields | whom | values))  # type: ignore[arg-type]


def create(site: Services, **values: object) -> int:
    with site.db.write() as session:
        return broadcasts.create(session, site.settings, draft(**values), actor="olga")


def send(site: Services, broadcast_id: int = 1, version: int = 1) -> int:
    with site.db.write() as session:
        return broadcasts.send(session, site.settings, broadcast_id, version, actor="olga")


def put_everybody(site: Services) -> None:
    """Anna weekly with the pass, Ben daily, Cleo weekly of another exam and a topic; four get no mail at all."""
    now = clock.now()
    with site.db.write() as session:
        assert put_exam(session).id == 1
        put_subscriber(session, "anna@example.org", frequency=WEEKLY)
        put_reader(session, "anna@example.org", ad_free=True)
        put_subscriber(session, "ben@example.org", frequency=DAILY)
        cleo = put_subscriber(session, "cleo@example.org", frequency=WEEKLY)
        cleo.subscriptions[0].exam_id = put_exam(session, "ccm").id
        cleo.subscriptions.append(Subscription(topic_id=put_topic(session, "medicare").id, since=now))
        put_subscriber(session, "left@example.org", state=SubscriberState.LEFT, left_at=now)
        put_subscriber(session, "pending@example.org", state=SubscriberState.PENDING, confirmed_at=None)
        put_subscriber(session, "paused@example.org", paused_until=now + timedelta(days=9))
        put_subscriber(session, "bounced@example.org")
        suppression.suppress(session, "bounced@example.org", SuppressionKind.BOUNCE)


def recipients(mail_server: FakeMailServer) -> list[str]:
    return sorted(str(mail.message["To"]).partition("@")[0] for mail in mail_server.mails)
