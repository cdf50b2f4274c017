"""The network between Stripe and the site: what happens to webhooks from now on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class NetworkConditions:
    """By default, every event is delivered once and at once."""

    dropping: bool = False
    copies: int = 1
    wait: float = 0
    holding: bool = False
    secrets: Sequence[str] = ()

    def drop_all(self) -> None:
        """Send no new event; they are listed with ``delivery_success=false``."""
        self.dropping = True

    def duplicate_all(self, copies: int = 2) -> None:
        """Send every new event that many times."""
        self.copies = copies

    def delay(self, seconds: float) -> None:
        """Send every new event that much later."""
        self.wait = seconds

    def hold(self) -> None:
        """Keep new events back until ``release``."""
        self.holding = True

    def sign_with(self, *secrets: str) -> None:
        """Sign everything with these secrets instead of the endpoint's own."""
        self.secrets = secrets

    def clear(self) -> None:
        """Back to the defaults."""
        vars(self).update(vars(NetworkConditions()))
