"""Actions on payments: refunds from the dashboard, and disputes by the bank."""

from __future__ import annotations

from website.demo.fake_stripe import disputes, fraud_warnings, refunds
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.serialization import snapshot


class RefundActions:
    """A mixin that needs ``account``. ``payment`` is the id of a session, a Payment Intent, or a charge."""

    account: AccountState

    def refund(
        self,
        payment: str,
        amount: int | None = None,
        status: str = "succeeded",
        reason: str | None = None,
    ) -> Json:
        """Refund ``amount``, or all that is left, as from the dashboard. Raises ApiError."""
        with self.account.change():
            charge = self.charge_of(payment)
            params = {"charge": charge["id"], "amount": amount, "reason": reason}
            given = {name: value for name, value in params.items() if value is not None}
            before, self.account.refunds_start_as = self.account.refunds_start_as, status
            try:
                return snapshot(refunds.create(self.account, "", given))
            finally:
                self.account.refunds_start_as = before

    def settle_refund(self, refund: str) -> Json:
        """A pending refund succeeds."""
        return self._update_refund(refund, "succeeded")

    def fail_refund(self, refund: str, reason: str = "expired_or_canceled_card") -> Json:
        """The refund fails, even after it succeeded; the merchant has the money again."""
        return self._update_refund(refund, "failed", reason)

    def cancel_refund(self, refund: str) -> Json:
        """The refund is canceled; the merchant has the money again."""
        return self._update_refund(refund, "canceled")

    def open_dispute(
        self,
        payment: str,
        amount: int | None = None,
        reason: str = "fraudulent",
        status: str = "needs_response",
    ) -> Json:
        """The cardholder disputes the payment; ``warning_needs_response`` is only an inquiry."""
        with self.account.change():
            charge = self.charge_of(payment)
            disputed = charge["amount"] if amount is None else amount
            return snapshot(disputes.open_dispute(self.account, charge, disputed, reason, status))

    def update_dispute(self, dispute: str, status: str = "under_review") -> Json:
        """The dispute gets another status."""
        with self.account.change() as store:
            return snapshot(disputes.update_status(self.account, store.get(dispute), status))

    def close_dispute(self, dispute: str, outcome: str) -> Json:
        """The dispute is closed: won, lost, or warning_closed."""
        return self.update_dispute(dispute, outcome)

    def warn_of_fraud(self, payment: str, fraud_type: str = "unauthorized_use_of_card") -> Json:
        """The card's bank reports the payment as fraudulent: an early fraud warning."""
        with self.account.change():
            return snapshot(fraud_warnings.warn(self.account, self.charge_of(payment), fraud_type))

    def charge_of(self, payment: str) -> Json:
        """The latest charge of a session or Payment Intent. Raises KeyError before any payment."""
        obj = self.account.store.get(payment)
        if obj["object"] == "checkout.session":
            obj = self.account.store.get(obj["payment_intent"])
        if obj["object"] == "payment_intent":
            obj = self.account.store.get(obj["latest_charge"])
        return obj

    def _update_refund(self, refund: str, status: str, reason: str | None = None) -> Json:
        with self.account.change() as store:
            return snapshot(refunds.update_status(self.account, store.get(refund), status, reason))
