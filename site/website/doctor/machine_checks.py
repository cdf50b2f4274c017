"""Checks of the machine: settings, database, disk, clock, worker, backups."""

import shutil
from datetime import datetime, timedelta

import pysqlite3
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from carrel.brand import load_brand
from carrel.clock import TOLERANCE
from carrel.findings import Finding, error, ok, warning
from carrel.mail.models import OutboxMail
from carrel.settings import SettingsError, is_demo, require_production
from payments.models import Reconciliation
from payments.stripe.limits import require_sellable
from website.admin.operators.models import Passkey
from website.backup import backup_store, restore_test
from website.doctor import heartbeat
from website.doctor.check_context import CheckContext
from website.migrations import UnknownSchemaError, check_columns, check_schema

FREE_BYTES, FREE_PART = 500_000_000, 0.10
TOO_OLD = timedelta(hours=48)


def settings(site: CheckContext) -> Finding:
    """Could a public site run on them?"""
    if is_demo(site.settings):
        return ok("settings", "this is the demo, which fills in missing settings")
    try:
        require_sellable(require_production(site.settings))
        load_brand(site.settings)
    except SettingsError as problem:
        return error("settings", "the settings are invalid", str(problem))
    return ok("settings", "they are complete")


def secrets(site: CheckContext) -> Finding:
    """Do the keys fit a public site?"""
    key = site.settings.stripe_secret_key.get_secret_value()
    if not site.settings.alarm_email:
        return warning("secrets", "ALARM_EMAIL is not set", "Set ALARM_EMAIL.")
    if site.settings.is_https and key.startswith(("sk_test", "rk_test")):
        return warning(
            "secrets",
            "the Stripe key is a test key: payments are not real",
            "Set the live key. docs/stripe.md",
        )
    keys = len(site.settings.secret_keys)
    return ok("secrets", f"{keys} signing key{'' if keys == 1 else 's'}; Stripe {'on' if key else 'off'}")


def network_ad(site: CheckContext) -> Finding:
    """Can the ad network's tag ever show? Without consent it does not, and only a tool can ask for that."""
    network = site.settings.network_ad
    if not network.is_on:
        return ok("ad network", "no ad network is used")
    if network.consent_script:
        return ok("ad network", "its ads appear for readers who consent")
    return warning(
        "ad network",
        "its ads never appear: nothing asks readers for consent",
        "Name your consent tool's script in consent_script under [network_ad]. docs/ads.md",
    )


def desk(site: CheckContext) -> Finding:
    """Are the admin pages out of reach of what runs on readers' pages?"""
    if site.settings.desk_url:
        return ok("admin pages", f"they have their own hostname: {site.settings.desk_host}")
    if not site.settings.network_ad.is_on:
        return ok("admin pages", "they share the readers' hostname, where no third-party scripts run")
    with site.db.read() as session:
        held = session.scalar(select(func.count()).select_from(Passkey)) or 0
    losses = f" Passkeys ({held}) do not work there: sign in with password and app, and add them again."
    return warning(
        "admin pages",
        "they share a hostname with pages that run an ad network's script",
        f"Set CARREL_DESK_URL to another hostname. docs/operators.md{losses if held else ''}",
    )


def database(site: CheckContext) -> Finding:
    """Does it answer, for reading and for writing?"""
    try:
        with site.db.read() as session:
            session.execute(text("SELECT 1"))
        if site.db.is_read_only:
            return warning(
                "database",
                "READ_ONLY is set: nobody can sign in, buy or subscribe, and no mail is sent",
                "Remove it when the site has moved, and restart the website and the worker.",
            )
        with site.db.write():
            pass
    except SQLAlchemyError as problem:
        return error(
            "database",
            "it does not answer",
            f"{getattr(problem, 'orig', problem)}. Is it running, and is the disk full?",
        )
    kind = f"SQLite {pysqlite3.sqlite_version}" if site.db.is_sqlite else "PostgreSQL"
    return ok("database", f"{kind} reads and writes")


def migrations(site: CheckContext) -> Finding:
    """Is the schema this release's?"""
    try:
        check_schema(site.db)
        check_columns(site.db)
    except (UnknownSchemaError, SQLAlchemyError) as problem:
        return error("migrations", "this release cannot run with the schema", str(problem))
    return ok("migrations", "this release can run with the schema")


