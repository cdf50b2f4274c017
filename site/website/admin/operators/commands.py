"""The operator's commands for operators: on the server there is always a way in."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from carrel.command_line import actor
from carrel.db import Database
from carrel.mail.addresses import InvalidAddressError
from carrel.settings import Settings, load
from website.admin.operators import factors, passkeys, staff
from website.admin.operators.roles import DESCRIPTIONS, Role

Ready = Callable[[Settings], Database]  # a database whose schema is this release's
REFUSALS = (
    InvalidAddressError,
    staff.AlreadyOperatorError,
    staff.OperatorNotFoundError,
    staff.LastOwnerError,
)
EXIT_REFUSED = 2
THEN_AGAIN = "set it, then run carrel operator reset"


@click.group()
def operator() -> None:
    """Manage operators: add, list, reset, and remove."""


@operator.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.OWNER.value)
@click.pass_obj
def add_command(ready: Ready, email: str, role: str) -> None:
    """Invite EMAIL to run the site, and print the link where they set up password and app."""
    settings = load()
    with _writing(ready, settings) as session:
        token = staff.add(session, email, Role(role), actor=actor())
    _show(settings, email, token)


@operator.command("reset")
@click.argument("email")
@click.pass_obj
def reset_command(ready: Ready, email: str) -> None:
    """Reset EMAIL, who lost password or phone: end their sessions, and print a new link."""
    settings = load()
    with _writing(ready, settings) as session:
        token = factors.reset(session, settings, email, actor=actor())
    _show(settings, email, token)


@operator.command("remove")
@click.argument("email")
@click.pass_obj
def remove_command(ready: Ready, email: str) -> None:
    """Remove EMAIL's access immediately."""
    with _writing(ready, load()) as session:
        staff.remove(session, email, actor=actor())
    click.echo(f"{email} is no longer an operator.")


@operator.command("list")
@click.pass_obj
def list_command(ready: Ready) -> None:
    """Show who runs the site."""
    with _writing(ready, load()) as session:
        keys = passkeys.counts(session)
        for entry in staff.all_operators(session):
            state = f"since {entry.set_up_at:%Y-%m-%d}" if entry.set_up_at else "not set up yet"
            count = keys.get(entry.id, 0)
            held = f"{count} passkey{'' if count == 1 else 's'}"
            click.echo(
                f"{entry.email}  {entry.role} ({DESCRIPTIONS[Role(entry.role)].partition(': ')[2]})  {state}  {held}"
            )


def _show(settings: Settings, email: str, token: str) -> None:
    click.echo(f"{email} must open this link within 24 hours. It works once. Give it to them yourself:")
    base_url = settings.desk_base_url or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"  # the demo's
    click.echo(f"  {base_url}/admin/set-up/{token}")
    if not settings.desk_base_url:
        click.echo(
            f"CARREL_BASE_URL is not set, so this is the demo's address. On a site of yours: {THEN_AGAIN} {email}"
        )


@contextmanager
def _writing(ready: Ready, settings: Settings) -> Iterator[Session]:
    db = ready(settings)
    try:
        with db.write() as session:
            yield session
    except REFUSALS as refused:
        click.echo(str(refused), err=True)
        raise click.exceptions.Exit(EXIT_REFUSED) from None
    finally:
        db.close()
