"""The buyer's and the shop's side, as methods: pay in every way, expire, forget, sell elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from typing_extensions import Unpack

from website.demo.fake_stripe import buyer, sessions
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.views import snapshot


class CheckoutAmounts(TypedDict, total=False):
    """What a session costs after all: ``amount`` is the unit price in the smallest unit."""

    amount: int
    currency: str
    quantity: int
    price: str
    tax: int
    discount: int


class CheckoutActions:
    """Needs ``world``. All methods answer the session; they raise NotPayableError, or KeyError."""

    world: AccountState

    def pay(self, session: str, email: str = buyer.EMAIL, **costs: Unpack[CheckoutAmounts]) -> Json:
        """Pay by card: complete and paid; ``costs`` differ from what was asked for."""

        def step(world: AccountState, found: Json) -> Json:
            buyer.change_amounts(found, **costs)
            return buyer.pay(world, found, email)

        return self._with(session, step)

    def pay_later(self, session: str, email: str = buyer.EMAIL) -> Json:
        """Pay by a bank that answers later: complete and unpaid; ``settle_payment`` or ``fail_payment`` ends it."""
        return self._with(session, lambda world, found: buyer.pay_by_bank_debit(world, found, email))

    def pay_nothing(self, session: str, email: str = buyer.EMAIL) -> Json:
        """Complete with a discount of 100 %: no_payment_required."""
        return self._with(session, lambda world, found: buyer.pay_nothing(world, found, email))

    def decline(self, session: str, code: str = "card_declined") -> Json:
        """A declined card; the session stays open."""
        return self._with(session, lambda world, found: buyer.decline(world, found, buyer.EMAIL, code))

    def settle(self, session: str) -> Json:
        """The slow bank pays: async_payment_succeeded."""
        return self._with(session, buyer.settle_payment)

    def fail(self, session: str) -> Json:
        """The slow bank refuses: async_payment_failed."""
        return self._with(session, buyer.fail_payment)

    def expire(self, session: str) -> Json:
        """The session expires now, whatever its clock says."""
        return self._with(session, sessions.mark_expired)

    def forget(self, session: str, *, metadata: bool = True, client_reference_id: bool = True) -> Json:
        """Lose what ties the session to our order; the metadata on payment and charge as well."""

        def step(world: AccountState, found: Json) -> Json:
            if client_reference_id:
                found["client_reference_id"] = None
            if metadata:
                _remove_metadata(world, found)
            return world.store.save(found)

        return self._with(session, step)

    def foreign_sale(self, amount: int = 1200, currency: str = "usd") -> Json:
        """Another product of the same Stripe account is sold: no reference and no metadata."""
        product = {"name": "Something else"}
        price = {"currency": currency, "unit_amount": amount, "product_data": product}
        params = {
            "mode": "payment",
            "success_url": "https://example.com/thanks",
            "line_items": [{"price_data": price, "quantity": 1}],
        }
        with self.world.change():
            made = sessions.create(self.world, "", params)
            return snapshot(buyer.pay(self.world, made))

    def _with(self, session: str, step: Callable[[AccountState, Json], Json]) -> Json:
        with self.world.change() as store:
            return snapshot(step(self.world, store.get(session)))


def _remove_metadata(world: AccountState, session: Json) -> None:
    session["metadata"] = {}
    session["_payment_intent_data"].pop("metadata", None)
    if session["payment_intent"]:
        intent = world.store.get(session["payment_intent"])
        world.store.save(intent | {"metadata": {}})
        world.store.save(world.store.get(intent["latest_charge"]) | {"metadata": {}})