def disk(site: CheckContext) -> Finding:
    """Is there room? Warns at a tenth or 500 MB (DATA-08)."""
    usage = shutil.disk_usage(site.settings.home)
    message = f"{usage.free / 1e9:.1f} GB of {usage.total / 1e9:.1f} GB are free"
    if usage.free < FREE_BYTES:
        return error("disk", message, "Free up disk space now. Without it, nobody can buy or sign in.")
    if usage.free < usage.total * FREE_PART:
        return warning("disk", message, "Free up disk space, or move old backups to another machine.")
    return ok("disk", message)


def clock(site: CheckContext) -> Finding:
    """Did it jump? Stripe's signatures allow five minutes."""
    with site.db.read() as session:
        newest = session.scalar(select(func.max(OutboxMail.created_at)))
        theirs = None if site.db.is_sqlite else session.scalar(select(func.now()))
    if newest and newest > site.now + TOLERANCE:
        return error(
            "clock", f"a mail was queued at {newest:%Y-%m-%d %H:%M UTC}, which is in the future", SYNC
        )
    if isinstance(theirs, datetime) and abs(theirs - site.now) > TOLERANCE:
        return error("clock", f"PostgreSQL's machine has {theirs:%H:%M:%S UTC}", SYNC)
    return ok("clock", f"{site.now:%Y-%m-%d %H:%M:%S UTC}")


SYNC = "Synchronize the clock: timedatectl set-ntp true"


def worker(site: CheckContext) -> Finding:
    """Is it at work?"""
    last_seen = heartbeat.last(site.settings.home)
    if last_seen is None or site.now - last_seen > heartbeat.ALIVE:
        when = f"it was last seen {_ago(site.now - last_seen)} ago" if last_seen else "it has never run"
        return error(
            "worker",
            when,
            "Start it: systemctl start carrel-worker (or carrel worker). Without it, no email is sent.",
        )
    return ok("worker", "running")


def last_backup(site: CheckContext) -> Finding:
    """Is there one of last night?"""
    latest = site.now + TOLERANCE  # a later one is of a clock that was ahead, and says nothing
    newest = next(
        (backup for backup in backup_store.all_backups(site.settings.home) if backup.at <= latest), None
    )
    if newest is None:
        return warning("last backup", "there is none yet", "Make one: carrel backup")
    message = f"{newest.path.name}, {_ago(site.now - newest.at)} old"
    if site.now - newest.at > TOO_OLD:
        return error(
            "last backup", message, "Is the worker running, and is the disk full? Make one: carrel backup"
        )
    return ok("last backup", message)


def last_restore_test(site: CheckContext) -> Finding:
    """Could the last backup be restored? (DATA-11)"""
    result = restore_test.last_result(site.settings.home)
    if result is None:
        return warning("last restore test", "there is none yet", "Make one: carrel backup --test")
    if result.problem:
        return error("last restore test", result.problem, "Find out why, then: carrel backup --test")
    if site.now - result.tested_at > TOO_OLD:
        return error(
            "last restore test",
            f"it is {_ago(site.now - result.tested_at)} old",
            "Run: carrel backup --test",
        )
    return ok("last restore test", f"{result.backup} was restored {_ago(site.now - result.tested_at)} ago")


def comparison(site: CheckContext) -> Finding:
    """Is the ledger compared with Stripe?"""
    if not site.settings.sells:
        return ok("comparison with Stripe", "payments are off")
    with site.db.read() as session:
        last = session.scalar(select(func.max(Reconciliation.finished_at)))
    if last is None or site.now - last > timedelta(hours=1):
        message = f"the last one was {_ago(site.now - last)} ago" if last else "there is none yet"
        return warning(
            "comparison with Stripe",
            message,
            "The worker does it every ten minutes; to do it now: carrel reconcile",
        )
    return ok("comparison with Stripe", f"{_ago(site.now - last)} ago")


def _ago(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    for size, name in ((1440, "days"), (60, "hours")):
        if minutes >= 2 * size:
            return f"{minutes // size} {name}"
    return f"{minutes} minutes"
