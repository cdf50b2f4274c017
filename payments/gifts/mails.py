"""The mails of a gift: to its buyer, with the code to hand over, and to its recipient."""

from urllib.parse import quote

from carrel.dates import day_in_words
from carrel.mail.addresses import masked
from carrel.mail.compose import compose
from carrel.mail.message import Content
from carrel.settings import Settings
from payments.gift_models import Gift
from payments.models import Order

REDEEM_PATH = "/pass/redeem/"


def redeem_url(settings: Settings, code: str) -> str:
    """The link that brings somebody to the page with the code filled in."""
    return f"{settings.base_url}{REDEEM_PATH}{quote(code)}"


def gift_page(order: Order) -> str:
    """The buyer's page of a gift: its code, what became of it, and the sheet to print."""
    return f"/account/gifts/{order.reference}"


def bought(
    settings: Settings,
    order: Order,
    gift: Gift,
    code: str,
    *,
    paid: str,
    paid_on: str,
    refund_until: str | None,
) -> Content:
    """Thanks for the gift: the receipt, and the code."""
    return compose(
        settings,
        "payments",
        "gift_bought",
        title=order.title,
        paid=paid,
        paid_on=paid_on,
        receipt_url=order.receipt_url,
        refund_until=refund_until,
        code=code,
        redeem_page=f"{settings.base_url}{REDEEM_PATH}",
        gift_url=f"{settings.base_url}{gift_page(order)}",
        recipient=masked(gift.recipient) if gift.recipient else None,
        send_on=day_in_words(settings, gift.send_at) if gift.send_at else None,
    )


def received(settings: Settings, gift: Gift, code: str) -> Content:
    """To the recipient: what it is, the buyer's words, and the link."""
    return compose(
        settings,
        "payments",
        "gift",
        giver=gift.giver,
        lines=gift.message.split("\n") if gift.message else [],
        code=code,
        link=redeem_url(settings, code),
        redeem_page=f"{settings.base_url}{REDEEM_PATH}",
    )
