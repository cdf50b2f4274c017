"""How many deliveries there are in each state: those that are rows, and those that were rolled up."""

from collections import Counter

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from newsletter.issues.models import Delivery, DeliveryState, DeliveryTotal, Issue


def count_by_state(session: Session, issue_id: int | None = None) -> dict[str, int]:
    """The deliveries of an issue, or of all issues, by state."""
    counts = Counter[str]()
    rows = select(Delivery.state, func.count()).group_by(Delivery.state)
    totals = select(DeliveryTotal.state, func.sum(DeliveryTotal.deliveries)).group_by(DeliveryTotal.state)
    if issue_id is not None:
        rows = rows.where(Delivery.issue_id == issue_id)
        totals = totals.where(DeliveryTotal.issue_id == issue_id)
    # One statement, so that a batch that is rolled up meanwhile is counted once.
    for state, count in session.execute(rows.union_all(totals)):
        counts[state] += int(count)
    return dict(counts)


def count_of_issue(state: DeliveryState) -> ColumnElement[int]:
    """The deliveries in this state, of the issue of the query around it."""
    rows = select(func.count(Delivery.id)).where(Delivery.issue_id == Issue.id, Delivery.state == state)
    totals = select(func.coalesce(func.sum(DeliveryTotal.deliveries), 0))
    totals = totals.where(DeliveryTotal.issue_id == Issue.id, DeliveryTotal.state == state)
    return rows.correlate(Issue).scalar_subquery() + totals.correlate(Issue).scalar_subquery()
