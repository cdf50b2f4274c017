"""An issue with every outcome, and the worker that rolls it up, for tests."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update

from carrel.services import Services
from newsletter import roll_up
from newsletter.issues.models import DeliveredArticle, Delivery, DeliveryState, Issue, IssueState
from tests.support.digests import add_subscribers, deliver, put_issue
from tests.support.newsletter import put_reader

MORE_THAN_A_YEAR = timedelta(days=370)
RECIPIENTS = 7


def put_sent_issue(post: Services) -> None:
    """An issue that seven readers were sent; one of them has the pass, and some of the mails ended otherwise."""
    put_issue(post, RECIPIENTS - 1)
    with post.db.write() as session:
        add_subscribers(session, 1, start=RECIPIENTS)
        put_reader(session, f"reader-{RECIPIENTS}@example.org", ad_free=True)
        session.execute(update(Issue).values(state=IssueState.DRAFT, frozen_through=0))
    deliver(post)
    with post.db.write() as session:
        for number, state in enumerate((DeliveryState.FAILED, DeliveryState.UNCERTAIN), 1):
            session.execute(update(Delivery).where(Delivery.id == last_id(post) - number).values(state=state))
        failed = select(Delivery.subscriber_id).where(Delivery.state == DeliveryState.FAILED)
        session.execute(delete(DeliveredArticle).where(DeliveredArticle.subscriber_id.in_(failed)))


def last_id(site: Services) -> int:
    with site.db.read() as session:
        return session.scalars(select(func.max(Delivery.id))).one()


def count_rows(site: Services, model: type) -> int:
    with site.db.read() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def roll_up_all(site: Services) -> None:
    for _ in range(20):
        roll_up.run_step(site)
