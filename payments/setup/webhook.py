"""Making the webhook endpoint, and changing its secret without a moment in which no valid secret is known.

Stripe shows a signing secret once, when the endpoint is made, so a new secret is a second endpoint at the same address.
While both are there every event comes twice, and is handled once. The older one is deleted when an event of the newer
one alone has reached the running site.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from carrel.private_file import secret_file
from carrel.settings import Settings
from payments.setup.webhook_checks import endpoint_with_our_secret, endpoints_here, secrets_of, webhook_url
from payments.stripe.account import StripeAccount, WebhookEndpoint
from payments.stripe.events import HANDLED_EVENTS

MOST_SECRETS = 2  # that STRIPE_WEBHOOK_SECRET takes


@dataclass(frozen=True)
class WebhookSetup:
    """The account, the site, and the file that its signing secrets go into."""

    account: StripeAccount
    settings: Settings
    file: Path

    def endpoints(self) -> list[WebhookEndpoint]:
        """The endpoints that lead to this site, newest first."""
        return endpoints_here(self.account, self.settings)


def needs_new_secret(setup: WebhookSetup, endpoints: list[WebhookEndpoint]) -> bool:
    """Whether no secret that we know can be that of an endpoint which is there."""
    return not secrets_of(setup.settings) or (
        endpoint_with_our_secret(endpoints, setup.settings) is None
        and all(each.has_fingerprint for each in endpoints)
    )


def create(setup: WebhookSetup) -> list[str]:
    """Make an endpoint, and write its secret into the file, before the one that is valid now. Returns both.

    Raises `OSError` before anything is made when the file cannot be written, `StripeAccessError` without the right.
    """
    with secret_file(setup.file) as write:
        made = setup.account.create_webhook_endpoint(webhook_url(setup.settings), sorted(HANDLED_EVENTS))
        secrets = [made.secret, *secrets_of(setup.settings)][:MOST_SECRETS]
        write(",".join(secrets))
    setup.account.note_secret(made.id, made.secret)
    return secrets


def update(setup: WebhookSetup, endpoint: WebhookEndpoint) -> str:
    """Have it get exactly our events, and say what has changed."""
    if endpoint.status == "enabled" and set(endpoint.enabled_events) == HANDLED_EVENTS:
        return (
            f"The webhook {endpoint.id} exists, with the {len(HANDLED_EVENTS)} events that the site handles."
        )
    setup.account.set_events(endpoint.id, sorted(HANDLED_EVENTS))
    return (
        f"The webhook {endpoint.id} now gets exactly the {len(HANDLED_EVENTS)} events that the site handles."
    )


def retire_others(
    setup: WebhookSetup,
    endpoints: list[WebhookEndpoint],
    current: WebhookEndpoint,
    delivers: Callable[[], bool],
) -> Iterator[str]:
    """Delete the older endpoints once the current one is proven to deliver without them."""
    others = [each for each in endpoints if each.id != current.id]
    if not others:
        return
    for other in others:
        setup.account.set_disabled(other.id, disabled=True)
    proven = False
    try:
        proven = delivers()
    finally:
        if not proven:
            for other in others:
                setup.account.set_disabled(other.id, disabled=False)
    if not proven:
        yield "The old webhook stays: no event signed with the new secret has reached the website yet."
        return
    for other in others:
        setup.account.delete_webhook_endpoint(other.id)
        yield f"The old webhook {other.id} was deleted: events arrive through the new one."


def forget_old_secret(setup: WebhookSetup, current: WebhookEndpoint) -> bool:
    """Leave only the current endpoint's secret in the file. Whether there was another."""
    secrets = secrets_of(setup.settings)
    own = [secret for secret in secrets if current.is_signed_by(secret)]
    if not own or len(secrets) == len(own) or not setup.file.exists():
        return False
    with secret_file(setup.file) as write:
        write(own[0])
    return True
