"""`carrel stripe setup` and `carrel stripe check`."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from carrel.command_line import EXIT_REFUSED, CommandError
from carrel.db import Database
from carrel.findings import Finding, Level, worst
from carrel.services import existing_database, has_database
from carrel.settings import Settings, load
from payments.setup import key as keys
from payments.setup.checks import check_account, check_key
from payments.setup.dashboard import appearance
from payments.setup.run_setup import Setup
from payments.setup.trial import await_event, try_checkout
from payments.setup.webhook_checks import CHECK, is_unreachable
from payments.stripe.account import StripeAccount
from payments.stripe.client import StripeApi

NO_ADDRESS = "CARREL_BASE_URL is missing: Stripe must know where the site is."
EXIT_LEFT = 1


@click.group("stripe")
def stripe_group() -> None:
    """Connect Stripe, and check that it is configured as the site needs."""


@stripe_group.command("setup")
@click.option("--new-key", is_flag=True, help="Ask for a new key, to replace the current one.")
@click.option("--roll", is_flag=True, help="Create a new webhook secret, to replace the current one.")
def setup_command(new_key: bool, roll: bool) -> None:
    """Check a key, create the webhook, save both secrets in files, and try a payment page. Safe to run again.

    Exit status: 0 all is well, 1 something is left to do, 2 it could not be done.
    """
    settings = _settings()
    key = keys.key_for(settings, ask=new_key)
    is_new = key != settings.stripe_secret_key.get_secret_value()
    settings = keys.with_key(settings, key)
    account = StripeAccount(StripeApi(key, settings.stripe_api_base))
    with _database(settings) as db:
        setup = Setup(account, settings, lambda: _delivers(account, settings, db))
        findings = _told(setup.run(key if is_new else "", roll=roll))
        if not setup.has_ended:
            findings += _told(_trial(account, settings, None if setup.needs_restart else db))
    for line in setup.report():
        click.echo(line)
    if setup.has_ended:
        raise click.exceptions.Exit(EXIT_REFUSED)
    raise click.exceptions.Exit(EXIT_LEFT if worst(findings) is Level.ERROR else 0)


@stripe_group.command("check")
def check_command() -> None:
    """Check the key, permissions, account, tax, and webhook; try a payment page, and wait for its event.

    Exit status: 0 all is OK, 1 the worst is a warning, 2 the worst is an error.
    """
    settings = _settings()
    if not (key := settings.stripe_secret_key.get_secret_value()):
        raise CommandError("There is no key yet. Run: carrel stripe setup")
    account = StripeAccount(StripeApi(key, settings.stripe_api_base))
    with _database(settings) as db:
        findings = _told(check_key(account))
        if len(findings) > 1:
            findings += _told(check_account(account, settings))
            findings += _told(appearance(account, settings))
            is_sent = all(finding.level is Level.OK for finding in findings if finding.check == CHECK)
            findings += _told(_trial(account, settings, db if is_sent else None))
    raise click.exceptions.Exit(worst(findings).exit_status)


def _trial(account: StripeAccount, settings: Settings, db: Database | None) -> Iterator[Finding]:
    trial = try_checkout(account.api, settings)
    yield trial.finding
    if trial.session_id and db and settings.sells and not is_unreachable(settings):
        yield await_event(db, settings, trial.session_id)


def _delivers(account: StripeAccount, settings: Settings, db: Database | None) -> bool:
    findings = list(_trial(account, settings, db))
    return len(findings) > 1 and worst(findings) is Level.OK


def _told(findings: Iterable[Finding]) -> list[Finding]:
    told = []
    for finding in findings:
        click.echo(str(finding))
        told.append(finding)
    return told


def _settings() -> Settings:
    settings = load({name: value for name, value in os.environ.items() if not _will_be_written(name, value)})
    if not settings.base_url:
        raise CommandError(NO_ADDRESS)
    return settings


def _will_be_written(name: str, value: str) -> bool:
    """Whether this names a file that setup has yet to make."""
    return name in {"STRIPE_SECRET_KEY_FILE", "STRIPE_WEBHOOK_SECRET_FILE"} and not Path(value).exists()


@contextmanager
def _database(settings: Settings) -> Iterator[Database | None]:
    """The site's database, if there is one already: Stripe's events arrive there."""
    if not has_database(settings):
        yield None
        return
    db = existing_database(settings)
    try:
        yield db
    finally:
        db.close()
