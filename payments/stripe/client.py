"""Stripe over HTTP: the few calls we make, their timeouts and idempotency keys, and their failures by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import stripe
from stripe import RequestsClient, StripeClient

from carrel.settings import Settings
from payments.stripe.schemas import (
    DisputeFact,
    IntentFact,
    OpenedFact,
    RefundFact,
    RefundList,
    SessionFact,
    read,
)

API_VERSION: Final = (
    "2026-10-28.endive"  # https://docs.stripe.com/upgrades; raised by hand, with its changelog
)
TIMEOUT_SECONDS = (3.05, 5.0)  # to connect, to answer
RETRIES_OF_A_CHANGE = 1  # with its idempotency key, so that a lost reply does nothing twice
PAGE = 100
SHOWN_WITH_A_CHARGE = 10  # refunds; https://docs.stripe.com/api/charges/object
WHOLE = ["line_items", "payment_intent.latest_charge.refunds"]


class StripeUnavailableError(Exception):
    """Stripe did not answer, or was too busy to. Trying again later helps."""


class StripeRefusedError(Exception):
    """Stripe understood and said no. Carries its code, such as `charge_already_refunded`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class StripeNotFoundError(StripeRefusedError):
    """Stripe knows no object of that id."""


class StripeApi:
    """Stripe, for one key."""

    def __init__(self, key: str, base: str) -> None:
        self.is_live = key.startswith(("sk_live_", "rk_live_"))
        self._client = StripeClient(
            key,
            stripe_version=API_VERSION,
            base_addresses={"api": base},
            http_client=RequestsClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=0,  # Stripe sends its events again, and a reader can press again
        )

    def create_session(self, params: Any, key: str) -> OpenedFact:
        """Open a Checkout Session. Raises `StripeUnavailableError`, `StripeRefusedError`."""
        with _named_failures():
            made = self._client.v1.checkout.sessions.create(params, options=_change(key))
        return read(OpenedFact, made.to_dict())

    def look(self, session_id: str) -> SessionFact:
        """A Checkout Session and everything that became of it: mostly one call.

        Raises `StripeUnavailableError`, `StripeNotFoundError`, `StripeRefusedError`, `StripeResponseError`.
        """
        with _named_failures():
            found = self._client.v1.checkout.sessions.retrieve(session_id, {"expand": WHOLE})
        session = read(SessionFact, found.to_dict())
        session = self._with_all_refunds(session)
        if session.payment_intent and session.charge and session.charge.disputed:
            return session.model_copy(update={"disputes": self._disputes(session.payment_intent.id)})
        return session

    def session_of(self, payment_intent: str) -> str | None:
        """The id of the Checkout Session that a payment came from, if it came from one."""
        with _named_failures():
            found = self._client.v1.checkout.sessions.list({"payment_intent": payment_intent, "limit": 1})
        return found.data[0].id if found.data else None

    def intent(self, payment_intent: str) -> IntentFact:
        """A payment, with our marks on it."""
        with _named_failures():
            found = self._client.v1.payment_intents.retrieve(payment_intent)
        return read(IntentFact, found.to_dict() | {"latest_charge": None})

    def refund(self, payment_intent: str, amount_cents: int, key: str) -> None:
        """Give money back. Raises `StripeUnavailableError`, `StripeRefusedError`."""
        with _named_failures():
            self._client.v1.refunds.create(
                {"payment_intent": payment_intent, "amount": amount_cents}, options=_change(key)
            )

    def sessions_since(self, moment: datetime) -> Iterator[dict[str, Any]]:
        """Checkout Sessions made since then, whosever, with what happened to their money in brief."""
        with _named_failures():
            pages = self._client.v1.checkout.sessions.list(
                {
                    "created": {"gte": int(moment.timestamp())},
                    "limit": PAGE,
                    "expand": ["data.payment_intent.latest_charge"],
                }
            )
            for session in pages.auto_paging_iter():
                yield session.to_dict()

    def undelivered_events(self, moment: datetime, types: list[str]) -> Iterator[dict[str, Any]]:
        """Events since then that no endpoint took, newest first (kept by Stripe for 30 days)."""
        with _named_failures():
            pages = self._client.v1.events.list(
                {
                    "created": {"gte": int(moment.timestamp())},
                    "delivery_success": False,
                    "limit": PAGE,
                    "types": types,
                }
            )
            for event in pages.auto_paging_iter():
                yield event.to_dict()

    def _with_all_refunds(self, session: SessionFact) -> SessionFact:
        """Stripe shows the ten newest with the charge; when they are not all, the list has the others."""
        charge, shown = session.charge, session.refunds
        if session.payment_intent is None or charge is None or len(shown) < SHOWN_WITH_A_CHARGE:
            return session
        with _named_failures():
            pages = self._client.v1.refunds.list({"charge": charge.id, "limit": PAGE})
            refunds = tuple(read(RefundFact, each.to_dict()) for each in pages.auto_paging_iter())
        whole = charge.model_copy(update={"refunds": RefundList(data=refunds)})
        intent = session.payment_intent.model_copy(update={"latest_charge": whole})
        return session.model_copy(update={"payment_intent": intent})

    def _disputes(self, payment_intent: str) -> tuple[DisputeFact, ...]:
        with _named_failures():
            pages = self._client.v1.disputes.list({"payment_intent": payment_intent, "limit": PAGE})
            return tuple(read(DisputeFact, each.to_dict()) for each in pages.auto_paging_iter())


def stripe_of(settings: Settings) -> StripeApi:
    """The Stripe of these settings, made once for a process: its connections are kept."""
    return _made_once(settings.stripe_secret_key.get_secret_value(), settings.stripe_api_base)


@lru_cache(maxsize=4)
def _made_once(key: str, base: str) -> StripeApi:
    return StripeApi(key, base)


def _change(key: str) -> stripe.RequestOptions:
    return {"idempotency_key": key, "max_network_retries": RETRIES_OF_A_CHANGE}


@contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except stripe.InvalidRequestError as said:
        kind = StripeNotFoundError if said.code == "resource_missing" else StripeRefusedError
        raise kind(said.code or "invalid_request") from None
    except stripe.IdempotencyError:
        raise StripeRefusedError("idempotency_error") from None
    except stripe.CardError as said:
        raise StripeRefusedError(said.code or "card_error") from None
    except stripe.StripeError as said:  # no connection, 409 (the same call is running), 429, 5xx, a bad key
        raise StripeUnavailableError(f"{type(said).__name__} {said.http_status or ''}".strip()) from None
