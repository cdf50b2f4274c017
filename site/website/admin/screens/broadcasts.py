"""Broadcasts: write, choose recipients, test, send."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from articles.models import Exam, Topic
from carrel import clock
from carrel.http.redirects import see_other
from carrel.mail.message import Content
from carrel.page_cache import Audience
from carrel.services import services
from newsletter.issues import broadcasts, composition
from newsletter.issues.broadcasts import (
    BroadcastDraft,
    BroadcastNotFoundError,
    BroadcastSentError,
    NobodyError,
)
from newsletter.issues.issue_lifecycle import CannotSendError
from newsletter.subscribers.models import Frequency
from newsletter.subscribers.preferences import subscription_options
from newsletter.writing.models import IssueText
from newsletter.writing.recipients import count_recipients
from newsletter.writing.save import EditConflictError, InvalidDraftError
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need
from website.admin.screens import writing
from website.admin.screens.writing import Refused
from website.admin.tables.people import FREQUENCIES

blueprint = Blueprint("broadcasts", __name__)
ALREADY_SENT = "Nothing was changed: this broadcast was sent before."
EMPTY: dict[str, Any] = {
    "subject": "",
    "markdown": "",
    "version": 0,
    "paces": [frequency.value for frequency in Frequency],
    "exams": [],
    "topics": [],
}


@blueprint.get("/broadcasts/new")
@needs(Need.DIGESTS)
def new() -> str:
    """An empty form."""
    return _page(None)[0]


@blueprint.post("/broadcasts/new")
@needs(Need.DIGESTS)
def create() -> Response | tuple[str, int]:
    """Save a new draft."""
    draft = _draft()
    settings, operator = services().settings, current_operator()
    try:
        with services().db.write() as session:
            broadcast_id = broadcasts.create(session, settings, draft, actor=operator.email)
    except InvalidDraftError as error:
        return _page(None, writing.refused(error, _typed(draft)))
    return done(f"/admin/broadcasts/{broadcast_id}", writing.SAVED)


@blueprint.get("/broadcasts/<int:broadcast_id>")
@needs(Need.DIGESTS)
def form(broadcast_id: int) -> str | Response:
    """A draft: its form, who would get it, the mail. Of one that was sent, its issue."""
    text = _find(broadcast_id)
    return see_other(f"/admin/issues/{text.issue_id}") if text.issue_id else _page(text)[0]


@blueprint.post("/broadcasts/<int:broadcast_id>")
@needs(Need.DIGESTS)
def save(broadcast_id: int) -> Response | tuple[str, int]:
    """Change a draft."""
    draft = _draft()
    settings, operator = services().settings, current_operator()
    try:
        with services().db.write() as session:
            broadcasts.save(session, settings, broadcast_id, draft, actor=operator.email)
    except (InvalidDraftError, EditConflictError, BroadcastSentError) as error:
        return _refuse(broadcast_id, error, draft)
    return done(f"/admin/broadcasts/{broadcast_id}", writing.SAVED)


@blueprint.post("/broadcasts/<int:broadcast_id>/test")
@needs(Need.DIGESTS)
def test(broadcast_id: int) -> Response:
    """Mail the draft, as it was saved, to the operator who asks."""
    with services().db.write() as session:
        writing.send_test(session, _mail(session, _find(broadcast_id)))
    return done(f"/admin/broadcasts/{broadcast_id}", writing.TESTED)


@blueprint.post("/broadcasts/<int:broadcast_id>/send")
@needs(Need.DIGESTS, fresh=True)
def send(broadcast_id: int) -> Response | tuple[str, int]:
    """Send it to everybody whom it is for. A second press leads to the issue that the first one made."""
    operator, version = current_operator(), writing.version()
    try:
        with services().db.write() as session:
            issue_id = broadcasts.send(
                session, services().settings, broadcast_id, version, actor=operator.email
            )
    except BroadcastSentError as error:
        return done(f"/admin/issues/{error.issue_id}", ALREADY_SENT, "warn")
    except NobodyError as error:
        return _page(_find(broadcast_id), Refused({}, {"": error.sentence}))
    except CannotSendError as error:
        return _page(_find(broadcast_id), Refused({}, {"": str(error)}, status=409))
    except EditConflictError as error:
        return _page(_find(broadcast_id), Refused({}, {"": error.when_sending}, status=409))
    return done(f"/admin/issues/{issue_id}", writing.SENT)


@blueprint.post("/broadcasts/<int:broadcast_id>/delete")
@needs(Need.DIGESTS, fresh=True)
def delete(broadcast_id: int) -> Response | tuple[str, int]:
    """Throw a draft away."""
    operator, version = current_operator(), writing.version()
    try:
        with services().db.write() as session:
            broadcasts.delete(session, broadcast_id, version, actor=operator.email)
    except BroadcastSentError as error:
        return done(f"/admin/issues/{error.issue_id}", ALREADY_SENT, "warn")
    except EditConflictError as error:
        return _page(_find(broadcast_id), Refused({}, {"": error.when_sending}, status=409))
    return done("/admin/broadcasts/", writing.DELETED)


@blueprint.get("/broadcasts/<int:broadcast_id>/html")
@needs(Need.DIGESTS)
def html(broadcast_id: int) -> Response:
    """The HTML of its mail, as it was saved."""
    text = _find(broadcast_id)
    with services().db.read() as session:
        return writing.html_page(_mail(session, text))


def _find(broadcast_id: int) -> IssueText:
    try:
        with services().db.read() as session:
            return broadcasts.find(session, broadcast_id)
    except BroadcastNotFoundError:
        abort(404)


def _mail(session: Session, text: IssueText) -> Content:
    settings, signer = services().settings, services().signer
    return composition.compose_broadcast(session, settings, signer, text, audience=Audience.GUEST)


def _draft() -> BroadcastDraft:
    written, form = writing.draft(), request.form
    with services().db.read() as session:
        options = subscription_options(session)
    exams = [options.exam_ids.get(slug, 0) for slug in form.getlist("exams")]
    topics = [options.topic_ids.get(slug, 0) for slug in form.getlist("topics")]
    return BroadcastDraft(
        written.subject, written.markdown, written.version, form.getlist("paces"), exams, topics
    )


def _typed(draft: BroadcastDraft) -> dict[str, Any]:
    return {
        "subject": draft.subject,
        "markdown": draft.markdown,
        "version": draft.version,
        "paces": list(draft.frequencies),
        "exams": list(draft.exams),
        "topics": list(draft.topics),
    }


def _values(text: IssueText) -> dict[str, Any]:
    values = {name: getattr(text, name) for name in ("subject", "markdown", "version", "exams", "topics")}
    return values | {"paces": text.frequencies}


def _refuse(
    broadcast_id: int,
    error: InvalidDraftError | EditConflictError | BroadcastSentError,
    draft: BroadcastDraft,
) -> tuple[str, int]:
    with services().db.read() as session:
        text = session.get(IssueText, broadcast_id)
    if isinstance(error, BroadcastSentError):
        return _page(text, Refused(_typed(draft), {"": str(error)}, status=409))
    return _page(text, writing.refused(error, _typed(draft)))


def _choices(
    options: Sequence[Exam | Topic], chosen: Collection[int]
) -> tuple[list[tuple[str, str]], list[str]]:
    """What the form offers, and what is ticked, by slug."""
    names = [(option.slug, option.name) for option in options]
    return names, [option.slug for option in options if option.id in chosen]


def _page(text: IssueText | None, refused: Refused | None = None) -> tuple[str, int]:
    settings = services().settings
    with services().db.read() as session:
        options = subscription_options(session)
        count = count_recipients(session, settings, text, clock.now()) if text else None
        mail = _mail(session, text) if text else None
    values = (_values(text) if text else EMPTY) | (refused.values if refused else {})
    page = render_template(
        "screens/broadcast.html",
        text=text,
        values=values,
        targets=[
            ("exams", "Exams", *_choices(options.exams, values["exams"])),
            ("topics", "Topics", *_choices(options.topics, values["topics"])),
        ],
        frequencies=list(FREQUENCIES.items()),
        count=count,
        errors=refused.errors if refused else {},
        problems=refused.problems if refused else (),
        theirs=refused.theirs if refused else None,
        **writing.shown(mail),
    )
    return page, refused.status if refused else 200
