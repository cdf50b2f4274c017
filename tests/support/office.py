"""Something in every table of the operator's."""

from datetime import timedelta

from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.accounts.models import Reader
from carrel.ads.models import AdCount, PageCount
from carrel.mail import suppression
from carrel.mail.alarms import raise_alarm
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.issues.models import Issue, IssueState
from newsletter.subscribers.models import Frequency
from payments.models import Claim, Grant, Order, Payment, StripeEvent
from tests.support.ads import house_ad
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.operators import put_operator
from website.admin.operators import sessions, staff
from website.admin.operators.roles import Role

DAYS = 14


def fill_admin_tables(services: Services) -> tuple[str, str]:
    """Fill the tables; the token of an owner's session, and the path of a set-up link."""
    olga = put_operator(services)
    put_operator(services, Role.SUPPORT)
    with services.db.write() as session:
        _readers_and_orders(session)
        _mail(session)
        _ads(session)
        raise_alarm(session, "disk", "The disk is almost full", "400 MB are left. Make room.")
        audit.record(
            session,
            actor=olga.email,
            action="ads.update",
            subject="ad:1",
            before={"weight": 10},
            after={"weight": 20},
        )
        link = staff.add(session, "new@carrel.test", Role.EDITOR, actor=olga.email)
        return sessions.start(session, olga.id, "Firefox on Linux"), f"/admin/set-up/{link}"


def _readers_and_orders(session: Session) -> None:
    now = clock.now()
    put_reader(session, "anna@example.org", ad_free=True)
    for number in range(1, 40):
        buyer = (
            session.get(Reader, 1)
            if number == 1
            else put_reader(session, None, created_at=now - timedelta(days=number % DAYS))
        )
        assert buyer is not None
        _order(session, buyer, number)
    event = {
        "event_id": "evt_1",
        "type": "checkout.session.completed",
        "body": {"session": "cs_1"},
        "tries": 10,
    }
    session.add(
        StripeEvent(
            **event, created_at=now, received_at=now, next_try_at=now, dead_at=now, last_error="Odd: cs_1"
        )
    )


def _order(session: Session, buyer: Reader, number: int) -> None:
    at = clock.now() - timedelta(days=number % DAYS, minutes=number)
    order = Order(
        reference=f"reference-{number}", reader_id=buyer.id, price_cents=499, currency="usd", title="A membership",
        return_to="/articles/what-cmp-means/", state="paid" if number % 3 else "expired", created_at=at, expires_at=at,
    )  # fmt: skip
    session.add(order)
    session.flush()
    if number % 3 == 0:
        session.add(
            Claim(
                order_id=order.id, email=f"buyer{number}@example.org", email_key=f"buyer{number}@example.org"
            )
        )
        return
    ids = {"checkout_session_id": f"cs_{number}", "payment_intent": f"pi_{number}"}
    paid = Payment(
        order_id=order.id, amount_cents=499, subtotal_cents=499, currency="usd", outcome="granted", paid_at=at,
        recorded_at=at, **ids,
    )  # fmt: skip
    session.add(paid)
    session.flush()
    session.add(Grant(kind="purchase", payment_id=paid.id, recorded_at=at, **ids))


def _mail(session: Session) -> None:
    now = clock.now()
    put_subscriber(session, "sara@example.org")
    put_subscriber(session, "tom@example.org", frequency=Frequency.DAILY)
    suppression.suppress(session, "gone@example.org", SuppressionKind.BOUNCE, "550 5.1.1 no such user")
    issue = Issue(
        frequency=Frequency.WEEKLY, period="2026-W46", state=IssueState.WAITING, due_at=now, created_at=now
    )
    issue.frozen_at, issue.reason = now, "POSTAL_ADDRESS was missing."
    session.add(issue)


def _ads(session: Session) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    session.add(house_ad(name="Pencils in December", slots=["side"], price_cents_per_thousand=1500))
    session.flush()
    for back in range(DAYS):
        at, views = hour - timedelta(days=back), 800 + 97 * (back * 5 % 7)
        session.add(AdCount(hour=at, ad="1", slot="side", exam="cpb", views=views, clicks=views // 90))
        session.add(AdCount(hour=at, ad="offer", slot="foot", exam="ccm", views=views // 2, clicks=back))
        session.add(PageCount(hour=at, article="what-cmp-means", exam="cpb", views=views))
