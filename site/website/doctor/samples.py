"""What a demo leaves in a database: sample ads, its operator, orders of a Stripe where no money moves.

Releases that marked no demo let a public site run on one; its operator should know.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from carrel.ads.models import HouseAd
from carrel.deployment import DEMO_OPERATOR, SAMPLE_URL
from carrel.findings import Finding, ok, warning
from carrel.settings import Settings, is_demo
from payments.models import Order
from website.admin.operators.models import Operator
from website.doctor.check_context import CheckContext

CHECK = "samples"


def samples(site: CheckContext) -> Finding:
    """Is anything of a demo left on a public site?"""
    if is_demo(site.settings):
        return ok(CHECK, "this is the demo, so its samples belong here")
    with site.db.read() as session:
        leftovers = list(_left(session, site.settings))
    if not leftovers:
        return ok(CHECK, "no demo data")
    message = "; ".join(name for name, _ in leftovers)
    return warning(CHECK, f"a demo has used this database: {message}", " ".join(fix for _, fix in leftovers))


def has_sample_ads(session: Session) -> bool:
    """Whether a demo has ever run here: it puts its ads there at each start, and ads are only ever archived."""
    return _count(session, HouseAd.url == SAMPLE_URL) > 0


def _left(session: Session, settings: Settings) -> Iterator[tuple[str, str]]:
    if ads := _count(session, (HouseAd.url == SAMPLE_URL) & HouseAd.archived_at.is_(None)):
        yield counted(ads, "sample ad"), "Archive the sample ads under /admin/ads/."
    if _count(session, Operator.email_key == DEMO_OPERATOR):
        yield (
            f"the demo's operator {DEMO_OPERATOR}",
            f"Add your own operator, then: carrel operator remove {DEMO_OPERATOR}",
        )
    if orders := _count(session, _is_of_a_test(settings)):
        yield (
            f"{counted(orders, 'order')} of a test Stripe, where no money moves",
            "Revoke the passes of test orders on each reader's page; the orders under /admin/orders/ lead there.",
        )


def _is_of_a_test(settings: Settings) -> ColumnElement[bool]:
    """Any test order beside a live key; beside a test key those of the demo, whose receipts have no https."""
    if settings.stripe_secret_key.get_secret_value().startswith(("sk_live", "rk_live")):
        return Order.checkout_session_id.startswith("cs_test_")
    return Order.receipt_url.startswith("http://")


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(which)) or 0


def counted(number: int, noun: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
