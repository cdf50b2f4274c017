"""The operator's commands: reconcile, and entitlements rebuild."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from carrel.command_line import CommandError
from carrel.http.services import Services, make_services
from carrel.settings import load
from payments.ledger import rebuild
from payments.payment_context import shop_of
from payments.reconciliation.reconcile import FAR_DAYS, RECENT_DAYS, reconcile
from payments.stripe.client import StripeUnavailableError

EXIT_DIFFERENCES = 1


@click.command("reconcile")
@click.option("--apply", is_flag=True, help="Enter into the ledger what is missing; without it, only tell.")
@click.option("--days", type=click.IntRange(1, FAR_DAYS), default=RECENT_DAYS, show_default=True)
def reconcile_command(apply: bool, days: int) -> None:
    """Compare Stripe with the ledger, both ways.

    Exit status: 0 they agree (now), 1 they differ, 2 the comparison could not be made.
    """
    with _services() as desk:
        if not desk.settings.sells:
            raise CommandError("Nothing is sold here: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.")
        try:
            report = reconcile(shop_of(desk), days, apply=apply)
        except StripeUnavailableError as away:
            raise CommandError(f"Stripe could not be asked: {away}.") from None
    for each in report.found:
        mended = " Entered." if apply and each not in report.left else ""
        click.echo(f"{each.about} {each.what}.{mended}")
    click.echo(f"{len(report.found)} differences in the last {days} days, {len(report.left)} left.")
    if report.left:
        raise click.exceptions.Exit(EXIT_DIFFERENCES)


@click.group("entitlements")
def entitlements() -> None:
    """Who has the pass, by the ledger."""


@entitlements.command("rebuild")
@click.option("--apply", is_flag=True, help="Set the accounts by the ledger; without it, only tell.")
def rebuild_command(apply: bool) -> None:
    """Derive every reader's pass again from the ledger, and tell where accounts say otherwise.

    Exit status: 0 they agree (now), 1 they differ.
    """
    with _services() as desk:
        found = list(rebuild.drifts(desk.db))
        for drift in found:
            if apply:
                rebuild.rebuild(desk.db, drift.reader_id)
            click.echo(f"{drift}{' Set right.' if apply else ''}")
    click.echo(f"{len(found)} differences.")
    if found and not apply:
        raise click.exceptions.Exit(EXIT_DIFFERENCES)


@contextmanager
def _services() -> Iterator[Services]:
    desk = make_services(load())
    try:
        yield desk
    finally:
        desk.db.close()


COMMANDS = (reconcile_command, entitlements)
