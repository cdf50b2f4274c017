"""The `carrel` command. Each package brings its own commands; here they are put together."""

import errno
import os
import sys
from importlib import import_module
from typing import NoReturn

import click
from sqlalchemy.exc import OperationalError

from website.backup.failures import BackupFailure
from website.backup.running import site_runs
from website.db import Database, DatabaseUnusable
from website.demo.environment import of_running_demo
from website.demo.processes import DidNotStart
from website.migrations import check_columns, check_schema, migrate
from website.settings import BadSettings, Settings, load, require_production
from website.web.services import make_services, open_database

EXIT_REFUSED = 2
DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EFBIG}
REFUSALS = (BadSettings, DatabaseUnusable, DidNotStart, BackupFailure)


# Where the packages' commands are. Each is imported when it is asked for, so that none waits for the others.
ELSEWHERE = {
    "check": "articles.commands:check_command",
    "publish": "articles.commands:publish_command",
    "new": "articles.commands:new_command",
    "init": "articles.commands:init_command",
    "subscribers": "newsletter.commands:subscribers",
    "digest": "newsletter.digests.issue_commands:digest",
    "reconcile": "payments.commands:reconcile_command",
    "operator": "website.admin.operators.commands:operator",
    "entitlements": "payments.commands:entitlements",
    "backup": "website.backup.commands:backup_command",
    "restore": "website.backup.commands:restore_command",
    "doctor": "website.doctor.commands:doctor_command",
    "mail": "website.backup.commands:mail",
}


class Commands(click.Group):
    """Our own commands, and those of the packages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return sorted({*super().list_commands(ctx), *ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = ELSEWHERE[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        return found if isinstance(found, click.Command) else None


@click.group(cls=Commands)
@click.version_option(package_name="carrel")
@click.option("--demo", is_flag=True, help="Use the settings of the demo that runs here (make run).")
@click.pass_context
def carrel(context: click.Context, demo: bool) -> None:
    """Carrel publishes study articles, sells the pass that removes their ads, and mails the digest."""
    context.obj = ready_database
    if demo:
        os.environ.update(of_running_demo(load(demo=True).home))


def ready_database(settings: Settings) -> Database:
    """The database of these settings, for a command that needs our schema in it."""
    db = open_database(settings)
    check_schema(db)
    return db


def running_settings(demo: bool) -> Settings:
    """Settings that a site can run on, over a schema that is ours."""
    settings = load(demo=True) if demo else require_production(load())
    db = open_database(settings)
    try:
        check_schema(db)
        check_columns(db)
    finally:
        db.close()
    return settings


@carrel.command()
@click.option("--bind", help="Address and port to listen on; 127.0.0.1 and PORT (or 8000) unless given.")
@click.option("--workers", type=int, help="Processes; one for each core unless given.")
@click.option("--demo", is_flag=True, hidden=True)
@click.option("--mailbox", is_flag=True, hidden=True, help="Show the demo's mailbox.")
def serve(bind: str | None, workers: int | None, demo: bool, mailbox: bool) -> None:
    """Serve the site (production)."""
    from website.demo import mail_pages
    from website.server import no_more
    from website.server import serve as run_server

    settings = running_settings(demo)
    address = bind or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
    with site_runs(settings.home):
        run_server(settings, address, workers, mail_pages.init_app if mailbox else no_more)


@carrel.command("worker")
@click.option("--demo", is_flag=True, hidden=True)
def work(demo: bool) -> None:
    """Do the background work: mails, digests, payments, upkeep."""
    from website.worker import run as run_worker

    settings = running_settings(demo)
    with site_runs(settings.home):
        run_worker(make_services(settings))


@carrel.command("migrate")
def migrate_command() -> None:
    """Bring the database to this release's schema. Safe to run twice, and by several at once."""
    from website.backup.making import before_migration

    settings = load()
    db = open_database(settings)
    if saved := before_migration(settings, db):
        click.echo(f"What is there now is kept: {saved}")
    click.echo("The schema is up to date now." if migrate(db) else "The schema was up to date.")
    db.close()


@carrel.command()
def demo() -> None:
    """Try everything on this machine: website, worker, a stand-in for Stripe, a mailbox."""
    from website.demo.run import run_demo

    run_demo()


def main() -> None:
    """Run a command. A refusal is one sentence and exit status 2."""
    try:
        sys.exit(carrel(standalone_mode=False))
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)
    except REFUSALS as wrong:
        refuse(str(wrong))
    except OperationalError as wrong:
        refuse(f"The database cannot be used: {wrong.orig}. {_mend(wrong)}")
    except OSError as wrong:
        if wrong.errno not in DISK_TROUBLE:
            raise
        refuse(
            f"{wrong.strerror}: {wrong.filename or 'the disk'}. Make room, or make it writable, and try again."
        )


def _mend(wrong: OperationalError) -> str:
    if "locked" in str(wrong.orig):
        return "Others are writing: try again in a minute."
    return "Is the disk full, or the folder read-only?"


def refuse(sentence: str) -> NoReturn:
    """End with one sentence and exit status 2."""
    click.echo(sentence, err=True)
    sys.exit(EXIT_REFUSED)
