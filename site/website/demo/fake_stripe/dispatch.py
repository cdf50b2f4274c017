"""From an event to its endpoints: queued, kept back, retried, and noted when delivered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from website.demo.fake_stripe import endpoints
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.network_conditions import NetworkConditions
from website.demo.fake_stripe.signing import body_of, headers_of
from website.demo.fake_stripe.webhook_sender import Transport, WebhookDelivery, WebhookSender, post

SITE_ENDPOINT = "we_standin"
ReleaseOrder = Literal["as_sent", "reversed"] | Callable[[list[Json]], list[Json]]


@dataclass(frozen=True)
class DeliveryAttempt:
    """One request to the site; ``status`` is None when there was no HTTP answer, ``error`` says why."""

    event: str
    type: str
    url: str
    status: int | None
    headers: Mapping[str, str]
    error: str = ""


class WebhookDispatcher(NetworkConditions):
    """Brings events to endpoints. A 2xx is success; anything else, a 3xx too, is tried again."""

    def __init__(self, world: AccountState, retry_delays: Sequence[float]) -> None:
        super().__init__()
        self.transport: Transport = post
        self.attempts: deque[DeliveryAttempt] = deque(maxlen=10_000)
        self._world = world
        self._retry_delays = retry_delays
        self._held: list[WebhookDelivery] = []
        self._postman = WebhookSender(self._deliver)
        world.publish = self._publish

    def start(self) -> None:
        """Begin to deliver, first what an earlier run has left undelivered."""
        self._postman.start()
        self.resend_undelivered()

    def stop(self) -> None:
        """Deliver nothing more."""
        self._postman.stop()

    def to(self, url: str, *secrets: str, enabled_events: Sequence[str] = ("*",)) -> None:
        """Place the site's endpoint, instead of the one before. Several secrets sign together."""
        with self._world.change():
            endpoint = endpoints.add(self._world, SITE_ENDPOINT, url, list(secrets))
            endpoint["enabled_events"] = list(enabled_events)

    def drain(self, timeout: float = 10) -> None:
        """Wait until nothing is queued, retried or under way. Raises TimeoutError.

        Events that are held back do not count.
        """
        self._postman.drain(timeout)

    def release(self, order: ReleaseOrder = "as_sent") -> None:
        """Let go what is held, in this order; a callable sorts the list of events itself."""
        with self._world.change():
            self.holding = False
            held, self._held = self._held, []
            for delivery in self._sorted(held, order):
                self._postman.send(delivery, self.wait)

    def calm(self) -> None:
        """Fair weather again; held events are released."""
        self.clear()
        self.release()

    def resend(self, event: Json | str) -> None:
        """Queue an event again, delivered or not."""
        with self._world.change() as store:
            known = event if isinstance(event, dict) else store.get(event)
            for endpoint in self._endpoints_for(known):
                self._postman.send(WebhookDelivery(known["id"], endpoint["id"]))

    def resend_undelivered(self) -> None:
        """Queue everything that has not been delivered."""
        with self._world.change() as store:
            for event in store.all("event"):
                for endpoint in event["_undelivered"]:
                    self._postman.send(WebhookDelivery(event["id"], endpoint))

    def _publish(self, event: Json) -> None:
        wanted = [endpoint["id"] for endpoint in self._endpoints_for(event)]
        event |= {"_undelivered": wanted, "pending_webhooks": len(wanted)}
        self._world.store.save(event)
        if not wanted or self.take_drop():
            return
        for endpoint in wanted * self.copies:
            delivery = WebhookDelivery(event["id"], endpoint)
            if self.holding:
                self._held.append(delivery)
            else:
                self._postman.send(delivery, self.wait)

    def _endpoints_for(self, event: Json) -> list[Json]:
        known = self._world.store.all("webhook_endpoint")
        return [e for e in known if {"*", event["type"]} & set(e["enabled_events"])]

    def _sorted(self, held: list[WebhookDelivery], order: ReleaseOrder) -> list[WebhookDelivery]:
        if order == "as_sent":
            return held
        if order == "reversed":
            return held[::-1]
        events = order([self._world.store.get(delivery.event) for delivery in held])
        places = {event["id"]: place for place, event in enumerate(events)}
        return sorted(held, key=lambda delivery: places[delivery.event])

    def _deliver(self, delivery: WebhookDelivery) -> None:
        with self._world.change() as store:
            event = store.get(delivery.event)
            endpoint = store.find("webhook_endpoint", delivery.endpoint)
        if endpoint is None:  # deleted meanwhile
            return
        status = self._attempt(event, endpoint)
        if status is not None and 200 <= status < 300:
            self._delivered(event, endpoint["id"])
        elif delivery.tries < len(self._retry_delays):
            again = replace(delivery, tries=delivery.tries + 1)
            self._postman.send(again, self._retry_delays[delivery.tries])

    def _attempt(self, event: Json, endpoint: Json) -> int | None:
        body = body_of(event, self.patch)
        headers = headers_of(body, self.secrets or endpoint["_secrets"], self.age)
        status, error = self._post(endpoint["url"], body, headers)
        self.attempts.append(
            DeliveryAttempt(event["id"], event["type"], endpoint["url"], status, headers, error)
        )
        return status

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str]:
        try:
            return self.transport(url, body, headers), ""
        except Exception as error:  # a test's own transport may raise anything; the post goes on
            return None, repr(error)

    def _delivered(self, event: Json, endpoint: str) -> None:
        with self._world.change() as store:
            event["_undelivered"] = [ident for ident in event["_undelivered"] if ident != endpoint]
            event["pending_webhooks"] = len(event["_undelivered"])
            store.save(event)
