"""The commands that make and run a site: init, serve, worker, migrate, demo."""

import os
import signal
from contextlib import AbstractContextManager, nullcontext, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click
from sqlalchemy.exc import SQLAlchemyError

from carrel import clock, deployment
from carrel.db import Database
from carrel.services import existing_database, make_services, open_database
from carrel.settings import Settings, SettingsError, load, require_production
from website.backup.home_lock import site_lock
from website.broker import QUEUES, Broker
from website.migrations import check_columns, check_schema, migrate

OF_THE_DEMO = ("website.demo", "aiosmtpd")


def running_settings(demo: bool) -> Settings:
    """Settings that a site can run on, with our schema, in a home that belongs to it."""
    from carrel.brand import load_brand
    from payments.stripe.limits import require_sellable

    settings = require_sellable(load(demo=True) if demo else require_production(load()))
    load_brand(
        settings
    )  # a wrong picture is one sentence here; in gunicorn's workers it would be a traceback
    db = existing_database(settings)
    try:
        check_schema(db)
        check_columns(db)
        if not (demo or settings.read_only):
            assign_home(settings, db)
    finally:
        db.close()
    return settings


def assign_home(settings: Settings, db: Database) -> None:
    """Mark the home as a public site's, and say what an unmarked demo has left in it.

    A site starts on a full disk too: then it stays without the marker until the next start.
    """
    from carrel.findings import Level
    from website.doctor.check_context import CheckContext
    from website.doctor.samples import samples

    deployment.check(settings, db, deployment.DeploymentKind.PRODUCTION)
    with suppress(OSError, SQLAlchemyError):
        deployment.write_deployment_marker(settings, db, deployment.DeploymentKind.PRODUCTION)
    finding = samples(CheckContext(settings, db, clock.now()))
    if finding.level is not Level.OK:
        click.echo(f"Warning: {finding.message}. {finding.fix}", err=True)


def use_of(settings: Settings) -> AbstractContextManager[None]:
    """Around the life of a process of the site. One that writes nothing is in nobody's way."""
    return nullcontext() if settings.read_only else site_lock(settings.home)


def demo_module(name: str) -> ModuleType:
    """A module of the demo. Raises `SettingsError` where Carrel was installed without it."""
    try:
        return import_module(f"website.demo.{name}")
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith(OF_THE_DEMO):
            raise
        raise SettingsError(
            "The demo is part of Carrel's source checkout, not of this installation: run `make run` there."
        ) from None


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--from-demo",
    is_flag=True,
    help="Copy the articles, settings, and operators of the demo in this folder, without its samples.",
)
def init_command(folder: Path, from_demo: bool) -> None:
    """Create a site: a folder with settings, an exam, an article, and the standard pages."""
    from articles.commands import command_errors
    from articles.starter import init_site

    with command_errors():
        if not from_demo:
            init_site(folder)
            click.echo(f"{folder} is ready. Go there, read carrel.toml, then run `carrel check`.")
            return
        from website.from_demo import init_from_demo

        people = init_from_demo(load(demo=True), folder)
    click.echo(
        f"{folder} is ready, with the demo's articles and settings, and without its samples and orders. Go there, "
        "read carrel.toml, then run `carrel check`."
    )
    for email in people:
        click.echo(
            f"{email} is an operator there and must set up their sign-in again: carrel operator reset {email}"
        )


@click.command("serve")
@click.option("--bind", help="Address and port to listen on (default: 127.0.0.1 and PORT, or 8000).")
@click.option("--workers", type=int, help="Number of processes (default: one per core).")
@click.option("--demo", is_flag=True, hidden=True)
@click.option("--mailbox", is_flag=True, hidden=True, help="Show the demo's mailbox.")
def serve_command(bind: str | None, workers: int | None, demo: bool, mailbox: bool) -> None:
    """Serve the site (production)."""
    from website.server import add_nothing, serve

    settings = running_settings(demo)
    bind_address = bind or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
    add_pages = demo_module("mail_pages").init_app if mailbox else add_nothing
    with use_of(settings):
        serve(settings, bind_address, workers, add_pages)


@click.command("worker")
@click.option(
    "--cluster", is_flag=True, help="Share the jobs with the workers of other machines, over REDIS_URL."
)
@click.option(
    "--queue",
    "queues",
    multiple=True,
    type=click.Choice(QUEUES),
    help="In a cluster: only these jobs (repeatable).",
)
@click.option("--demo", is_flag=True, hidden=True)
def worker_command(cluster: bool, queues: tuple[str, ...], demo: bool) -> None:
    """Run the background jobs: emails, digests, payments, cleanup."""
    if queues and not cluster:
        raise SettingsError("--queue is for a cluster: give --cluster too.")
    settings = running_settings(demo)
    if settings.read_only:
        click.echo(
            "READ_ONLY is set, so the worker does nothing. Remove it and restart the worker.", err=True
        )
        signal.pause()
        return
    if cluster:
        check_cluster(settings)  # what is wrong with the cluster is one sentence, before anything starts
        from website.cluster.run import run as run_in_cluster

        with use_of(settings):
            run_in_cluster(make_services(settings), queues or QUEUES)
        return
    from website.worker import run

    with use_of(settings):
        run(make_services(settings))


def check_cluster(settings: Settings) -> None:
    """Raises `BrokerError` unless Redis, its client and the database can carry a cluster."""
    db = open_database(settings)
    try:
        Broker.of(settings, db).claim()
    finally:
        db.close()


@click.command("migrate")
def migrate_command() -> None:
    """Upgrade the database to this release's schema. Safe to run twice, and by several at once."""
    from website.backup.create import back_up_before_migration

    settings = load()
    db = open_database(settings)
    if saved := back_up_before_migration(settings, db):
        click.echo(f"The current data is saved in {saved}")
    click.echo("The schema is now up to date." if migrate(db) else "The schema is already up to date.")
    db.close()


@click.command("demo")
def demo_command() -> None:
    """Run everything on this machine: website, worker, a fake Stripe, and a mailbox."""
    demo_module("run").run_demo()
