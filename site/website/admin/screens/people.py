"""Finding a buyer; one reader; giving and taking back the pass."""

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import Select, func, select

from newsletter.subscribers.models import Subscriber
from payments import buyers, gifts
from payments.standing import standing
from website.accounts import readers
from website.accounts.models import AddressChange, Reader, ReaderSession
from website.admin.guard import me, needs
from website.admin.operators.roles import Need
from website.mail import suppression
from website.mail.addresses import BadAddress, key_of
from website.web.redirects import see_other
from website.web.services import services

blueprint = Blueprint("people", __name__)
REASON_NEEDED = {"reason": "Say why: it is kept in the log."}
LONGEST_REASON = 500


@blueprint.get("/find")
@needs(Need.PEOPLE)
def find() -> str:
    """Find a buyer by any address or id."""
    typed = request.args.get("q", "").strip()
    found: list[buyers.Buyer] = []
    subscriber = None
    with services().db.read() as session:
        if typed:
            found = buyers.find(session, typed)
            subscriber = session.scalars(
                select(Subscriber).where(Subscriber.email_key == _key(typed))
            ).first()
    return render_template("screens/find.html", typed=typed, found=found, subscriber=subscriber)


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
            gifts.give(session, reader_id, me().email, _reason())
    except gifts.ReasonNeeded:
        return _page(reader_id, REASON_NEEDED), 422
    return see_other(f"/admin/readers/{reader_id}")


@blueprint.post("/readers/<int:reader_id>/take-back")
@needs(Need.MONEY, fresh=True)
def take_back(reader_id: int) -> Response | tuple[str, int]:
    """Take every pass of a reader back. No money moves."""
    try:
        with services().db.write() as session:
            gifts.take_back(session, reader_id, me().email, _reason())
    except gifts.ReasonNeeded:
        return _page(reader_id, REASON_NEEDED), 422
    return see_other(f"/admin/readers/{reader_id}")


def _page(reader_id: int, errors: dict[str, str]) -> str:
    desk = services()
    with desk.db.read() as session:
        try:
            found = readers.get(session, reader_id)
        except readers.NoSuchReader:
            abort(404)
        sessions = select(func.count(ReaderSession.id)).where(ReaderSession.reader_id == reader_id)
        return render_template(
            "screens/reader.html",
            reader=found,
            standing=standing(session, desk.settings, reader_id),
            sessions=session.scalars(sessions).one(),
            past=session.scalars(_past(reader_id)).all(),
            subscriber=session.scalars(
                select(Subscriber).where(Subscriber.email_key == found.email_key)
            ).first(),
            kinds=suppression.kinds(session, found.email_key) if found.email_key else [],
            merged=session.scalars(select(Reader.id).where(Reader.merged_into_id == reader_id)).all(),
            errors=errors,
        )


def _past(reader_id: int) -> Select[str]:
    return select(AddressChange.old_email).where(AddressChange.reader_id == reader_id)


def _reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST_REASON]


def _key(typed: str) -> str:
    try:
        return key_of(typed)
    except BadAddress:
        return ""
