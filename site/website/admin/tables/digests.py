"""Issues of the digest, and their deliveries."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from newsletter.issues.delivery_totals import count_of_issue
from newsletter.issues.issue_names import period_in_words
from newsletter.issues.models import BROADCAST, Delivery, DeliveryState, Issue, IssueState, MailVariant
from newsletter.subscribers.models import Subscriber
from newsletter.writing.models import IssueText
from website.admin.guard import current_operator
from website.admin.operators.roles import Need, may
from website.admin.tables.people import FREQUENCIES
from website.admin.tables.table import AnyRow, Choice, Column, Filter, Table, choices, contains, enum_choices


def _subject() -> ColumnElement[str | None]:
    composed = select(MailVariant.subject).where(
        MailVariant.issue_id == Issue.id, MailVariant.subject.is_not(None)
    )
    return composed.order_by(MailVariant.id).limit(1).correlate(Issue).scalar_subquery()


def _pace(row: AnyRow) -> str:
    return "broadcast" if row.period.startswith(BROADCAST) else str(row.pace)


ISSUES = Table(
    name="issues",
    title="Issues",
    description="Every newsletter issue and its deliveries.",
    need=Need.DIGESTS,
    key=Issue.id,
    columns=(
        Column("number", "Issue", Issue.id, link=lambda row: f"/admin/issues/{row.key}", number=True),
        Column("subject", "Subject", _subject()),
        Column("pace", "How often", Issue.frequency, show=_pace),
        Column("period", "Period", Issue.period, show=lambda row: period_in_words(row.period) or "–"),
        Column("state", "State", Issue.state),
        Column("due_at", "Due", Issue.due_at, rest=True),
        Column("recipients", "Recipients", Issue.recipients, number=True),
        Column("sent", "Sent", count_of_issue(DeliveryState.SENT), number=True),
        Column("failed", "Failed", count_of_issue(DeliveryState.FAILED), number=True),
        Column("uncertain", "Uncertain", count_of_issue(DeliveryState.UNCERTAIN), number=True),
        Column("reason", "Waiting because", Issue.reason, rest=True),
    ),
    sort="-due_at",
    search=lambda _session, words: (
        contains(Issue.period, words) | contains(Issue.reason, words) | contains(_subject(), words)
    ),
    search_hint="A period such as 2026-W46, or words of a subject",
    filters=(
        Filter("state", "State", enum_choices(Issue.state, IssueState)),
        Filter("pace", "How often", choices(Issue.frequency, FREQUENCIES)),
    ),
    actions=(("/admin/digests", "Preview the next digests"),),
)


def _issue_link(row: AnyRow) -> str | None:
    return f"/admin/issues/{row.issue}" if may(current_operator().role, Need.DIGESTS) else None


def _deliveries(_session: Session, words: str) -> ColumnElement[bool]:
    condition = contains(Subscriber.email, words) | contains(Delivery.problem, words)
    return (
        condition | (Delivery.issue_id == int(words)) if words.isdecimal() and len(words) < 10 else condition
    )


DELIVERY_STATES = {state.value: state.value for state in DeliveryState} | {
    DeliveryState.LEASED.value: "being sent"
}
DELIVERIES = Table(
    name="deliveries",
    title="Deliveries",
    description="One row for each recipient of each issue of the last year; older issues keep the totals. The address of an erased recipient is gone.",
    need=Need.PEOPLE,
    key=Delivery.id,
    personal=True,
    joined=lambda query: query.select_from(Delivery).outerjoin(
        Subscriber, Subscriber.id == Delivery.subscriber_id
    ),
    columns=(
        Column("number", "Delivery", Delivery.id, number=True),
        Column("issue", "Issue", Delivery.issue_id, link=_issue_link, number=True),
        Column("email", "Subscriber", Subscriber.email),
        Column("state", "State", Delivery.state, lambda row: DELIVERY_STATES[row.state]),
        Column("tries", "Tries", Delivery.tries, number=True),
        Column("due_at", "Due", Delivery.due_at, rest=True),
        Column("ended_at", "Ended", Delivery.ended_at),
        Column("problem", "Problem", Delivery.problem),
    ),
    sort="-number",
    search=_deliveries,
    search_hint="Part of an email address, words from a problem, or an issue number",
    filters=(
        Filter(
            "state",
            "State",
            choices(Delivery.state, {state: words.capitalize() for state, words in DELIVERY_STATES.items()}),
        ),
    ),
)
BROADCASTS = Table(
    name="broadcasts",
    title="Broadcasts",
    description="Emails in your own words to chosen subscribers. Once sent, a broadcast is an issue like any other.",
    need=Need.DIGESTS,
    key=IssueText.id,
    joined=lambda query: (
        query.select_from(IssueText)
        .outerjoin(Issue, Issue.id == IssueText.issue_id)
        .where(IssueText.is_broadcast)
    ),
    columns=(
        Column(
            "number", "Broadcast", IssueText.id, link=lambda row: f"/admin/broadcasts/{row.key}", number=True
        ),
        Column("subject", "Subject", IssueText.subject),
        Column("state", "State", func.coalesce(Issue.state, "not sent")),
        Column("recipients", "Recipients", Issue.recipients, number=True),
        Column("edited_by", "Edited by", IssueText.edited_by),
        Column("edited_at", "Edited", IssueText.edited_at),
    ),
    sort="-number",
    search=lambda _session, words: contains(IssueText.subject, words) | contains(IssueText.markdown, words),
    search_hint="Words of a subject or text",
    filters=(
        Filter(
            "sent",
            "Sent",
            (
                Choice("no", "Not sent", lambda: IssueText.issue_id.is_(None)),
                Choice("yes", "Sent", lambda: IssueText.issue_id.is_not(None)),
            ),
        ),
    ),
    actions=(("/admin/broadcasts/new", "New broadcast"),),
)
TABLES = (ISSUES, BROADCASTS, DELIVERIES)
