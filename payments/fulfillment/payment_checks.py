"""Whether what was paid is what was ordered (decision 10). A genuine message can carry a wrong amount."""

from enum import StrEnum

from payments.models import Order
from payments.stripe.schemas import SessionFact


class MismatchReason(StrEnum):
    """Why a paid session gave no pass: each waits for a person, who can refund it."""

    AMOUNT = "amount"
    CURRENCY = "currency"
    ITEM = "item"
    NOTHING_PAID = "nothing paid"
    MODE = "mode"
    NOT_NAMED = "order not named"
    CONTRADICTION = "orders contradict"
    OTHER_SESSION = "other session"
    READER_GONE = "reader gone"


def trouble_with(order: Order, session: SessionFact, *, takes_coupons: bool) -> MismatchReason | None:
    """The first thing about a paid session that differs from its order, or None.

    The subtotal is compared, so that tax and promotion codes stay possible; a total of nothing is right
    only when promotion codes are ours to give.
    """
    found = {
        MismatchReason.MODE: session.mode != "payment",
        MismatchReason.CURRENCY: session.currency != order.currency,
        MismatchReason.AMOUNT: session.amount_subtotal != order.price_cents,
        MismatchReason.ITEM: not _is_one_pass(order, session),
        MismatchReason.NOTHING_PAID: session.payment_status != "paid" and not takes_coupons,
    }
    return next((trouble for trouble, is_so in found.items() if is_so), None)


def _is_one_pass(order: Order, session: SessionFact) -> bool:
    if session.line_items is None or session.line_items.has_more or len(session.line_items.data) != 1:
        return False
    item = session.line_items.data[0]
    if item.quantity != 1 or item.price is None:
        return False
    # The price's id is unknown while our own call to open the session has not come back.
    is_same_price = order.price_id in {None, item.price.id}
    return is_same_price and (item.price.unit_amount, item.price.currency) == (
        order.price_cents,
        order.currency,
    )
