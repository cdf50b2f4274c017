"""Webhooks for tests: the dispatcher, and events that a test sends itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.signing import webhook_body, webhook_headers
from website.demo.fake_stripe.webhook_dispatcher import SITE_ENDPOINT, WebhookDispatcher


class Webhooks(WebhookDispatcher):
    """``secrets`` default to those of ``sign_with`` or of the endpoint."""

    def signed(
        self, event: Json | str, secrets: Sequence[str] = (), age: float = 0, patch: Json | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers of an event (or its id), signed ``age`` seconds ago, for a test's own client.

        ``patch`` is a JSON merge patch (RFC 7396) of the event.
        """
        with self._account.change() as store:
            payload = event if isinstance(event, dict) else store.get(event)
            endpoint = store.find("webhook_endpoint", SITE_ENDPOINT) or {"_secrets": ()}
            body = webhook_body(payload, patch)
        return body, webhook_headers(body, secrets or self.secrets or endpoint["_secrets"], age)

    def send(
        self,
        event: Json | str,
        copies: int = 1,
        secrets: Sequence[str] = (),
        age: float = 0,
        patch: Json | None = None,
    ) -> list[int]:
        """Post an event now, from this thread, one copy after the other. Returns the HTTP statuses."""
        body, headers = self.signed(event, secrets, age, patch)
        return [self.send_raw(body, headers) for _ in range(copies)]

    def send_raw(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Post any bytes to the site's endpoint. Returns the HTTP status."""
        with self._account.change() as store:
            url = store.get(SITE_ENDPOINT)["url"]
        return self.transport(url, body, headers)
