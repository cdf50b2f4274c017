"""Orders of gifts. Each is an order of its own: nobody who buys two gifts meant one."""

from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.services import signer_of
from carrel.settings import Settings
from payments import offer
from payments.checkout import orders
from payments.gift_models import Gift
from payments.gifts import codes
from payments.gifts.wishes import GiftWishes
from payments.models import Order


def place_gift_order(
    session: Session, settings: Settings, reader: Reader, return_to: str, wishes: GiftWishes
) -> Order:
    """Place the order and the gift, whose code works once it is paid. Who has the pass may give one, too."""
    order = orders.new_order(settings, reader, offer.gift_title(settings), return_to)
    session.add(order)
    session.flush()
    gift = Gift(order_id=order.id, giver=wishes.giver, message=wishes.message, send_at=wishes.send_at)
    if wishes.recipient:
        gift.recipient, gift.recipient_key = wishes.recipient.typed, wishes.recipient.key
    gift.created_at = order.created_at
    codes.renew(signer_of(settings), gift)
    session.add(gift)
    session.flush()
    return order
