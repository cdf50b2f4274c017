"""The fake Stripe as tests and the demo use it: actions, webhooks, and faults."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from website.demo.fake_stripe import buyer, checkout_sessions
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.api_faults import ApiFaults
from website.demo.fake_stripe.api_keys import ApiKeys
from website.demo.fake_stripe.balance_actions import BalanceActions
from website.demo.fake_stripe.checkout_actions import CheckoutActions
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.refund_actions import RefundActions
from website.demo.fake_stripe.serialization import snapshot
from website.demo.fake_stripe.webhooks import Webhooks

API_KEY = "sk_test_standin"
_TICK_SECONDS = 0.25


class FakeStripeOptions(TypedDict, total=False):
    """The optional arguments of ``FakeStripe``."""

    api_key: str
    webhook_url: str | None
    webhook_secrets: Sequence[str]
    webhook_events: Sequence[str]
    retry_delays: Sequence[float]
    settle_after: int | None
    state: Path | None


class FakeStripe(CheckoutActions, RefundActions, BalanceActions):
    """One Stripe account. Methods take ids and return copies of the objects.

    ``retry_delays``: seconds before each retry of a webhook; after the last one the event stays
    undelivered. ``settle_after``: seconds until a bank debit finishes by itself. ``state``: a SQLite file
    that survives the process.
    """

    def __init__(
        self,
        *,
        api_key: str = API_KEY,
        webhook_url: str | None = None,
        webhook_secrets: Sequence[str] = ("whsec_standin",),
        webhook_events: Sequence[str] = ("*",),
        retry_delays: Sequence[float] = (0.05, 0.1, 0.2),
        settle_after: int | None = None,
        state: Path | None = None,
    ) -> None:
        self.account = AccountState(state=state)
        self.account.settle_after = settle_after
        self.api_key = api_key
        self.keys = ApiKeys(api_key)
        self.api = ApiFaults()
        self.webhooks = Webhooks(self.account, retry_delays)
        if webhook_url:
            self.webhooks.to(webhook_url, *webhook_secrets, enabled_events=webhook_events)
        self._stopped = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="stripe-clock", daemon=True)

    @property
    def base_url(self) -> str:
        """The API's URL, without a trailing slash."""
        return self.account.base_url

    def start(self, base_url: str) -> None:
        """Start delivering webhooks and the clock; ``base_url`` is where the app is served."""
        with self.account.change():
            checkout_sessions.set_base_url(self.account, base_url)
        self.webhooks.start()
        self._ticker.start()

    def stop(self) -> None:
        """Stop the threads and close the file."""
        self._stopped.set()
        self._ticker.join()
        self.webhooks.stop()
        self.account.store.close()

    def get(self, object_id: str) -> Json:
        """A copy of any object. Raises KeyError."""
        with self.account.change() as store:
            return snapshot(store.get(object_id))

    def sessions(self) -> list[Json]:
        """All Checkout Sessions, oldest first."""
        return self._all("checkout.session")

    def events(self, name: str | None = None) -> list[Json]:
        """All events, or those of one type, oldest first."""
        return [event for event in self._all("event") if name in (None, event["type"])]

    def change(self, object_id: str, **fields: object) -> Json:
        """Set fields of an object without an event, which the real Stripe never does."""
        with self.account.change() as store:
            return snapshot(store.save(store.get(object_id) | fields))

    def emit(self, name: str, object_id: str) -> Json:
        """Emit an event of any type about an object as it is now."""
        with self.account.change() as store:
            return snapshot(emit(self.account, name, store.get(object_id)))

    def advance(self, seconds: int) -> None:
        """Move the account's clock and run what is due; signatures keep the real time."""
        self.account.clock_offset += seconds
        self.run_due()

    def run_due(self) -> None:
        """Expire overdue sessions, and finish bank debits that are due."""
        with self.account.change():
            checkout_sessions.expire_overdue(self.account)
            buyer.finish_overdue(self.account)

    def refunds_start_as(self, status: str) -> None:
        """The first status of refunds created through the API: pending, requires_action, or succeeded."""
        self.account.refunds_start_as = status

    def reset(self) -> None:
        """No more faults, default network conditions, and refunds succeed at once."""
        self.api.reset()
        self.webhooks.reset()
        self.refunds_start_as("succeeded")

    def _all(self, kind: str) -> list[Json]:
        with self.account.change() as store:
            return [snapshot(obj) for obj in store.all(kind)]

    def _tick(self) -> None:
        while not self._stopped.wait(_TICK_SECONDS):
            self.run_due()
