"""Does Stripe send this site the events that it handles, signed with a secret that it knows?"""

from carrel.findings import Finding, error, ok, warning
from carrel.settings import Settings, is_local
from payments.stripe.account import StripeAccount, WebhookEndpoint
from payments.stripe.client import API_VERSION
from payments.stripe.events import HANDLED_EVENTS

PATH = "/webhooks/stripe"
CHECK = "webhook"
SETUP = "Run: carrel stripe setup"
LISTEN = "stripe listen --forward-to"


def webhook_url(settings: Settings) -> str:
    """Where Stripe's events arrive."""
    return settings.base_url + PATH


def is_unreachable(settings: Settings) -> bool:
    """Whether Stripe's events cannot come here: the site runs on this machine, and Stripe does not."""
    return is_local(settings.base_url) and not is_local(settings.stripe_api_base)


def endpoints_here(account: StripeAccount, settings: Settings) -> list[WebhookEndpoint]:
    """The endpoints of the account that lead to this site, newest first."""
    url = webhook_url(settings)
    return [each for each in account.webhook_endpoints() if each.url.rstrip("/") == url]


def secrets_of(settings: Settings) -> list[str]:
    """The signing secrets that this site accepts."""
    return [secret.get_secret_value() for secret in settings.stripe_webhook_secret]


def endpoint_with_our_secret(endpoints: list[WebhookEndpoint], settings: Settings) -> WebhookEndpoint | None:
    """The endpoint that signs with a secret of ours, the newest secret first, as was noted when it was made."""
    signed = (each for secret in secrets_of(settings) for each in endpoints if each.is_signed_by(secret))
    return next(signed, None)


def webhook(account: StripeAccount, settings: Settings) -> Finding:
    """The endpoint that leads here, as far as reading tells."""
    if is_unreachable(settings):
        return ok(CHECK, f"Stripe cannot reach this machine; its CLI can: {LISTEN} {webhook_url(settings)}")
    enabled = [each for each in endpoints_here(account, settings) if each.status == "enabled"]
    if not enabled:
        return error(CHECK, f"Stripe sends nothing to {webhook_url(settings)}", SETUP)
    if len(enabled) > 1:
        return warning(CHECK, f"{len(enabled)} webhooks lead here: the secret is being changed", SETUP)
    return _of(enabled[0], settings)


def _of(endpoint: WebhookEndpoint, settings: Settings) -> Finding:
    if lacking := missing_events(endpoint):
        return error(CHECK, f"Stripe does not send {', '.join(lacking)}", SETUP)
    if endpoint.has_fingerprint and not endpoint_with_our_secret([endpoint], settings):
        return error(CHECK, "it signs with a secret that is not in STRIPE_WEBHOOK_SECRET", f"{SETUP} --roll")
    if endpoint.api_version not in {API_VERSION, None}:
        message = f"its events have version {endpoint.api_version}, not {API_VERSION}"
        return warning(CHECK, message, f"{SETUP} --roll")
    return ok(CHECK, f"{len(HANDLED_EVENTS)} kinds of events go to {webhook_url(settings)}")


def missing_events(endpoint: WebhookEndpoint) -> list[str]:
    """The events that we handle, and that it does not get."""
    return [] if "*" in endpoint.enabled_events else sorted(HANDLED_EVENTS - set(endpoint.enabled_events))
