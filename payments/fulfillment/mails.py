"""The mails about a pass. Composing only: `effects` decides who gets which, and when."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from carrel.mail.compose import compose
from carrel.mail.message import Content
from carrel.settings import Settings
from payments import offer
from payments.models import Order, Payment, Refund
from payments.prices import price


def purchased(settings: Settings, order: Order, payment: Payment) -> Content:
    """Thanks for buying: the receipt, other devices, the way back."""
    return compose(
        settings,
        "payments",
        "purchased",
        title=order.title,
        paid=price(payment.amount_cents, payment.currency),
        paid_on=day(settings, payment.paid_at),
        receipt_url=order.receipt_url,
        refund_until=refund_until(settings, payment),
    )


def refunded(
    settings: Settings, order: Order, payment: Payment, refund: Refund, *, keeps_pass: bool
) -> Content:
    """Money is on its way back."""
    return compose(
        settings,
        "payments",
        "refunded",
        title=order.title,
        amount=price(refund.amount_cents, payment.currency),
        is_whole=refund.amount_cents >= payment.amount_cents,
        is_second=payment.outcome == "second",
        keeps_pass=keeps_pass,
        receipt_url=order.receipt_url,
    )


def dispute_opened(settings: Settings, order: Order) -> Content:
    """The bank asks for the money: the pass rests."""
    return compose(settings, "payments", "dispute_opened", title=order.title)


def dispute_closed(settings: Settings, order: Order, *, is_lost: bool, has_pass: bool) -> Content:
    """The bank has decided."""
    return compose(
        settings, "payments", "dispute_closed", title=order.title, is_lost=is_lost, has_pass=has_pass
    )


def payment_failed(settings: Settings, order: Order) -> Content:
    """A delayed payment did not arrive."""
    return compose(
        settings, "payments", "payment_failed", title=order.title, offer_url=_url(settings, offer.PAGE)
    )


def refund_until(settings: Settings, payment: Payment) -> str | None:
    """The last day on which the reader's own refund button works, in words; None without such days."""
    if not settings.refund_days:
        return None
    return day(settings, payment.paid_at + timedelta(days=settings.refund_days))


def day(settings: Settings, moment: datetime) -> str:
    """`21 November 2026`, in the site's time zone."""
    local = moment.astimezone(ZoneInfo(settings.time_zone))
    return f"{local.day} {local:%B %Y}"


def _url(settings: Settings, path: str) -> str:
    return f"{settings.base_url}{path}"
