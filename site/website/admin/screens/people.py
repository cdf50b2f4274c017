"""One reader: the pass granted or revoked, data exported, sessions ended, the reader erased."""

import json

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import audit
from carrel.accounts import erasure, readers, sessions
from carrel.accounts.export import export as export_reader
from carrel.accounts.models import AddressChange, Reader
from carrel.mail import suppression
from carrel.services import services
from newsletter.subscribers.models import Subscriber
from payments.ledger import manual_grants
from payments.prices import price
from payments.queries import order_detail
from payments.queries.account_summary import account_summary
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need, may

blueprint = Blueprint("people", __name__)
REASON_NEEDED = {"reason": "Enter a reason. It is kept in the log."}
NOT_SURE = "Check the box to confirm that they asked for this. It cannot be undone."
LONGEST_REASON = 500


@blueprint.get("/readers/<int:reader_id>")
@needs(Need.PEOPLE)
def reader(reader_id: int) -> str:
    """One reader: the pass, what they paid, where they are signed in."""
    return _page(reader_id, {})


@blueprint.post("/readers/<int:reader_id>/give")
@needs(Need.MONEY, fresh=True)
def give(reader_id: int) -> Response | tuple[str, int]:
    """Give the pass by hand."""
    try:
        with services().db.write() as session:
            manual_grants.grant(session, reader_id, current_operator().email, _reason())
    except manual_grants.ReasonRequiredError:
        return _page(reader_id, REASON_NEEDED), 422
    return done(f"/admin/readers/{reader_id}", "Pass granted.")


@blueprint.post("/readers/<int:reader_id>/take-back")
@needs(Need.MONEY, fresh=True)
def take_back(reader_id: int) -> Response | tuple[str, int]:
    """Take every pass of a reader back. No money moves."""
    try:
        with services().db.write() as session:
            manual_grants.revoke(session, reader_id, current_operator().email, _reason())
    except manual_grants.ReasonRequiredError:
        return _page(reader_id, REASON_NEEDED), 422
    return done(f"/admin/readers/{reader_id}", "Pass revoked. No money was returned.")


@blueprint.post("/readers/<int:reader_id>/export")
@needs(Need.PEOPLE, fresh=True)
def export(reader_id: int) -> Response:
    """Everything we hold of a reader, for somebody who cannot press the button in their account (GDPR 15)."""
    with services().db.write() as session:
        body = json.dumps(export_reader(session, _find(session, reader_id)), indent=2, ensure_ascii=False)
        audit.record(
            session, actor=current_operator().email, action="reader.export", subject=f"reader:{reader_id}"
        )
    response = Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="reader-{reader_id}.json"'
    return response


@blueprint.post("/readers/<int:reader_id>/sessions/end")
@needs(Need.PEOPLE, fresh=True)
def end_sessions(reader_id: int) -> Response:
    """Sign a reader out in every browser, who may sign in again."""
    with services().db.write() as session:
        sessions.end_all(session, _find(session, reader_id).id)
        audit.record(
            session, actor=current_operator().email, action="reader.sign_out", subject=f"reader:{reader_id}"
        )
    return done(f"/admin/readers/{reader_id}", "Signed out everywhere.")


@blueprint.post("/readers/<int:reader_id>/erase")
@needs(Need.PEOPLE, fresh=True)
def erase(reader_id: int) -> Response | tuple[str, int]:
    """Erase a reader who asked for it (GDPR 17)."""
    if "sure" not in request.form:
        return _page(reader_id, {"sure": NOT_SURE}), 422
    with services().db.write() as session:
        reader = _find(session, reader_id)
        if reader.erased_at is None and reader.merged_into_id is None:
            erasure.erase(session, services().settings, reader, current_operator().email)
    return done(f"/admin/readers/{reader_id}", "Reader erased.")


def _page(reader_id: int, errors: dict[str, str]) -> str:
    with services().db.read() as session:
        reader = _find(session, reader_id)
        former = select(AddressChange.old_email).where(AddressChange.reader_id == reader_id)
        return render_template(
            "screens/reader.html",
            reader=reader,
            pass_summary=account_summary(session, services().settings, reader_id),
            browsers=sessions.of_reader(session, reader_id),
            past=session.scalars(former).all(),
            subscriber=session.scalars(
                select(Subscriber).where(Subscriber.email_key == reader.email_key)
            ).first(),
            kinds=suppression.reasons(session, reader.email_key) if reader.email_key else [],
            merged=session.scalars(select(Reader.id).where(Reader.merged_into_id == reader_id)).all(),
            refundable=_refundable(session, reader_id) if services().settings.sells else [],
            errors=errors,
        )


def _refundable(session: Session, reader_id: int) -> list[dict[str, object]]:
    """The reader's orders with something left that Stripe would refund."""
    if not may(current_operator().role, Need.MONEY):
        return []
    details = order_detail.order_details(session, reader_id)
    return [
        {
            "reference": detail.order.reference,
            "amount": price(detail.unrefunded_cents, detail.order.currency),
            "is_gift": detail.gift is not None,
        }
        for detail in details
        if detail.can_be_refunded
    ]


def _find(session: Session, reader_id: int) -> Reader:
    try:
        return readers.get(session, reader_id)
    except readers.ReaderNotFoundError:
        abort(404)


def _reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST_REASON]
