"""The weather between Stripe and the site: what happens to webhooks from now on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from website.demo.fake_stripe.errors import Json


@dataclass
class NetworkConditions:
    """Fair by default. Drop, double, delay and hold act on new events, signing on all that is sent."""

    drops: float = 0
    copies: int = 1
    wait: float = 0
    holding: bool = False
    secrets: Sequence[str] = ()
    age: float = 0
    patch: Json | None = None

    def drop_all(self) -> None:
        """Send no event; the events list shows them with ``delivery_success=false``."""
        self.drops = float("inf")

    def drop_next(self, n: int = 1) -> None:
        """Do not send the next ``n`` events."""
        self.drops = n

    def double_all(self, copies: int = 2) -> None:
        """Send every event that many times."""
        self.copies = copies

    def delay(self, seconds: float) -> None:
        """Send every event that much later."""
        self.wait = seconds

    def hold(self) -> None:
        """Keep events back until ``release``."""
        self.holding = True

    def sign_with(self, *secrets: str) -> None:
        """Sign with these secrets instead of the endpoint's own."""
        self.secrets = secrets

    def sign_aged(self, seconds: float) -> None:
        """Sign as if it were that many seconds ago (negative: in the future)."""
        self.age = seconds

    def patch_events(self, patch: Json) -> None:
        """Lay a JSON merge patch (RFC 7396) over every event before it is signed."""
        self.patch = patch

    def take_drop(self) -> bool:
        """Whether the next event is lost; counts it."""
        lost = self.drops > 0
        self.drops -= lost
        return lost

    def clear(self) -> None:
        """Fair again."""
        vars(self).update(vars(NetworkConditions()))
