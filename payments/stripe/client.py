"""The Stripe API calls we make, with their timeouts and idempotency keys, and our exceptions for their failures."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import stripe
from stripe import RequestsClient, StripeClient

from carrel.settings import Settings
from payments.stripe.permissions import missing_permission, without_keys
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
WRITE_RETRIES = 1  # safe with an idempotency key
PAGE_SIZE = 100
REFUNDS_IN_CHARGE = 10  # https://docs.stripe.com/api/charges/object
EXPAND = ["line_items", "payment_intent.latest_charge.refunds"]


class StripeUnavailableError(Exception):
    """Stripe did not answer, or answered that it is busy. A later retry helps."""


class StripeAccessError(StripeUnavailableError):
    """Stripe refused the key: it is not valid, or a permission is missing. Helps: another key, or the permission.

    `permission` is the missing one, as `Checkout Sessions: Write`; empty when the key is not valid.
    """

    def __init__(self, message: str, permission: str = "") -> None:
        self.permission = permission
        super().__init__(message)


class StripeRefusedError(Exception):
    """Stripe rejected the request. Carries its error code, such as `charge_already_refunded`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class StripeNotFoundError(StripeRefusedError):
    """Stripe has no object with this id."""


class StripeApi:
    """The Stripe API, with one secret key."""

    def __init__(self, key: str, base: str) -> None:
        self.is_live = key.startswith(("sk_live_", "rk_live_"))
        self.on_access_error: Callable[[StripeAccessError], None] | None = None
        self._client = StripeClient(
            key,
            stripe_version=API_VERSION,
            base_addresses={"api": base},
            http_client=RequestsClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=0,  # Stripe resends its events, and a reader can press the button again
        )

    def reporting_to(self, on_access_error: Callable[[StripeAccessError], None]) -> "StripeApi":
        """The same API, which reports each refusal of the key, whoever makes the call."""
        reporting = copy.copy(self)
        reporting.on_access_error = on_access_error
        return reporting

    @contextmanager
    def requests(self) -> Iterator[None]:
        """Requests of the library, whose errors become ours. No transaction may be open (see `reporting_to`).

        Raises `StripeUnavailableError`, `StripeAccessError`, `StripeRefusedError`, `StripeNotFoundError`.
        """
        try:
            with _translated_errors():
                yield
        except StripeAccessError as error:
            if self.on_access_error:
                self.on_access_error(error)
            raise

    def create_checkout_session(self, params: Any, key: str) -> CreatedCheckoutSession:
        """Create a Checkout Session. Raises `StripeUnavailableError`, `StripeRefusedError`."""
        with self.requests():
            created = self._client.v1.checkout.sessions.create(params, options=_idempotent(key))
        return parse(CreatedCheckoutSession, created.to_dict())

    def retrieve_checkout_session(self, checkout_session_id: str) -> CheckoutSession:
        """A Checkout Session with its payment, refunds, and disputes: usually one request.

        Raises `StripeUnavailableError`, `StripeNotFoundError`, `StripeRefusedError`, `StripeResponseError`.
        """
        with self.requests():
            retrieved = self._client.v1.checkout.sessions.retrieve(checkout_session_id, {"expand": EXPAND})
        checkout_session = self._with_all_refunds(parse(CheckoutSession, retrieved.to_dict()))
        intent, charge = checkout_session.payment_intent, checkout_session.charge
        if intent and charge and charge.disputed:
            return checkout_session.model_copy(update={"disputes": self._disputes(intent.id)})
        return checkout_session

    def checkout_session_id_for(self, payment_intent: str) -> str | None:
        """The id of the Checkout Session that a payment intent belongs to, if any."""
        with self.requests():
            matches = self._client.v1.checkout.sessions.list({"payment_intent": payment_intent, "limit": 1})
        return matches.data[0].id if matches.data else None

    def retrieve_payment_intent(self, payment_intent: str) -> PaymentIntent:
        """A payment intent, without its charge."""
        with self.requests():
            retrieved = self._client.v1.payment_intents.retrieve(payment_intent)
        return parse(PaymentIntent, retrieved.to_dict() | {"latest_charge": None})

    def create_refund(self, payment_intent: str, amount_cents: int, key: str) -> None:
        """Refund a payment. Raises `StripeUnavailableError`, `StripeRefusedError`."""
        with self.requests():
            self._client.v1.refunds.create(
                {"payment_intent": payment_intent, "amount": amount_cents}, options=_idempotent(key)
            )

    def list_checkout_sessions(self, since: datetime) -> Iterator[dict[str, Any]]:
        """All Checkout Sessions of the account created since then, with their charges."""
        with self.requests():
            pages = self._client.v1.checkout.sessions.list(
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
        with self.requests():
            pages = self._client.v1.events.list(
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
        with self.requests():
            pages = self._client.v1.refunds.list({"charge": charge.id, "limit": PAGE_SIZE})
            refunds = tuple(parse(StripeRefund, refund.to_dict()) for refund in pages.auto_paging_iter())
        complete = charge.model_copy(update={"refunds": RefundList(data=refunds)})
        intent = checkout_session.payment_intent.model_copy(update={"latest_charge": complete})
        return checkout_session.model_copy(update={"payment_intent": intent})

    def _disputes(self, payment_intent: str) -> tuple[StripeDispute, ...]:
        with self.requests():
            pages = self._client.v1.disputes.list({"payment_intent": payment_intent, "limit": PAGE_SIZE})
            return tuple(parse(StripeDispute, dispute.to_dict()) for dispute in pages.auto_paging_iter())


def stripe_for(settings: Settings) -> StripeApi:
    """The API client for these settings. One for each process, so that connections are reused."""
    return _client(settings.stripe_secret_key.get_secret_value(), settings.stripe_api_base)


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> StripeApi:
    return StripeApi(key, base)


def _idempotent(key: str) -> stripe.RequestOptions:
    return {"idempotency_key": key, "max_network_retries": WRITE_RETRIES}


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except stripe.InvalidRequestError as error:
        error_class = StripeNotFoundError if error.code == "resource_missing" else StripeRefusedError
        raise error_class(error.code or "invalid_request") from None
    except stripe.IdempotencyError:
        raise StripeRefusedError("idempotency_error") from None
    except stripe.CardError as error:
        raise StripeRefusedError(error.code or "card_error") from None
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise _access_error(error) from None
    except stripe.StripeError as error:
        # no connection, 409 (the same request is running), 429, 5xx
        raise StripeUnavailableError(f"{type(error).__name__} {error.http_status or ''}".strip()) from None


def _access_error(error: stripe.StripeError) -> StripeAccessError:
    message = str(error.user_message or "")
    permission = missing_permission(message)
    if permission:
        return StripeAccessError(f"the key lacks the permission {permission}", permission)
    return StripeAccessError(f"Stripe refused the key: {without_keys(message) or error.http_status}")
