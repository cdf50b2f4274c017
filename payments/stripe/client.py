"""The Stripe API calls we make, with their timeouts and idempotency keys."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

from stripe import RequestsClient, StripeClient
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from carrel.settings import Settings
from payments.stripe.balance_schemas import StripeBalanceTransaction, StripeFraudWarning
from payments.stripe.errors import (
    StripeAccessError,
    StripeNotFoundError,
    StripeRefusedError,
    StripeServerError,
    StripeUnavailableError,
    translated_errors,
)
from payments.stripe.schemas import (
    CheckoutSession,
    CreatedCheckoutSession,
    PaymentIntent,
    RefundList,
    StripeDispute,
    StripeRefund,
    parse,
)

__all__ = [
    "StripeAccessError",
    "StripeApi",
    "StripeNotFoundError",
    "StripeRefusedError",
    "StripeServerError",
    "StripeUnavailableError",
    "stripe_for",
]

API_VERSION: Final = "2026-10-28.endive"  # read the changelog before raising it: docs.stripe.com/upgrades
TIMEOUT_SECONDS = (3.05, 5.0)  # connect, read
RETRIES = 1  # of reads, and of writes, which have an idempotency key
LIST_TIMEOUT_SECONDS = (3.05, 30.0)  # a page of a hundred expanded objects takes Stripe long
LIST_RETRIES = 2
PAGE_SIZE = 100
REFUNDS_IN_CHARGE = 10  # https://docs.stripe.com/api/charges/object
EXPAND = ["line_items", "payment_intent.latest_charge.refunds"]

RefundReason = Literal["duplicate", "fraudulent", "requested_by_customer"]


class StripeApi:
    """The Stripe API, with one secret key."""

    def __init__(self, key: str, base: str) -> None:
        self.is_live = key.startswith(("sk_live_", "rk_live_"))
        self.on_access_error: Callable[[StripeAccessError], None] | None = None
        self._client = _sdk_client(key, base, TIMEOUT_SECONDS, RETRIES)
        self._list_client = _sdk_client(key, base, LIST_TIMEOUT_SECONDS, LIST_RETRIES)

    @property
    def client(self) -> StripeClient:
        """The library's client, for requests inside `requests()`."""
        return self._client

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
            with translated_errors():
                yield
        except StripeAccessError as error:
            if self.on_access_error:
                self.on_access_error(error)
            raise

    def create_checkout_session(self, params: SessionCreateParams, key: str) -> CreatedCheckoutSession:
        """Create a Checkout Session. Raises `StripeUnavailableError`, `StripeRefusedError`."""
        with self.requests():
            created = self._client.v1.checkout.sessions.create(params, options={"idempotency_key": key})
        return parse(CreatedCheckoutSession, created.to_dict())

    def expire_checkout_session(self, checkout_session_id: str) -> None:
        """Expire an open Checkout Session. Raises `StripeUnavailableError`, `StripeRefusedError` when it is not open."""
        with self.requests():
            self._client.v1.checkout.sessions.expire(checkout_session_id)

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

    def related_payment_intent(self, kind: str, object_id: str) -> str | None:
        """The id of the payment intent of a refund, charge, dispute, or warning; None for other kinds.

        Raises `StripeUnavailableError`, `StripeNotFoundError`, `StripeRefusedError`.
        """
        v1 = self._client.v1
        services: dict[str, Any] = {"refund": v1.refunds, "charge": v1.charges, "dispute": v1.disputes}
        services["radar.early_fraud_warning"] = v1.radar.early_fraud_warnings
        if kind not in services:
            return None
        with self.requests():
            intent = services[kind].retrieve(object_id).to_dict().get("payment_intent")
        return intent if isinstance(intent, str) else None

    def create_refund(
        self, payment_intent: str, amount_cents: int, reason: RefundReason | None, key: str
    ) -> None:
        """Refund a payment. Raises `StripeUnavailableError`, `StripeServerError`, `StripeRefusedError`."""
        params: RefundCreateParams = {"payment_intent": payment_intent, "amount": amount_cents}
        if reason is not None:
            params["reason"] = reason
        with self.requests():
            self._client.v1.refunds.create(params, options={"idempotency_key": key})

    def list_checkout_sessions(self, since: datetime) -> Iterator[dict[str, Any]]:
        """All Checkout Sessions of the account created since then, with their charges."""
        with self.requests():
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
        with self.requests():
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

    def balance_page(self, since: datetime | None, after: str) -> tuple[list[StripeBalanceTransaction], bool]:
        """Balance transactions `since` then, newest first, `after` that id: a page, and whether there are more."""
        params: Any = {"limit": PAGE_SIZE, "expand": ["data.source"]}
        params |= {"created": {"gte": int(since.timestamp())}} if since else {}
        params |= {"starting_after": after} if after else {}
        with self.requests():
            page = self._list_client.v1.balance_transactions.list(params)
        return [parse(StripeBalanceTransaction, each.to_dict()) for each in page.data], page.has_more

    def list_payout(self, payout_id: str) -> list[str]:
        """The ids of the balance transactions that an automatic payout pays out, its own among them."""
        with self.requests():
            pages = self._list_client.v1.balance_transactions.list({"payout": payout_id, "limit": PAGE_SIZE})
            return [transaction.id for transaction in pages.auto_paging_iter()]

    def retrieve_fraud_warning(self, warning_id: str) -> StripeFraudWarning:
        """An early fraud warning as it is now."""
        with self.requests():
            retrieved = self._client.v1.radar.early_fraud_warnings.retrieve(warning_id)
        return parse(StripeFraudWarning, retrieved.to_dict())

    def list_fraud_warnings(self, since: datetime) -> Iterator[StripeFraudWarning]:
        """The account's early fraud warnings since then, newest first."""
        with self.requests():
            params: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE_SIZE}
            pages = self._list_client.v1.radar.early_fraud_warnings.list(params)
            for warning in pages.auto_paging_iter():
                yield parse(StripeFraudWarning, warning.to_dict())

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


def _sdk_client(key: str, base: str, timeout: tuple[float, float], retries: int) -> StripeClient:
    return StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base},
        http_client=RequestsClient(timeout=timeout),
        max_network_retries=retries,
    )
