"""The stand-in as a test or the demo holds it: the buyer, the bank, the webhooks and the faults."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

from typing_extensions import Unpack

from website.demo.fake_stripe import buyer, sessions
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.bank import RefundActions
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.faults import ApiFaults
from website.demo.fake_stripe.merchant import CheckoutActions
from website.demo.fake_stripe.views import snapshot
from website.demo.fake_stripe.webhooks import Webhooks

API_KEY = "sk_test_standin"
_TICK_SECONDS = 0.25


class FakeStripeOptions(TypedDict, total=False):
    """What ``FakeStripe`` takes; all of it has a default."""

    api_key: str
    webhook_url: str | None
    webhook_secrets: Sequence[str]
    retry_delays: Sequence[float]
    settle_after: int | None
    state: Path | None


class FakeStripe(CheckoutActions, RefundActions):
    """One Stripe account. Methods take ids and answer copies of the objects.

    ``retry_delays``: seconds before each further try of a webhook; after the last one the event
    stays undelivered. ``settle_after``: seconds until a delayed payment ends by itself. ``state``:
    a SQLite file that outlives the process.
    """

    def __init__(
        self,
        *,
        api_key: str = API_KEY,
        webhook_url: str | None = None,
        webhook_secrets: Sequence[str] = ("whsec_standin",),
        retry_delays: Sequence[float] = (0.05, 0.1, 0.2),
        settle_after: int | None = None,
        state: Path | None = None,
    ) -> None:
        self.world = AccountState(state=state)
        self.world.settle_after = settle_after
        self.api_key = api_key
        self.api = ApiFaults()
        self.webhooks = Webhooks(self.world, retry_delays)
        if webhook_url:
            self.webhooks.to(webhook_url, *webhook_secrets)
        self._stopped = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="stripe-clock", daemon=True)

    @classmethod
    @contextlib.contextmanager
    def running(cls, port: int = 0, **options: Unpack[FakeStripeOptions]) -> Iterator[FakeStripe]:
        """A stand-in that is served over HTTP while the block runs; port 0 takes a free one."""
        from website.demo.fake_stripe.server import serving  # late: the server's app needs this module

        fake_stripe = cls(**options)
        with serving(fake_stripe, port):
            yield fake_stripe

    @property
    def base_url(self) -> str:
        """Where the API is, without a slash at the end."""
        return self.world.base_url

    def start(self, base_url: str) -> None:
        """Begin to deliver webhooks and to let time pass; ``base_url`` is where we are served."""
        with self.world.change():
            sessions.set_base_url(self.world, base_url)
        self.webhooks.start()
        self._ticker.start()

    def stop(self) -> None:
        """Stop the threads and close the file."""
        self._stopped.set()
        self._ticker.join()
        self.webhooks.stop()
        self.world.store.close()

    def get(self, ident: str) -> Json:
        """A copy of any object. Raises KeyError."""
        with self.world.change() as store:
            return snapshot(store.get(ident))

    def sessions(self) -> list[Json]:
        """All Checkout Sessions, oldest first."""
        return self._all("checkout.session")

    def events(self, name: str | None = None) -> list[Json]:
        """All events, oldest first; or those of one type."""
        return [event for event in self._all("event") if name in (None, event["type"])]

    def change(self, ident: str, **fields: object) -> Json:
        """Set fields of an object without an event, as no real Stripe would."""
        with self.world.change() as store:
            return snapshot(store.save(store.get(ident) | fields))

    def emit(self, name: str, ident: str) -> Json:
        """Send an event of any type about an object as it is now."""
        with self.world.change() as store:
            return snapshot(emit(self.world, name, store.get(ident)))

    def advance(self, seconds: int) -> None:
        """Move Stripe's clock on and run what has become due; signatures keep the real time."""
        self.world.clock_offset += seconds
        self.run_due()

    def run_due(self) -> None:
        """Expire what is overdue, and let the slow banks answer."""
        with self.world.change():
            sessions.expire_overdue(self.world)
            buyer.finish_overdue(self.world)

    def refunds_start_as(self, status: str) -> None:
        """Refunds made through the API begin as pending, requires_action or succeeded."""
        self.world.refunds_start_as = status

    def calm(self) -> None:
        """No more faults, fair weather, refunds succeed at once."""
        self.api.calm()
        self.webhooks.calm()
        self.refunds_start_as("succeeded")

    def _all(self, kind: str) -> list[Json]:
        with self.world.change() as store:
            return [snapshot(obj) for obj in store.all(kind)]

    def _tick(self) -> None:
        while not self._stopped.wait(_TICK_SECONDS):
            self.run_due()
