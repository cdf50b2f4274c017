"""Gifts: bought for somebody else, or given away on the admin pages."""

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from carrel.tokens import token_hash
from payments.gift_models import Gift, GiftRedemption
from payments.gifts import codes
from payments.gifts.codes import MalformedCodeError
from payments.models import Order
from website.admin.operators.roles import Need
from website.admin.tables.table import Choice, Column, Filter, Table, contains


def _gifts(_session: Session, words: str) -> ColumnElement[bool]:
    condition = or_(
        contains(Order.reference, words), contains(Gift.reason, words), contains(Gift.actor, words)
    )
    try:
        return or_(condition, Gift.code_hash == token_hash(codes.plain(words)))
    except MalformedCodeError:
        return condition


GIFTS = Table(
    name="gifts",
    title="Gifts",
    description="Passes bought as gifts, or given away here with a code. The code of a gift works once it is paid for.",
    need=Need.MONEY,
    key=Gift.id,
    personal=True,
    joined=lambda query: (
        query.select_from(Gift)
        .outerjoin(Order, Order.id == Gift.order_id)
        .outerjoin(GiftRedemption, GiftRedemption.gift_id == Gift.id)
    ),
    columns=(
        Column("id", "Gift", Gift.id, link=lambda row: f"/admin/gifts/{row.key}", number=True),
        Column("created_at", "Made", Gift.created_at),
        Column(
            "reference",
            "Order",
            Order.reference,
            link=lambda row: f"/admin/orders/{row.reference}" if row.reference else None,
        ),
        Column("order_state", "Order's state", Order.state, rest=True),
        Column("actor", "Given by", Gift.actor),
        Column("reason", "Reason", Gift.reason, rest=True),
        Column("sent_at", "Mailed", Gift.sent_at, rest=True),
        Column("redeemed_at", "Redeemed", GiftRedemption.redeemed_at),
        Column("revoked_at", "Revoked", Gift.revoked_at, rest=True),
    ),
    sort="-created_at",
    search=_gifts,
    search_hint="Order reference, words from the reason, or a full code",
    filters=(
        Filter(
            "from",
            "From",
            (
                Choice("bought", "A buyer", lambda: Gift.order_id.is_not(None)),
                Choice("operator", "An operator", lambda: Gift.order_id.is_(None)),
            ),
        ),
        Filter(
            "used",
            "Redeemed",
            (
                Choice("yes", "Redeemed", lambda: GiftRedemption.gift_id.is_not(None)),
                Choice("no", "Not used", lambda: GiftRedemption.gift_id.is_(None)),
            ),
        ),
    ),
    actions=(("/admin/gifts/new", "Create gift code"),),
)
TABLES = (GIFTS,)
