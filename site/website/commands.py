"""The commands that run the site: serve, worker, migrate, demo."""

import os

import click

from carrel.http.services import make_services, open_database
from carrel.settings import Settings, load, require_production
from website.backup.home_lock import site_runs
from website.migrations import check_columns, check_schema, migrate


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


@click.command("serve")
@click.option("--bind", help="Address and port to listen on; 127.0.0.1 and PORT (or 8000) unless given.")
@click.option("--workers", type=int, help="Processes; one for each core unless given.")
@click.option("--demo", is_flag=True, hidden=True)
@click.option("--mailbox", is_flag=True, hidden=True, help="Show the demo's mailbox.")
def serve_command(bind: str | None, workers: int | None, demo: bool, mailbox: bool) -> None:
    """Serve the site (production)."""
    from website.demo import mail_pages
    from website.server import no_more, serve

    settings = running_settings(demo)
    address = bind or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
    with site_runs(settings.home):
        serve(settings, address, workers, mail_pages.init_app if mailbox else no_more)


@click.command("worker")
@click.option("--demo", is_flag=True, hidden=True)
def worker_command(demo: bool) -> None:
    """Do the background work: mails, digests, payments, upkeep."""
    from website.worker import run

    settings = running_settings(demo)
    with site_runs(settings.home):
        run(make_services(settings))


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to this release's schema. Safe to run twice, and by several at once."""
    from website.backup.create import before_migration

    settings = load()
    db = open_database(settings)
    if saved := before_migration(settings, db):
        click.echo(f"What is there now is kept: {saved}")
    click.echo("The schema is up to date now." if migrate(db) else "The schema was up to date.")
    db.close()


@click.command("demo")
def demo_command() -> None:
    """Try everything on this machine: website, worker, a stand-in for Stripe, a mailbox."""
    from website.demo.run import run_demo

    run_demo()
