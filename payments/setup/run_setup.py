"""The steps of `carrel stripe setup`, and what it says in the end: what was done, and what is left to do by hand."""

import os
from collections.abc import Callable, Iterator

from pydantic import SecretStr

from carrel.command_line import CommandError
from carrel.findings import Finding
from carrel.settings import Settings
from payments.setup import key as keys
from payments.setup import webhook
from payments.setup.checks import check_account, check_key
from payments.setup.dashboard import BY_HAND, appearance
from payments.setup.webhook import WebhookSetup
from payments.setup.webhook_checks import endpoint_with_our_secret, is_unreachable
from payments.stripe.account import StripeAccount, WebhookEndpoint
from payments.stripe.errors import StripeAccessError, StripeRefusedError, StripeUnavailableError

KEY, SECRET = "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"
RESTART = "Restart the website and the worker, then run carrel stripe setup again, which checks that Stripe's events arrive."


class Setup:
    """One run. `delivers` tries whether Stripe's events reach the running site."""

    def __init__(self, account: StripeAccount, settings: Settings, delivers: Callable[[], bool]) -> None:
        self._account, self._settings, self._delivers = account, settings, delivers
        self._done: list[str] = []
        self._left: list[str] = []
        self.has_ended = False
        self.needs_restart = False

    def run(self, new_key: str, *, roll: bool) -> Iterator[Finding]:
        """All but the trial; `new_key` was typed in. Raises `CommandError`."""
        findings = check_key(self._account)
        yield from findings
        if len(findings) == 1:
            self.has_ended = True
            return
        if new_key:
            self._keep_key(new_key)
        self._webhook(roll=roll)
        yield from check_account(self._account, self._settings)
        yield from appearance(self._account, self._settings)

    def report(self) -> Iterator[str]:
        """What was done, and what is left to do by hand."""
        if self._done:
            yield "\nDone:"
            yield from (f"  {line}" for line in self._done)
        if self.has_ended:
            return
        left = [*self._left, *([RESTART] if self.needs_restart else []), *BY_HAND]
        yield "\nTo do by hand:"
        yield from (f"  {number}. {line}" for number, line in enumerate(left, 1))

    def _keep_key(self, key: str) -> None:
        path = keys.file_of(self._settings, KEY)
        keys.keep_key(path, key)
        self._done.append(f"The key is in {path}, which only its owner can read.")
        self._name_file(KEY, str(path))
        self.needs_restart = True

    def _webhook(self, *, roll: bool) -> None:
        if is_unreachable(self._settings):
            return
        setup = WebhookSetup(self._account, self._settings, keys.file_of(self._settings, SECRET))
        try:
            self._make_or_update(setup, setup.endpoints(), roll=roll)
        except StripeAccessError as refused:
            self._left.append(f"Webhook: {refused}. Add it to the key for this step, and run this again.")
        except (StripeRefusedError, StripeUnavailableError) as failed:
            self._left.append(
                f"Webhook: it could not be created: {getattr(failed, 'message', '') or failed}."
            )
        except OSError as problem:
            raise CommandError(keys.not_writable(setup.file, SECRET, problem)) from None

    def _make_or_update(self, setup: WebhookSetup, endpoints: list[WebhookEndpoint], *, roll: bool) -> None:
        current = endpoint_with_our_secret(endpoints, self._settings)
        rolls = roll and len(endpoints) == 1  # with two, a change is under way: it is finished first
        if not endpoints or rolls or webhook.needs_new_secret(setup, endpoints):
            secrets = tuple(map(SecretStr, webhook.create(setup)))
            self._settings = self._settings.model_copy(update={"stripe_webhook_secret": secrets})
            self._done.append(
                f"A webhook was created; its signing secret is in {setup.file}, which only its owner can read."
            )
            if endpoints:
                self._done.append(
                    "The old webhook stays until an event arrives through the new one; both secrets are valid."
                )
            self._name_file(SECRET, str(setup.file))
            self.needs_restart = True
            return
        self._done.append(webhook.update(setup, current or endpoints[0]))
        if current and not self.needs_restart:
            self._done += webhook.retire_others(setup, endpoints, current, self._delivers)
            if len(setup.endpoints()) == 1 and webhook.forget_old_secret(setup, current):
                self._done.append(
                    f"Only its secret is left in {setup.file}; after the next restart the old one is invalid."
                )

    def _name_file(self, name: str, path: str) -> None:
        if os.environ.get(f"{name}_FILE") != path:
            self._left.append(f"In the settings, write {name}_FILE={path} (and remove {name}=).")
