"""Dispatching events to the site's endpoint: queued, held, retried, and marked when delivered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import stripe

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import thin_event
from website.demo.fake_stripe.network_conditions import NetworkConditions
from website.demo.fake_stripe.signing import webhook_body, webhook_headers
from website.demo.fake_stripe.webhook_sender import Transport, WebhookDelivery, WebhookSender, post

SITE_ENDPOINT = "we_standin"
ReleaseOrder = Literal["as_sent", "reversed"] | Callable[[list[Json]], list[Json]]


@dataclass(frozen=True)
class DeliveryAttempt:
    """One request to the site; ``status`` is None when there was no HTTP response, ``error`` says why."""

    event: str
    type: str
    url: str
    status: int | None
    headers: Mapping[str, str]
    error: str = ""


class WebhookDispatcher(NetworkConditions):
    """Sends events to the endpoint. A 2xx is success; anything else, even a redirect, is retried."""

    def __init__(self, account: AccountState, retry_delays: Sequence[float]) -> None:
        super().__init__()
        self.transport: Transport = post
        self.attempts: deque[DeliveryAttempt] = deque(maxlen=10_000)
        self._account = account
        self._retry_delays = retry_delays
        self._held: list[WebhookDelivery] = []
        self._sender = WebhookSender(self._deliver)
        account.publish = self._publish

    def start(self) -> None:
        """Begin to deliver, starting with what an earlier run left undelivered."""
        self._sender.start()
        self.resend_undelivered()

    def stop(self) -> None:
        """Stop delivering."""
        self._sender.stop()

    def to(self, url: str, *secrets: str, enabled_events: Sequence[str] = ("*",), thin: bool = False) -> None:
        """Set the site's endpoint, replacing what was there. With several secrets, all sign. ``thin``: thin events."""
        with self._account.change() as store:
            for other in store.all("webhook_endpoint"):
                if other["url"] == url:
                    store.remove(other["id"])
            endpoint = default_object("webhook_endpoint") | {
                "id": SITE_ENDPOINT,
                "created": self._account.now(),
            }
            endpoint |= {"url": url, "api_version": stripe.api_version, "_thin": thin}
            store.save(endpoint | {"enabled_events": list(enabled_events), "_secrets": list(secrets)})

    def drain(self, timeout: float = 10) -> None:
        """Wait until nothing is queued, waiting for a retry, or being sent. Raises TimeoutError.

        Held events do not count.
        """
        self._sender.drain(timeout)

    def release(self, order: ReleaseOrder = "as_sent") -> None:
        """Send the held events in this order; a callable sorts the list of events itself."""
        with self._account.change():
            self.holding = False
            held, self._held = self._held, []
            for delivery in self._sorted(held, order):
                self._sender.send(delivery, self.wait)

    def reset(self) -> None:
        """Default conditions again; held events are released."""
        self.clear()
        self.release()

    def resend(self, event_id: str) -> None:
        """Queue an event again, delivered or not."""
        with self._account.change() as store:
            for endpoint in self._endpoints_for(store.get(event_id)):
                self._sender.send(WebhookDelivery(event_id, endpoint["id"]))

    def resend_undelivered(self) -> None:
        """Queue everything that has not been delivered."""
        with self._account.change() as store:
            for event in store.all("event"):
                for endpoint_id in event["_undelivered"]:
                    self._sender.send(WebhookDelivery(event["id"], endpoint_id))

    def _publish(self, event: Json) -> None:
        endpoint_ids = [endpoint["id"] for endpoint in self._endpoints_for(event)]
        event |= {"_undelivered": endpoint_ids, "pending_webhooks": len(endpoint_ids)}
        self._account.store.save(event)
        if self.dropping:
            return
        for endpoint_id in endpoint_ids * self.copies:
            delivery = WebhookDelivery(event["id"], endpoint_id)
            if self.holding:
                self._held.append(delivery)
            else:
                self._sender.send(delivery, self.wait)

    def _endpoints_for(self, event: Json) -> list[Json]:
        endpoints = self._account.store.all("webhook_endpoint")
        enabled = [endpoint for endpoint in endpoints if endpoint["status"] == "enabled"]
        return [endpoint for endpoint in enabled if {"*", event["type"]} & set(endpoint["enabled_events"])]

    def _sorted(self, held: list[WebhookDelivery], order: ReleaseOrder) -> list[WebhookDelivery]:
        if order == "as_sent":
            return held
        if order == "reversed":
            return held[::-1]
        events = order([self._account.store.get(delivery.event) for delivery in held])
        positions = {event["id"]: position for position, event in enumerate(events)}
        return sorted(held, key=lambda delivery: positions[delivery.event])

    def _deliver(self, delivery: WebhookDelivery) -> None:
        with self._account.change() as store:
            event, endpoint = store.get(delivery.event), store.find("webhook_endpoint", delivery.endpoint)
        if endpoint is None or endpoint["status"] != "enabled":  # deleted or disabled meanwhile
            return
        body = webhook_body(thin_event(event) if endpoint.get("_thin") else event)
        headers = webhook_headers(body, self.secrets or endpoint["_secrets"])
        status, error = self._post(endpoint["url"], body, headers)
        self.attempts.append(
            DeliveryAttempt(event["id"], event["type"], endpoint["url"], status, headers, error)
        )
        if status is not None and 200 <= status < 300:
            self._mark_delivered(event, endpoint["id"])
        elif delivery.tries < len(self._retry_delays):
            retry = replace(delivery, tries=delivery.tries + 1)
            self._sender.send(retry, self._retry_delays[delivery.tries])

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str]:
        try:
            return self.transport(url, body, headers), ""
        except Exception as error:  # a test's own transport may raise anything; the sender goes on
            return None, repr(error)

    def _mark_delivered(self, event: Json, endpoint_id: str) -> None:
        with self._account.change() as store:
            event["_undelivered"] = [other for other in event["_undelivered"] if other != endpoint_id]
            event["pending_webhooks"] = len(event["_undelivered"])
            store.save(event)
