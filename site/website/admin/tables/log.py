"""House ads, alarms, single mails, and the log of what operators did."""

import json
from functools import partial

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from carrel import clock
from carrel.ads.models import HouseAd
from carrel.audit import AuditEntry
from carrel.mail.models import Alarm, OutboxMail, OutboxState
from carrel.security_events import Outcome
from website.admin.operators.roles import Need
from website.admin.tables.table import AnyRow, Choice, Column, Filter, Table, choices, contains, enum_choices

ADS = Table(
    name="ads",
    title="House ads",
    description="Your own ads. An ad with a higher weight is shown more often.",
    need=Need.ADS,
    key=HouseAd.id,
    columns=(
        Column("name", "Name", HouseAd.name, link=lambda row: f"/admin/ads/{row.key}"),
        Column("label", "Label", HouseAd.label, rest=True),
        Column("kind", "Kind", HouseAd.kind),
        Column("active", "On", HouseAd.active),
        Column("paid", "Paid", HouseAd.paid, rest=True),
        Column("weight", "Weight", HouseAd.weight, number=True),
        Column("starts_at", "From", HouseAd.starts_at),
        Column("ends_at", "Until", HouseAd.ends_at),
        Column("cap", "Cap", HouseAd.cap, number=True, rest=True),
        Column("told", "Problem", HouseAd.reported_problem),
    ),
    sort="name",
    search=lambda _session, words: contains(HouseAd.name, words) | contains(HouseAd.title, words),
    search_hint="Name or title",
    filters=(
        Filter(
            "state",
            "State",
            (
                Choice("on", "On", lambda: HouseAd.active.is_(True)),
                Choice("off", "Paused", lambda: HouseAd.active.is_(False) & HouseAd.archived_at.is_(None)),
                Choice("over", "Over", lambda: HouseAd.ends_at <= clock.now()),
                Choice("archived", "Archived", lambda: HouseAd.archived_at.is_not(None)),
            ),
        ),
    ),
    actions=(("/admin/ads/new", "Create ad"), ("/admin/reports/ads", "Ad performance")),
)


def _values(name: str, row: AnyRow) -> str:
    value = row._mapping[name]
    return json.dumps(value, ensure_ascii=False) if value else "–"


def _log(_session: Session, words: str) -> ColumnElement[bool]:
    columns = (
        AuditEntry.actor,
        AuditEntry.action,
        AuditEntry.subject,
        AuditEntry.reason,
        AuditEntry.request_id,
    )
    return or_(*(contains(column, words) for column in columns))


AUDIT = Table(
    name="audit",
    title="Log",
    description="Every change by operators and commands, and every refused code and page: who, when, what, and from where.",
    need=Need.OPERATORS,
    key=AuditEntry.id,
    personal=True,
    columns=(
        Column("at", "When", AuditEntry.at),
        Column("actor", "Who", AuditEntry.actor),
        Column("action", "What", AuditEntry.action),
        Column("outcome", "Outcome", AuditEntry.outcome),
        Column("subject", "On", AuditEntry.subject),
        Column("reason", "Reason", AuditEntry.reason),
        Column("before", "Before", AuditEntry.before, partial(_values, "before"), sorts=False, rest=True),
        Column("after", "After", AuditEntry.after, partial(_values, "after"), sorts=False, rest=True),
        Column("network", "From", AuditEntry.network, rest=True),
        Column("request_id", "Request", AuditEntry.request_id, rest=True),
    ),
    sort="-at",
    search=_log,
    search_hint="Operator, action, subject, reason, or request ID",
    filters=(Filter("outcome", "Outcome", enum_choices(AuditEntry.outcome, Outcome)),),
)
ALARMS = Table(
    name="alarms",
    title="Alarms",
    description="What went wrong. An alarm that you have acknowledged opens again if its problem comes back.",
    need=Need.LOOK,
    key=Alarm.id,
    columns=(
        Column("subject", "What", Alarm.subject, link=lambda row: f"/admin/alarms/{row.key}"),
        Column("times", "Times", Alarm.count, number=True),
        Column("first_at", "First", Alarm.first_at, rest=True),
        Column("last_at", "Last", Alarm.last_at),
        Column("acknowledged_at", "Acknowledged", Alarm.acknowledged_at),
        Column("acknowledged_by", "By", Alarm.acknowledged_by, rest=True),
    ),
    sort="-last_at",
    search=lambda _session, words: contains(Alarm.subject, words) | contains(Alarm.text, words),
    search_hint="Words from the alarm",
    filters=(
        Filter(
            "state",
            "State",
            (
                Choice("open", "Open", lambda: Alarm.acknowledged_at.is_(None)),
                Choice("seen", "Acknowledged", lambda: Alarm.acknowledged_at.is_not(None)),
            ),
        ),
    ),
)
MAIL_STATES = {state.value: state.value for state in OutboxState} | {OutboxState.LEASED.value: "being sent"}
MAILS = Table(
    name="mails",
    title="Transactional emails",
    description="Sign-in links, receipts, and notices. For digests, see Deliveries.",
    need=Need.PEOPLE,
    key=OutboxMail.id,
    personal=True,
    columns=(
        Column("created_at", "Queued", OutboxMail.created_at),
        Column("name", "Mail", OutboxMail.name),
        Column("to_address", "To", OutboxMail.to_address),
        Column("state", "State", OutboxMail.state, lambda row: MAIL_STATES[row.state]),
        Column("tries", "Tries", OutboxMail.tries, number=True, rest=True),
        Column("due_at", "Due", OutboxMail.due_at, rest=True),
        Column("ended_at", "Ended", OutboxMail.ended_at),
        Column("problem", "Problem", OutboxMail.problem),
    ),
    sort="-created_at",
    search=lambda _session, words: contains(OutboxMail.to_address, words) | contains(OutboxMail.name, words),
    search_hint="Part of an email address, or an email's name",
    filters=(
        Filter(
            "state",
            "State",
            choices(OutboxMail.state, {state: words.capitalize() for state, words in MAIL_STATES.items()}),
        ),
    ),
)
TABLES = (ADS, AUDIT, ALARMS, MAILS)
