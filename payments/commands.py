"""The operator's commands: `reconcile` and `entitlements rebuild`."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from carrel.command_line import CommandError
from carrel.services import Services, make_services
from carrel.settings import load
from payments.ledger import rebuild
from payments.payment_context import payment_context
from payments.reconciliation.reconcile import NIGHTLY_DAYS, RECENT_DAYS, reconcile
from payments.stripe.client import StripeUnavailableError

EXIT_DIFFERENCES = 1


@click.command("reconcile")
@click.option(
    "--apply",
    is_flag=True,
    help="Record in the ledger what is missing. Without it, differences are only listed.",
)
@click.option("--days", type=click.IntRange(1, NIGHTLY_DAYS), default=RECENT_DAYS, show_default=True)
def reconcile_command(apply: bool, days: int) -> None:
    """Compare Stripe with the ledger, in both directions.

    Exit status: 0 no differences are left, 1 differences are left, 2 the comparison failed.
    """
    with _services() as services:
        if not services.settings.sells:
            raise CommandError("Sales are off: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.")
        try:
            report = reconcile(payment_context(services), days, apply=apply)
        except StripeUnavailableError as error:
            raise CommandError(f"Stripe could not be reached: {error}.") from None
    for difference in report.differences:
        outcome = " Fixed." if apply and difference not in report.unresolved else ""
        click.echo(f"{difference.object_id} {difference.description}.{outcome}")
    click.echo(
        f"{len(report.differences)} differences in the last {days} days, {len(report.unresolved)} left."
    )
    if report.unresolved:
        raise click.exceptions.Exit(EXIT_DIFFERENCES)


@click.group("entitlements")
def entitlements() -> None:
    """Work with passes as recorded in the ledger."""


@entitlements.command("rebuild")
@click.option(
    "--apply", is_flag=True, help="Set the accounts from the ledger. Without it, differences are only listed."
)
def rebuild_command(apply: bool) -> None:
    """Derive every reader's pass from the ledger, and list the accounts that differ.

    Exit status: 0 no differences are left, 1 differences are left.
    """
    with _services() as services:
        mismatches = list(rebuild.find_mismatches(services.db))
        for mismatch in mismatches:
            if apply:
                rebuild.rebuild_reader(services.db, mismatch.reader_id)
            click.echo(f"{mismatch}{' Fixed.' if apply else ''}")
    click.echo(f"{len(mismatches)} differences.")
    if mismatches and not apply:
        raise click.exceptions.Exit(EXIT_DIFFERENCES)


@contextmanager
def _services() -> Iterator[Services]:
    services = make_services(load())
    try:
        yield services
    finally:
        services.db.close()


COMMANDS = (reconcile_command, entitlements)
