"""The requests of setting up: webhook endpoints, the account, its tax settings, and what a key may do."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

from pydantic import Field, StrictBool, StrictStr
from stripe.params import WebhookEndpointCreateParams

from payments.stripe.client import API_VERSION, PAGE_SIZE, StripeApi
from payments.stripe.errors import StripeRefusedError
from payments.stripe.permissions import (
    BALANCE,
    CHECKOUT,
    DISPUTES,
    EVENTS,
    FRAUD,
    INTENTS,
    REFUNDS,
    Permission,
)
from payments.stripe.schemas import StripeSchema, parse

NOTHING: Final = "carrel_permission_check"  # the end of ids that nothing has
FINGERPRINT: Final = "carrel_secret"  # of the signing secret, which Stripe shows only once


class WebhookEndpoint(StripeSchema):
    """A webhook endpoint. `secret` is there only in the answer to its creation."""

    id: StrictStr
    url: StrictStr
    status: StrictStr
    enabled_events: tuple[StrictStr, ...]
    api_version: StrictStr | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    secret: StrictStr = ""

    @property
    def has_fingerprint(self) -> bool:
        """Whether we have noted down which secret is its own."""
        return FINGERPRINT in self.metadata

    def is_signed_by(self, secret: str) -> bool:
        """Whether this is its signing secret, as far as we noted it down."""
        return self.metadata.get(FINGERPRINT) == fingerprint(secret)


class Branding(StripeSchema):
    """What the payment page looks like."""

    icon: StrictStr | None = None
    logo: StrictStr | None = None


class AccountSettings(StripeSchema):
    """The account's settings."""

    branding: Branding = Branding()


class Account(StripeSchema):
    """The account that the key belongs to."""

    charges_enabled: StrictBool = False
    default_currency: StrictStr | None = None
    settings: AccountSettings = AccountSettings()


class MissingTaxFields(StripeSchema):
    """What Stripe Tax lacks."""

    missing_fields: tuple[StrictStr, ...] | None = None


class TaxStatusDetails(StripeSchema):
    """Details of the status."""

    pending: MissingTaxFields | None = None


class TaxSettings(StripeSchema):
    """Whether Stripe Tax can work out a tax: `status` is active or pending."""

    status: StrictStr
    status_details: TaxStatusDetails = TaxStatusDetails()


class StripeAccount:
    """The account behind a key."""

    def __init__(self, api: StripeApi) -> None:
        self.api = api
        self._v1 = api.client.v1

    def permission_probes(self) -> Iterator[tuple[Permission, Callable[[], object]]]:
        """For each permission a request that only it allows. None of them changes anything.

        Rights to write are asked for with objects that do not exist: Stripe looks at the key first.
        """
        yield CHECKOUT, lambda: self._v1.checkout.sessions.expire(f"cs_test_{NOTHING}")
        yield REFUNDS, lambda: self._v1.refunds.create({"payment_intent": f"pi_{NOTHING}"})
        yield INTENTS, lambda: self._v1.payment_intents.retrieve(f"pi_{NOTHING}")
        yield DISPUTES, lambda: self._v1.disputes.list({"limit": 1})
        yield EVENTS, lambda: self._v1.events.list({"limit": 1})
        yield BALANCE, lambda: self._v1.balance_transactions.list({"limit": 1, "expand": ["data.source"]})
        yield FRAUD, lambda: self._v1.radar.early_fraud_warnings.list({"limit": 1})

    def probe(self, ask: Callable[[], object]) -> None:
        """Make such a request. Raises `StripeAccessError` without the permission, `StripeUnavailableError`."""
        with suppress(StripeRefusedError), self.api.requests():
            ask()

    def webhook_endpoints(self) -> list[WebhookEndpoint]:
        """All webhook endpoints of the account, newest first."""
        with self.api.requests():
            pages = self._v1.webhook_endpoints.list({"limit": PAGE_SIZE})
            return [parse(WebhookEndpoint, endpoint.to_dict()) for endpoint in pages.auto_paging_iter()]

    def create_webhook_endpoint(self, url: str, events: list[str]) -> WebhookEndpoint:
        """A new one, with the API version that we use. Its answer alone has the secret."""
        params: WebhookEndpointCreateParams = {
            "url": url,
            "enabled_events": _typed(events),
            "api_version": API_VERSION,
            "description": "Carrel",
        }
        with self.api.requests():
            created = self._v1.webhook_endpoints.create(params)
        return parse(WebhookEndpoint, created.to_dict())

    def note_secret(self, endpoint_id: str, secret: str) -> None:
        """Note a fingerprint of its secret at the endpoint: later we can tell whether a secret is its own."""
        with self.api.requests():
            self._v1.webhook_endpoints.update(endpoint_id, {"metadata": {FINGERPRINT: fingerprint(secret)}})

    def set_events(self, endpoint_id: str, events: list[str]) -> None:
        """Have it get exactly these events, and enable it."""
        with self.api.requests():
            self._v1.webhook_endpoints.update(
                endpoint_id, {"enabled_events": _typed(events), "disabled": False}
            )

    def set_disabled(self, endpoint_id: str, *, disabled: bool) -> None:
        """Stop or resume sending events to it."""
        with self.api.requests():
            self._v1.webhook_endpoints.update(endpoint_id, {"disabled": disabled})

    def delete_webhook_endpoint(self, endpoint_id: str) -> None:
        """Delete it."""
        with self.api.requests():
            self._v1.webhook_endpoints.delete(endpoint_id)

    def account(self) -> Account:
        """The account itself."""
        with self.api.requests():
            return parse(Account, self._v1.accounts.retrieve_current().to_dict())

    def tax_settings(self) -> TaxSettings:
        """The settings of Stripe Tax."""
        with self.api.requests():
            return parse(TaxSettings, self._v1.tax.settings.retrieve().to_dict())


def _typed(events: list[str]) -> list[Any]:
    """The library lists every event's name, and the fake Stripe refuses one that is not in its list."""
    return list(events)


def fingerprint(secret: str) -> str:
    """Sixteen hexadecimal digits, which tell nothing about the secret but whether another is the same."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
