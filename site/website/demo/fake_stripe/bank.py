"""The bank's side, as methods: refunds that the dashboard makes, and disputes."""

from __future__ import annotations

from website.demo.fake_stripe import disputes, refunds
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.views import snapshot


class RefundActions:
    """Needs ``world``. ``payment`` is the id of a session, a Payment Intent or a charge."""

    world: AccountState

    def refund(
        self,
        payment: str,
        amount: int | None = None,
        status: str = "succeeded",
        reason: str | None = None,
    ) -> Json:
        """Refund, all that is left or ``amount``, as from the dashboard. Raises ApiError."""
        with self.world.change():
            charge = self.charge_of(payment)
            params = {"charge": charge["id"], "amount": amount, "reason": reason}
            chosen = {name: value for name, value in params.items() if value is not None}
            before, self.world.refunds_start_as = self.world.refunds_start_as, status
            try:
                return snapshot(refunds.create(self.world, "", chosen))
            finally:
                self.world.refunds_start_as = before

    def settle_refund(self, refund: str) -> Json:
        """A pending refund has succeeded."""
        return self._move_refund(refund, "succeeded")

    def fail_refund(self, refund: str, reason: str = "expired_or_canceled_card") -> Json:
        """The refund has failed, even after it had succeeded; the money is ours again."""
        return self._move_refund(refund, "failed", reason)

    def cancel_refund(self, refund: str) -> Json:
        """The refund is canceled; the money is ours again."""
        return self._move_refund(refund, "canceled")

    def open_dispute(
        self,
        payment: str,
        amount: int | None = None,
        reason: str = "fraudulent",
        status: str = "needs_response",
    ) -> Json:
        """The cardholder disputes the payment; ``warning_needs_response`` is only an inquiry."""
        with self.world.change():
            charge = self.charge_of(payment)
            whole = charge["amount"] if amount is None else amount
            return snapshot(disputes.open_dispute(self.world, charge, whole, reason, status))

    def update_dispute(self, dispute: str, status: str = "under_review") -> Json:
        """The dispute goes on."""
        with self.world.change() as store:
            return snapshot(disputes.update_status(self.world, store.get(dispute), status))

    def close_dispute(self, dispute: str, outcome: str) -> Json:
        """The dispute ends: won, lost or warning_closed."""
        return self.update_dispute(dispute, outcome)

    def charge_of(self, payment: str) -> Json:
        """The latest charge of a session or Payment Intent. Raises KeyError before any payment."""
        obj = self.world.store.get(payment)
        if obj["object"] == "checkout.session":
            obj = self.world.store.get(obj["payment_intent"])
        if obj["object"] == "payment_intent":
            obj = self.world.store.get(obj["latest_charge"])
        return obj

    def _move_refund(self, refund: str, status: str, reason: str | None = None) -> Json:
        with self.world.change() as store:
            return snapshot(refunds.update_status(self.world, store.get(refund), status, reason))
