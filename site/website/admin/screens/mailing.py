"""Suppressions for an address, and alarms."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import exists, select

from carrel import audit
from carrel.mail import alarms, outbox, suppression
from carrel.mail.addresses import InvalidAddressError, key_of, masked
from carrel.mail.models import Alarm, SuppressionKind
from carrel.services import services
from newsletter.subscribers import erasure, operator_acts
from newsletter.subscribers.models import Subscriber
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need
from website.admin.tables.people import KINDS

blueprint = Blueprint("mailing", __name__)
LONGEST_REASON = 300
NOT_SURE = "Check the box to confirm that they asked for this. It cannot be undone."
REASON_NEEDED = {"reason": "Enter a reason. It is kept in the log."}
STOPPED = "All email to this address is stopped."


@blueprint.get("/suppression")
@needs(Need.PEOPLE)
def suppression_page() -> str | tuple[str, int]:
    """Look up one address."""
    return _page(request.args.get("email", "").strip(), {})


@blueprint.post("/suppression")
@needs(Need.PEOPLE, fresh=True)
def change_suppression() -> Response | str | tuple[str, int]:
    """Remove one reason, or stop all mail to the address by hand."""
    form = request.form
    email, reason = form.get("email", "").strip(), form.get("reason", "").strip()[:LONGEST_REASON]
    lift = form.get("lift", "")
    if lift and lift not in set(SuppressionKind):
        abort(400)
    if lift and lift not in operator_acts.CAN_BE_LIFTED:
        return _page(email, {"": operator_acts.ONLY_BY_THEM})
    if not reason:
        return _page(email, REASON_NEEDED)
    try:
        key = key_of(email)
    except InvalidAddressError as bad:
        return _page(email, {"email": str(bad)})
    with services().db.write() as session:
        if lift:
            changed = suppression.lift(session, key, SuppressionKind(lift))
        else:
            changed = suppression.suppress(session, key, SuppressionKind.BY_HAND, reason)
        if changed:
            action = f"suppression.{'lift' if lift else 'add'}"
            after: audit.Values = {"kind": lift or SuppressionKind.BY_HAND}
            # The log keeps what was done, not the address of somebody who may be forgotten one day.
            audit.record(
                session,
                actor=current_operator().email,
                action=action,
                subject=masked(key),
                reason=reason,
                after=after,
            )
    return _done(email, f"Suppression removed: {KINDS[SuppressionKind(lift)].lower()}." if lift else STOPPED)


@blueprint.post("/suppression/forget")
@needs(Need.PEOPLE, fresh=True)
def forget() -> Response | str | tuple[str, int]:
    """Erase a subscriber who is no reader, as they asked; only the hash of the address stays, so that it is never mailed."""
    email = request.form.get("email", "").strip()
    if "sure" not in request.form:
        return _page(email, {"sure": NOT_SURE})
    try:
        key = key_of(email)
    except InvalidAddressError as bad:
        return _page(email, {"email": str(bad)})
    with services().db.write() as session:
        erasure.erase(session, key)
        outbox.forget(session, key)
        audit.record(session, actor=current_operator().email, action="subscriber.erase", subject=masked(key))
    return _done(email, "Subscriber erased. The address will not be mailed again.")


@blueprint.get("/alarms/<int:alarm_id>")
@needs(Need.LOOK)
def alarm(alarm_id: int) -> str:
    """One alarm."""
    with services().db.read() as session:
        alarm = session.get(Alarm, alarm_id)
    if alarm is None:
        abort(404)
    return render_template("screens/alarm.html", alarm=alarm)


@blueprint.post("/alarms/<int:alarm_id>/seen")
@needs(Need.LOOK)
def seen(alarm_id: int) -> Response:
    """Acknowledge it."""
    with services().db.write() as session:
        alarms.acknowledge(session, alarm_id, current_operator().email)
    return done("/admin/alarms/?state=open", "Alarm acknowledged.")


def _done(email: str, sentence: str) -> Response:
    return done(f"/admin/suppression?{urlencode({'email': email})}", sentence)


def _page(email: str, errors: dict[str, str]) -> str | tuple[str, int]:
    suppressions, subscribes = [], False
    try:
        with services().db.read() as session:
            key = key_of(email) if email else ""
            suppressions = suppression.reasons(session, key) if key else []
            subscribes = session.scalars(select(exists().where(Subscriber.email_key == key))).one()
    except InvalidAddressError as bad:
        errors = {"email": str(bad)}
    page = render_template(
        "screens/suppression.html",
        email=email,
        suppressions=suppressions,
        subscribes=subscribes,
        kinds=KINDS,
        can_be_lifted=operator_acts.CAN_BE_LIFTED,
        only_by_them=operator_acts.ONLY_BY_THEM,
        errors=errors,
    )
    return (page, 422) if errors else page
