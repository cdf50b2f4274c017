"""Whether what was paid is what was ordered (decision 10): a genuine event can still carry a wrong amount."""

from enum import StrEnum

from payments.models import Order
from payments.stripe.schemas import CheckoutSession


class MismatchReason(StrEnum):
    """Why a paid session granted no pass. The operator decides, and can refund it."""

    AMOUNT = "amount"
    CURRENCY = "currency"
    ITEM = "item"
    NOTHING_PAID = "nothing paid"
    MODE = "mode"
    NO_REFERENCE = "order not named"
    CONFLICTING_REFERENCES = "orders contradict"
    OTHER_SESSION = "other session"
    READER_ERASED = "reader gone"


def find_mismatch(
    order: Order, checkout_session: CheckoutSession, *, allows_promotion_codes: bool
) -> MismatchReason | None:
    """The first thing in which a paid session differs from its order, or None.

    The subtotal is compared, so that tax and promotion codes are possible. A free order is accepted only
    when promotion codes are on.
    """
    mismatches = {
        MismatchReason.MODE: checkout_session.mode != "payment",
        MismatchReason.CURRENCY: checkout_session.currency != order.currency,
        MismatchReason.AMOUNT: checkout_session.amount_subtotal != order.price_cents,
        MismatchReason.ITEM: not _is_one_pass(order, checkout_session),
        MismatchReason.NOTHING_PAID: checkout_session.payment_status != "paid" and not allows_promotion_codes,
    }
    return next((mismatch for mismatch, applies in mismatches.items() if applies), None)


def _is_one_pass(order: Order, checkout_session: CheckoutSession) -> bool:
    if (
        checkout_session.line_items is None
        or checkout_session.line_items.has_more
        or len(checkout_session.line_items.data) != 1
    ):
        return False
    item = checkout_session.line_items.data[0]
    if item.quantity != 1 or item.price is None:
        return False
    # The price id is unknown until our own request to create the session has been answered.
    is_same_price = order.price_id in {None, item.price.id}
    return is_same_price and (item.price.unit_amount, item.price.currency) == (
        order.price_cents,
        order.currency,
    )
