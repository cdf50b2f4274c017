"""The first page: honest numbers, each leading to its table, and everything that is wrong."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy.orm import Session

from carrel import clock
from carrel.ads.models import AdCount
from carrel.mail.alarms import raise_alarm
from carrel.services import Services
from payments.models import Dispute, Order, Payment, RefundRequest, StripeEvent
from tests.support.ads import house_ad
from tests.support.articles import put_article
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.operators import signed_in
from website.admin.dashboard.panel import Fortnight, columns
from website.admin.operators.roles import Role

pytestmark = pytest.mark.both_databases

CHICAGO = ZoneInfo("America/Chicago")


def put_payment(session: Session, outcome: str = "granted", number: int = 1) -> Payment:
    now = clock.now()
    reader = put_reader(session, f"buyer{number}@example.org", ad_free=outcome == "granted")
    order = Order(
        reference=f"ref{number}", reader_id=reader.id, price_cents=499, currency="usd", title="A pass",
        return_to="/", state="paid", created_at=now, expires_at=now,
    )  # fmt: skip
    session.add(order)
    session.flush()
    payment = Payment(
        order_id=order.id, checkout_session_id=f"cs_{number}", payment_intent=f"pi_{number}", amount_cents=499,
        subtotal_cents=499, currency="usd", outcome=outcome, mismatch="" if outcome == "granted" else "odd",
        paid_at=now, recorded_at=now,
    )  # fmt: skip
    session.add(payment)
    session.flush()
    return payment


def put_event(session: Session, **columns: datetime) -> None:
    now = clock.now()
    session.add(
        StripeEvent(
            event_id="evt_1",
            type="x",
            body={},
            created_at=now,
            next_try_at=now - timedelta(hours=1),
            **columns,
        )
    )


def put_dispute(session: Session, *states: str) -> None:
    payment, now = put_payment(session), clock.now()
    for seq, status in enumerate(states, 1):
        session.add(
            Dispute(
                stripe_id="dp_1",
                seq=seq,
                payment_id=payment.id,
                amount_cents=499,
                status=status,
                reason="x",
                recorded_at=now,
            )
        )


def put_old_refund(session: Session) -> None:
    long_ago = clock.now() - timedelta(hours=1)
    asked = RefundRequest(payment_id=put_payment(session).id, amount_cents=499, actor="olga", reason="x")
    asked.requested_at = asked.next_try_at = long_ago
    session.add(asked)


def test_every_number_leads_to_the_rows_that_it_counts(app: Flask, services: Services) -> None:
    now = clock.now()
    with services.db.write() as session:
        put_payment(session)
        put_reader(session, None)
        put_subscriber(session)
        put_article(session, slug="new-and-never-reviewed")
        put_article(session, slug="long-ago-and-never-reviewed", published=now - timedelta(days=400))
        put_article(session, slug="updated-since", published=now - timedelta(days=400), updated=now.date())
        put_article(session, slug="reviewed", reviewed=now.date(), reviewer="Rita")
        session.add(house_ad(id=1))
        session.add(
            AdCount(
                hour=now.replace(minute=0, second=0, microsecond=0),
                ad="1",
                slot="side",
                exam="",
                views=7,
                clicks=2,
            )
        )
    olga = signed_in(app)
    page = olga.get("/admin/").text
    assert "All clear" in page
    figures = re.findall(r'<dt>([^<]+)</dt><dd><a href="([^"]+)">([^<]+)</a>', page)
    values = {name: value for name, _, value in figures}
    assert values == {
        "With an email address": "1", "With the pass": "1", "Total sold": "1", "Subscribers": "1", "On": "1",
        "Revenue before Stripe fees": "$4.99", "Digests failed or uncertain": "0",
        "Transactional emails waiting": "0", "Clicks": "2", "Visible": "4", "Due for review": "1",
    }  # fmt: skip
    for name, path, value in figures:
        rows = olga.get(path.replace("&amp;", "&"))
        assert rows.status_code == 200
        if (count := re.search(r'<p role="status">([\d,]+) row', rows.text)) and "/issues/" not in path:
            assert count[1] == value, name
    assert "Passes sold, last 14 days: 1 total, 1 today" in page
    assert "Ad views, last 14 days: 7 total, 7 today" in page


@pytest.mark.parametrize(
    ("put", "sentence"),
    [
        (
            lambda session: raise_alarm(session, "x", "The disk is almost full", "…"),
            "The disk is almost full",
        ),
        (
            lambda session: put_event(session, dead_at=clock.now()),
            "Stripe events that failed: 1",
        ),
        (put_event, "(is the worker running?): 1"),
        (lambda session: put_payment(session, "held"), "no pass granted): 1"),
        (
            lambda session: put_dispute(session, "needs_response"),
            "Disputes that need a response in Stripe’s dashboard: 1",
        ),
        (put_old_refund, "Refunds that have not reached Stripe: 1"),
        (
            lambda session: session.add(house_ad(reported_problem="Its picture is missing")),
            "Ads that cannot be shown: 1",
        ),
    ],
)
def test_what_is_wrong_stands_on_the_first_page(
    app: Flask, services: Services, put: Callable[[Session], None], sentence: str
) -> None:
    with services.db.write() as session:
        put(session)
    page = signed_in(app).get("/admin/").text
    assert "Needs attention" in page
    assert sentence in page


def test_a_dispute_that_is_settled_needs_nobody(app: Flask, services: Services) -> None:
    with services.db.write() as session:
        put_dispute(session, "needs_response", "won")
    assert "All clear" in signed_in(app).get("/admin/").text


@pytest.mark.parametrize(
    ("role", "titles"),
    [(Role.EDITOR, ["Mail", "Ads", "Articles"]), (Role.SUPPORT, ["Readers", "Passes and money", "Articles"])],
)
def test_auth_10_a_role_sees_its_own_areas_alone(app: Flask, role: Role, titles: list[str]) -> None:
    page = signed_in(app, role).get("/admin/").text
    assert re.findall(r'id="page-panel-\d" class="card-title">([^<]+)<', page) == titles


def test_a_day_is_the_operators_day() -> None:
    days = Fortnight(date(2026, 11, 14), CHICAGO)
    late = datetime(2026, 11, 15, 5, 30, tzinfo=UTC)  # still the 14th in Chicago
    too_old = datetime(2026, 11, 1, 4, 59, tzinfo=UTC)
    assert days.count([(late, 2), (days.start, 1), (too_old, 9)]) == [1, *[0] * 12, 2]


def test_a_plot_is_plain_svg_that_begins_at_zero() -> None:
    svg = columns(Fortnight(date(2026, 11, 14), CHICAGO).names, (0, 4, 8, *[2] * 11), 'New "readers" <b>')
    tree = etree.fromstring(svg)
    heights = [
        float(column.get("height") or 0)
        for column in tree.findall(".//{*}g[@class='series columns']/{*}rect")
    ]
    assert heights[:4] == pytest.approx([0, max(heights) / 2, max(heights), max(heights) / 4])
    assert tree.get("aria-label") == 'New "readers" <b>'
    assert "style" not in svg
    assert "<script" not in svg
