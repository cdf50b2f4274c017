"""Webhooks as a test sees them: the weather, the post, and events sent by hand."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from website.demo.fake_stripe.dispatch import SITE_ENDPOINT, WebhookDispatcher
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.signing import body_of, headers_of


class Webhooks(WebhookDispatcher):
    """What is not given to a method is as the weather says: secrets, age, patch."""

    def signed(
        self,
        event: Json | str,
        secrets: Sequence[str] = (),
        age: float | None = None,
        patch: Json | None = None,
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers of an event (or its id), ready to be posted by a test's own client."""
        with self._world.change() as store:
            known = event if isinstance(event, dict) else store.get(event)
            main = store.find("webhook_endpoint", SITE_ENDPOINT) or {"_secrets": ()}
            body = body_of(known, self.patch if patch is None else patch)
        chosen = secrets or self.secrets or main["_secrets"]
        return body, headers_of(body, chosen, self.age if age is None else age)

    def send(
        self,
        event: Json | str,
        copies: int = 1,
        secrets: Sequence[str] = (),
        age: float | None = None,
        patch: Json | None = None,
    ) -> list[int]:
        """Post an event now, from this thread, one after the other; answers the HTTP statuses."""
        body, headers = self.signed(event, secrets, age, patch)
        return [self.send_raw(body, headers) for _ in range(copies)]

    def send_together(self, event: Json | str, copies: int) -> list[int]:
        """Post an event that many times at the same instant; answers the HTTP statuses."""
        body, headers = self.signed(event)
        barrier = threading.Barrier(copies)

        def one(_: int) -> int:
            barrier.wait()
            return self.send_raw(body, headers)

        with ThreadPoolExecutor(copies) as pool:
            return list(pool.map(one, range(copies)))

    def send_raw(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Post any bytes to the site's endpoint; answers the HTTP status."""
        with self._world.change() as store:
            url = store.get(SITE_ENDPOINT)["url"]
        return self.transport(url, body, headers)
