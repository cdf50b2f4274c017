"""Checks of what comes and goes: Stripe's events, mail, alarms."""

import socket
import urllib.request
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError

from sqlalchemy import func, select

from carrel.findings import Finding, error, ok, warning
from carrel.mail import restore_hold
from carrel.mail.models import Alarm, OutboxMail, OutboxState
from carrel.mail.outcomes import MailServerError
from carrel.mail.server import MailServer
from carrel.settings import is_local
from payments.models import StripeEvent
from website.doctor.check_context import CheckContext

PATIENCE = timedelta(minutes=15)
WAITS_TOO_LONG = timedelta(hours=1)
SECONDS = 5.0
SKEW = timedelta(minutes=1)


def webhook(site: CheckContext) -> Finding:
    """Do Stripe's events arrive, and are they handled?"""
    if not site.settings.sells:
        return ok("webhook", "payments are off")
    with site.db.read() as session:
        dead = session.scalar(select(func.count()).where(StripeEvent.dead_at.is_not(None))) or 0
        open_ = select(func.min(StripeEvent.created_at)).where(
            StripeEvent.handled_at.is_(None), StripeEvent.dead_at.is_(None)
        )
        waiting = session.scalar(open_)
        newest = session.scalar(select(func.max(StripeEvent.received_at)))
    if dead:
        return error("webhook", f"{dead} events could not be handled", "See /admin/inbox/.")
    if waiting and site.now - waiting > PATIENCE:
        return warning(
            "webhook", f"an event has waited since {waiting:%Y-%m-%d %H:%M UTC}", "Is the worker running?"
        )
    message = f"the last event arrived {newest:%Y-%m-%d %H:%M UTC}" if newest else "no event has arrived yet"
    return ok("webhook", message)


def mail(site: CheckContext) -> Finding:
    """Does mail go out?"""
    with site.db.read() as session:
        held = restore_hold.is_held(session)
        queued = OutboxMail.state == OutboxState.QUEUED
        oldest = session.scalar(select(func.min(OutboxMail.created_at)).where(queued))
    if held:
        return warning(
            "mail", "all email is on hold after a restore", "carrel mail resume --skip (or --again)"
        )
    if oldest and site.now - oldest > WAITS_TOO_LONG:
        return error(
            "mail",
            f"mail has waited since {oldest:%Y-%m-%d %H:%M UTC}",
            "Check the worker's log and SMTP_URL.",
        )
    return _mail_server(site)


def _mail_server(site: CheckContext) -> Finding:
    try:
        server = MailServer.of(site.settings)
        if site.ask_outside:
            socket.create_connection((server.host, server.port), SECONDS).close()
    except MailServerError as problem:
        return error("mail", "it cannot be sent", str(problem))
    except OSError as problem:
        return error(
            "mail",
            f"the mail server does not answer: {problem.strerror or problem}",
            "Check SMTP_URL and the firewall.",
        )
    return ok("mail", "nothing waits" + (", and the mail server answers" if site.ask_outside else ""))


def stripe(site: CheckContext) -> Finding:
    """Can Stripe be reached, and does it have the same time?"""
    if not site.settings.sells or not site.ask_outside:
        return ok("Stripe", "not asked" if site.settings.sells else "payments are off")
    try:
        stripe_time = _time_at(site.settings.stripe_api_base)
    except OSError as problem:
        return error(
            "Stripe", f"it cannot be reached: {getattr(problem, 'reason', problem)}", "Check the network."
        )
    ours = datetime.now(UTC)
    if stripe_time and abs(stripe_time - ours) > SKEW:
        return error(
            "Stripe",
            f"Stripe's clock says {stripe_time:%H:%M:%S UTC}, ours says {ours:%H:%M:%S UTC}",
            "timedatectl set-ntp true",
        )
    who = "the fake Stripe on this machine" if is_local(site.settings.stripe_api_base) else "it"
    return ok("Stripe", f"{who} answers, and the clocks agree")


def _time_at(url: str) -> datetime | None:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - a setting
            date = answer.headers.get("Date")
    except HTTPError as refused:  # an answer as good as any
        date = refused.headers.get("Date")
    return parsedate_to_datetime(date) if date else None


def alarms(site: CheckContext) -> Finding:
    """Is there anything that nobody has seen?"""
    with site.db.read() as session:
        subjects = session.scalars(select(Alarm.subject).where(Alarm.acknowledged_at.is_(None))).all()
    if subjects:
        return warning("alarms", f"{len(subjects)} open: {'; '.join(subjects[:3])}", "See /admin/alarms/.")
    return ok("alarms", "none is open")
