"""Issues of the digest, and their deliveries."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState
from newsletter.subscribers.models import Frequency, Subscriber
from website.admin.guard import current_operator
from website.admin.operators.roles import Need, may
from website.admin.tables.table import AnyRow, Column, Filter, Table, contains, enum_choices


def _count(state: DeliveryState) -> object:
    counted = select(func.count(Delivery.id)).where(Delivery.issue_id == Issue.id, Delivery.state == state)
    return counted.correlate(Issue).scalar_subquery()


ISSUES = Table(
    name="issues",
    title="Issues",
    description="Every issue of the digest, and how its mails stand.",
    need=Need.DIGESTS,
    key=Issue.id,
    columns=(
        Column("number", "Issue", Issue.id, link=lambda row: f"/admin/issues/{row.key}", number=True),
        Column("pace", "How often", Issue.frequency),
        Column("period", "Period", Issue.period),
        Column("state", "State", Issue.state),
        Column("due_at", "Due", Issue.due_at),
        Column("recipients", "Recipients", Issue.recipients, number=True),
        Column("sent", "Sent", _count(DeliveryState.SENT), number=True),
        Column("failed", "Failed", _count(DeliveryState.FAILED), number=True),
        Column("uncertain", "Uncertain", _count(DeliveryState.UNCERTAIN), number=True),
        Column("reason", "Waits because", Issue.reason),
    ),
    sort="-due_at",
    search=lambda _session, words: contains(Issue.period, words) | contains(Issue.reason, words),
    search_hint="A period such as 2026-W46",
    filters=(
        Filter("state", "State", enum_choices(Issue.state, IssueState)),
        Filter("pace", "How often", enum_choices(Issue.frequency, Frequency)),
    ),
    actions=(("/admin/digests", "The next digests: what they say, who gets them"),),
)


def _issue_link(row: AnyRow) -> str | None:
    return f"/admin/issues/{row.issue}" if may(current_operator().role, Need.DIGESTS) else None


def _deliveries(_session: Session, words: str) -> ColumnElement[bool]:
    condition = contains(Subscriber.email, words) | contains(Delivery.problem, words)
    return (
        condition | (Delivery.issue_id == int(words)) if words.isdecimal() and len(words) < 10 else condition
    )


DELIVERIES = Table(
    name="deliveries",
    title="Deliveries",
    description="One row for each recipient of each issue. An erased recipient has no address any more.",
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
        Column("state", "State", Delivery.state),
        Column("tries", "Tries", Delivery.tries, number=True),
        Column("due_at", "Due", Delivery.due_at),
        Column("ended_at", "Ended", Delivery.ended_at),
        Column("problem", "Problem", Delivery.problem),
    ),
    sort="-number",
    search=_deliveries,
    search_hint="Part of an address, words of a problem, or an issue's number",
    filters=(Filter("state", "State", enum_choices(Delivery.state, DeliveryState)),),
)
TABLES = (ISSUES, DELIVERIES)
