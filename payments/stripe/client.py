"""The Stripe API calls we make, with their timeouts and idempotency keys, and our exceptions for their failures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

import stripe
from stripe import RequestsClient, StripeClient
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from carrel.settings import Settings
from payments.stripe.schemas import (
    CheckoutSession,
    CreatedCheckoutSession,
    PaymentIntent,
    RefundList,
    StripeDispute,
    StripeRefund,
    parse,
)

API_VERSION: Final = "2026-10-28.endive"  # read the changelog before raising it: docs.stripe.com/upgrades
TIMEOUT_SECONDS = (3.05, 5.0)  # connect, read
RETRIES = 1  # of reads, and of writes, which have an idempotency key
LIST_TIMEOUT_SECONDS = (3.05, 30.0)  # a page of a hundred expanded objects takes Stripe long
LIST_RETRIES = 2
PAGE_SIZE = 100
REFUNDS_IN_CHARGE = 10  # https://docs.stripe.com/api/charges/object
EXPAND = ["line_items", "payment_intent.latest_charge.refunds"]

RefundReason = Literal["duplicate", "fraudulent", "requested_by_customer"]


class StripeUnavailableError(Exception):
    """Stripe did not answer, or answered that it is busy. A later retry helps."""


class StripeServerError(StripeUnavailableError):
    """Stripe answered 5xx. It may have stored that answer: for a day, the same idempotency key gets it again.

    `is_stored`: this is such an answer, the second time.
    """

    def __init__(self, text: str, *, is_stored: bool) -> None:
        self.is_stored = is_stored
        super().__init__(text)


class StripeRefusedError(Exception):
    """Stripe rejected the request. Carries its error code, such as `charge_already_refunded`, parameter and message.

    The message may repeat what was sent, an email address too, so it is no part of the exception's text.
    """

    def __init__(self, code: str, param: str = "", message: str = "") -> None:
        self.code, self.param, self.message = code, param, message
        super().__init__(f"{code} ({param})" if param else code)


class StripeNotFoundError(StripeRefusedError):
    """Stripe has no object with this id."""


class StripeApi:
    """The Stripe API, with one secret key."""

    def __init__(self, key: str, base: str) -> None:
        self.is_live = key.startswith(("sk_live_", "rk_live_"))
        self._client = _sdk_client(key, base, TIMEOUT_SECONDS, RETRIES)
        self._list_client = _sdk_client(key, base, LIST_TIMEOUT_SECONDS, LIST_RETRIES)

    def create_checkout_session(self, params: SessionCreateParams, key: str) -> CreatedCheckoutSession:
        """Create a Checkout Session. Raises `StripeUnavailableError`, `StripeRefusedError`."""
        with _translated_errors():
            created = self._client.v1.checkout.sessions.create(params, options={"idempotency_key": key})
        return parse(CreatedCheckoutSession, created.to_dict())

    def expire_checkout_session(self, checkout_session_id: str) -> None:
        """Expire an open Checkout Session. Raises `StripeUnavailableError`, `StripeRefusedError` when it is not open."""
        with _translated_errors():
            self._client.v1.checkout.sessions.expire(checkout_session_id)

    def retrieve_checkout_session(self, checkout_session_id: str) -> CheckoutSession:
        """A Checkout Session with its payment, refunds, and disputes: usually one request.

        Raises `StripeUnavailableError`, `StripeNotFoundError`, `StripeRefusedError`, `StripeResponseError`.
        """
        with _translated_errors():
            retrieved = self._client.v1.checkout.sessions.retrieve(checkout_session_id, {"expand": EXPAND})
        checkout_session = self._with_all_refunds(parse(CheckoutSession, retrieved.to_dict()))
        intent, charge = checkout_session.payment_intent, checkout_session.charge
        if intent and charge and charge.disputed:
            return checkout_session.model_copy(update={"disputes": self._disputes(intent.id)})
        return checkout_session

    def checkout_session_id_for(self, payment_intent: str) -> str | None:
        """The id of the Checkout Session that a payment intent belongs to, if any."""
        with _translated_errors():
            matches = self._client.v1.checkout.sessions.list({"payment_intent": payment_intent, "limit": 1})
        return matches.data[0].id if matches.data else None

    def retrieve_payment_intent(self, payment_intent: str) -> PaymentIntent:
        """A payment intent, without its charge."""
        with _translated_errors():
            retrieved = self._client.v1.payment_intents.retrieve(payment_intent)
        return parse(PaymentIntent, retrieved.to_dict() | {"latest_charge": None})

    def related_payment_intent(self, kind: str, object_id: str) -> str | None:
        """The id of the payment intent of a refund, charge, or dispute; None for any other kind of object.

        Raises `StripeUnavailableError`, `StripeNotFoundError`, `StripeRefusedError`.
        """
        services: dict[str, Any] = {
            "refund": self._client.v1.refunds,
            "charge": self._client.v1.charges,
            "dispute": self._client.v1.disputes,
        }
        if kind not in services:
            return None
        with _translated_errors():
            intent = services[kind].retrieve(object_id).to_dict().get("payment_intent")
        return intent if isinstance(intent, str) else None

    def create_refund(
        self, payment_intent: str, amount_cents: int, reason: RefundReason | None, key: str
    ) -> None:
        """Refund a payment. Raises `StripeUnavailableError`, `StripeServerError`, `StripeRefusedError`."""
        params: RefundCreateParams = {"payment_intent": payment_intent, "amount": amount_cents}
        if reason is not None:
            params["reason"] = reason
        with _translated_errors():
            self._client.v1.refunds.create(params, options={"idempotency_key": key})

    def list_checkout_sessions(self, since: datetime) -> Iterator[dict[str, Any]]:
        """All Checkout Sessions of the account created since then, with their charges."""
        with _translated_errors():
            pages = self._list_client.v1.checkout.sessions.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "limit": PAGE_SIZE,
                    "expand": ["data.payment_intent.latest_charge"],
                }
            )
            for checkout_session in pages.auto_paging_iter():
                yield checkout_session.to_dict()

    def list_undelivered_events(self, since: datetime, types: list[str]) -> Iterator[dict[str, Any]]:
        """Events since then that were not delivered to an endpoint, newest first (Stripe keeps them for 30 days)."""
        with _translated_errors():
            pages = self._list_client.v1.events.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "delivery_success": False,
                    "limit": PAGE_SIZE,
                    "types": types,
                }
            )
            for event in pages.auto_paging_iter():
                yield event.to_dict()

    def _with_all_refunds(self, checkout_session: CheckoutSession) -> CheckoutSession:
        """A charge includes its ten newest refunds only; if there may be more, list all."""
        charge, shown = checkout_session.charge, checkout_session.refunds
        if checkout_session.payment_intent is None or charge is None or len(shown) < REFUNDS_IN_CHARGE:
            return checkout_session
        with _translated_errors():
            pages = self._client.v1.refunds.list({"charge": charge.id, "limit": PAGE_SIZE})
            refunds = tuple(parse(StripeRefund, refund.to_dict()) for refund in pages.auto_paging_iter())
        complete = charge.model_copy(update={"refunds": RefundList(data=refunds)})
        intent = checkout_session.payment_intent.model_copy(update={"latest_charge": complete})
        return checkout_session.model_copy(update={"payment_intent": intent})

    def _disputes(self, payment_intent: str) -> tuple[StripeDispute, ...]:
        with _translated_errors():
            pages = self._client.v1.disputes.list({"payment_intent": payment_intent, "limit": PAGE_SIZE})
            return tuple(parse(StripeDispute, dispute.to_dict()) for dispute in pages.auto_paging_iter())


def stripe_for(settings: Settings) -> StripeApi:
    """The API client for these settings. One for each process, so that connections are reused."""
    return _client(settings.stripe_secret_key.get_secret_value(), settings.stripe_api_base)


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> StripeApi:
    return StripeApi(key, base)


def _sdk_client(key: str, base: str, timeout: tuple[float, float], retries: int) -> StripeClient:
    return StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base},
        http_client=RequestsClient(timeout=timeout),
        max_network_retries=retries,
    )


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except stripe.InvalidRequestError as error:
        error_class = StripeNotFoundError if error.code == "resource_missing" else StripeRefusedError
        code = error.code or "invalid_request"
        raise error_class(code, str(error.param or ""), str(error.user_message or "")) from None
    except stripe.IdempotencyError:
        raise StripeRefusedError("idempotency_error") from None
    except stripe.CardError as error:
        raise StripeRefusedError(error.code or "card_error") from None
    except stripe.StripeError as error:
        # no connection, 409 (the same request is running), 429, 5xx, or an invalid key
        text = f"{type(error).__name__} {error.http_status or ''}".strip()
        if (error.http_status or 0) < 500:
            raise StripeUnavailableError(text) from None
        is_stored = (error.headers or {}).get("Idempotent-Replayed") == "true"
        raise StripeServerError(text, is_stored=is_stored) from None
