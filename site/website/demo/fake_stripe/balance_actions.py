"""Actions on the account's balance: fees, payouts, another settlement currency."""

from __future__ import annotations

from website.demo.fake_stripe import balance
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.fees import Fees
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.serialization import snapshot


class BalanceActions:
    """A mixin that needs ``account``."""

    account: AccountState

    def charge_fees(self, fees: Fees) -> None:
        """From now on, these fees."""
        self.account.fees = fees

    def bill(self, amount: int, currency: str = "usd") -> str:
        """Stripe takes a fee that belongs to no payment, such as Radar's; the transaction's id."""
        with self.account.change() as store:
            source = store.save({"id": new_id("fee"), "object": "stripe_fee", "currency": currency})
            transaction = balance.record(self.account, balance.STRIPE_FEE, source, -amount)
            store.save(store.get(transaction) | {"source": None})
            return transaction

    def pay_out(self, currency: str = "usd", *, automatic: bool = True, amount: int | None = None) -> Json:
        """Pay out everything, or by hand an amount. Raises ApiError when there is nothing."""
        with self.account.change():
            return snapshot(balance.pay_out(self.account, currency, automatic=automatic, amount=amount))

    def fail_payout(self, payout: str) -> Json:
        """The bank sends a payout back."""
        with self.account.change() as store:
            return snapshot(balance.fail_payout(self.account, store.get(payout)))

    def balance_transactions(self) -> list[Json]:
        """All of them, oldest first."""
        with self.account.change() as store:
            return [snapshot(transaction) for transaction in store.all("balance_transaction")]
