"""Actions on Checkout Sessions: pay, decline, expire, remove references, sell something unrelated."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from typing_extensions import Unpack

from website.demo.fake_stripe import buyer, checkout_sessions
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.serialization import snapshot


class CheckoutAmounts(TypedDict, total=False):
    """Changed amounts of a session; ``amount`` is the unit price in the minor unit."""

    amount: int
    currency: str
    quantity: int
    price: str
    tax: int
    discount: int


class CheckoutActions:
    """A mixin that needs ``account``. The methods return the session; they raise NotPayableError or KeyError."""

    account: AccountState

    def pay(
        self, checkout_session_id: str, email: str = buyer.EMAIL, **amounts: Unpack[CheckoutAmounts]
    ) -> Json:
        """Pay by card: complete and paid; ``amounts`` replace those of the session."""

        def action(account: AccountState, checkout_session: Json) -> Json:
            buyer.change_amounts(checkout_session, **amounts)
            return buyer.pay(account, checkout_session, email)

        return self._apply(checkout_session_id, action)

    def pay_by_bank_debit(self, checkout_session_id: str, email: str = buyer.EMAIL) -> Json:
        """Pay by bank debit: complete and unpaid until ``settle_payment`` or ``fail_payment``."""
        return self._apply(
            checkout_session_id,
            lambda account, checkout_session: buyer.pay_by_bank_debit(account, checkout_session, email),
        )

    def take_voucher(self, checkout_session_id: str, email: str = buyer.EMAIL) -> Json:
        """Take a voucher: complete and unpaid until ``settle_payment`` or ``fail_payment``."""
        return self._apply(
            checkout_session_id,
            lambda account, checkout_session: buyer.take_voucher(account, checkout_session, email),
        )

    def pay_nothing(self, checkout_session_id: str, email: str = buyer.EMAIL) -> Json:
        """Use a 100% discount: no_payment_required."""
        return self._apply(
            checkout_session_id,
            lambda account, checkout_session: buyer.pay_nothing(account, checkout_session, email),
        )

    def decline(self, checkout_session_id: str, code: str = "card_declined") -> Json:
        """Try a card that is declined; the session stays open."""
        return self._apply(
            checkout_session_id,
            lambda account, checkout_session: buyer.decline(account, checkout_session, buyer.EMAIL, code),
        )

    def settle_payment(self, checkout_session_id: str) -> Json:
        """The bank debit succeeds, or the voucher is paid: async_payment_succeeded."""
        return self._apply(checkout_session_id, buyer.settle_payment)

    def fail_payment(self, checkout_session_id: str) -> Json:
        """The bank debit fails, or the voucher runs out: async_payment_failed."""
        return self._apply(checkout_session_id, buyer.fail_payment)

    def expire(self, checkout_session_id: str) -> Json:
        """Expire the session now."""
        return self._apply(checkout_session_id, checkout_sessions.mark_expired)

    def remove_references(
        self, checkout_session_id: str, *, metadata: bool = True, client_reference_id: bool = True
    ) -> Json:
        """Remove the session's references to our order, and the metadata of its payment and charge."""

        def action(account: AccountState, checkout_session: Json) -> Json:
            if client_reference_id:
                checkout_session["client_reference_id"] = None
            if metadata:
                _remove_metadata(account, checkout_session)
            return account.store.save(checkout_session)

        return self._apply(checkout_session_id, action)

    def sell_unrelated_product(self, amount: int = 1200, currency: str = "usd") -> Json:
        """Sell another product on the same Stripe account, without reference and metadata."""
        product = {"name": "Something else"}
        price = {"currency": currency, "unit_amount": amount, "product_data": product}
        params = {
            "mode": "payment",
            "success_url": "https://example.com/thanks",
            "line_items": [{"price_data": price, "quantity": 1}],
        }
        with self.account.change():
            checkout_session = checkout_sessions.create(self.account, "", params)
            return snapshot(buyer.pay(self.account, checkout_session))

    def _apply(self, checkout_session_id: str, action: Callable[[AccountState, Json], Json]) -> Json:
        with self.account.change() as store:
            return snapshot(action(self.account, store.get(checkout_session_id)))


def _remove_metadata(account: AccountState, checkout_session: Json) -> None:
    checkout_session["metadata"] = {}
    checkout_session["_payment_intent_data"].pop("metadata", None)
    if checkout_session["payment_intent"]:
        intent = account.store.get(checkout_session["payment_intent"])
        account.store.save(intent | {"metadata": {}})
        account.store.save(account.store.get(intent["latest_charge"]) | {"metadata": {}})
