"""The mails about a pass. This module composes them; `notifications` decides who gets which, and when."""

from datetime import timedelta

from carrel.dates import day_in_words
from carrel.mail.compose import compose
from carrel.mail.message import Content
from carrel.services import signer_of
from carrel.settings import Settings
from payments import offer
from payments.gift_models import Gift
from payments.gifts import codes
from payments.gifts import mails as gift_mails
from payments.models import Order, Payment, Refund
from payments.prices import price


def purchased(settings: Settings, order: Order, payment: Payment, *, has_consented: bool = False) -> Content:
    """Thanks for buying: the receipt, how to sign in on other devices, how to get a refund.

    It confirms the buyer's consent, as article 8 (7) of Directive 2011/83/EU asks for.
    """
    return compose(
        settings,
        "payments",
        "purchased",
        title=order.title,
        paid=price(payment.amount_cents, payment.currency),
        paid_on=day_in_words(settings, payment.paid_at),
        receipt_url=order.receipt_url,
        refund_until=refund_until(settings, payment),
        has_consented=has_consented,
    )


def gift_bought(settings: Settings, order: Order, payment: Payment, gift: Gift) -> Content:
    """Thanks for a gift: the receipt, and the code."""
    return gift_mails.bought(
        settings,
        order,
        gift,
        codes.reveal_or_renew(signer_of(settings), gift),
        paid=price(payment.amount_cents, payment.currency),
        paid_on=day_in_words(settings, payment.paid_at),
        refund_until=refund_until(settings, payment),
    )


def refunded(
    settings: Settings,
    order: Order,
    payment: Payment,
    refund: Refund,
    *,
    keeps_pass: bool,
    is_gift: bool = False,
) -> Content:
    """A refund is on its way."""
    return compose(
        settings,
        "payments",
        "refunded",
        title=order.title,
        amount=price(refund.amount_cents, payment.currency),
        is_whole=refund.amount_cents >= payment.amount_cents,
        is_second=payment.outcome == "second",
        keeps_pass=keeps_pass,
        is_gift=is_gift,
        receipt_url=order.receipt_url,
    )


def dispute_opened(settings: Settings, order: Order, *, is_gift: bool = False) -> Content:
    """The bank disputes the payment, and the pass is suspended."""
    return compose(settings, "payments", "dispute_opened", title=order.title, is_gift=is_gift)


def dispute_closed(
    settings: Settings, order: Order, *, is_lost: bool, has_pass: bool, is_gift: bool = False
) -> Content:
    """The dispute is closed."""
    return compose(
        settings,
        "payments",
        "dispute_closed",
        title=order.title,
        is_lost=is_lost,
        has_pass=has_pass,
        is_gift=is_gift,
    )


def payment_failed(settings: Settings, order: Order) -> Content:
    """A delayed payment has failed."""
    return compose(
        settings,
        "payments",
        "payment_failed",
        title=order.title,
        offer_url=f"{settings.base_url}{offer.OFFER_PATH}",
    )


def refund_until(settings: Settings, payment: Payment) -> str | None:
    """The last day of the refund button, as text; None when the site has no such button."""
    if not settings.refund_days:
        return None
    return day_in_words(settings, payment.paid_at + timedelta(days=settings.refund_days))
