"""Changing an issue before it is sent, a test of it, and reading its mails at any time."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from carrel.services import services
from newsletter.issues import editing, issue_mails, texts
from newsletter.issues.editing import IssueDraft, NotEditableError
from newsletter.issues.issue_names import title_of
from newsletter.issues.models import Issue
from newsletter.writing.save import EditConflictError, InvalidDraftError
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need
from website.admin.screens import writing
from website.admin.screens.writing import Refused

blueprint = Blueprint("issue_editing", __name__)
LAST_PLACE = 10**6


@blueprint.get("/issues/<int:issue_id>/edit")
@needs(Need.DIGESTS)
def form(issue_id: int) -> str:
    """Its subject, introduction and articles, and the mail that they make."""
    return _page(issue_id)[0]


@blueprint.post("/issues/<int:issue_id>/edit")
@needs(Need.DIGESTS)
def save(issue_id: int) -> Response | tuple[str, int]:
    """Save them. The issue is prepared again, and then waits to be approved."""
    written, chosen = writing.draft(), _chosen_articles()
    draft = IssueDraft(written.subject, written.markdown, written.version, chosen)
    settings, operator = services().settings, current_operator()
    try:
        with services().db.write() as session:
            editing.edit(session, settings, issue_id, draft, actor=operator.email)
    except NotEditableError as error:
        return _page(issue_id, Refused(_typed(draft), {"": error.sentence}, status=409))
    except (InvalidDraftError, EditConflictError) as error:
        return _page(issue_id, writing.refused(error, _typed(draft)))
    return done(f"/admin/issues/{issue_id}/edit", writing.SAVED)


@blueprint.post("/issues/<int:issue_id>/test")
@needs(Need.DIGESTS)
def test(issue_id: int) -> Response:
    """Mail the issue to the operator who asks."""
    with services().db.write() as session:
        issue = session.get(Issue, issue_id) or abort(404)
        mail = issue_mails.proof(session, services().settings, services().signer, issue)
        writing.send_test(session, mail)
    return done(f"/admin/issues/{issue_id}", writing.TESTED)


@blueprint.get("/issues/<int:issue_id>/html")
@needs(Need.DIGESTS)
def html(issue_id: int) -> Response:
    """The HTML of the mail with all its articles."""
    with services().db.read() as session:
        issue = session.get(Issue, issue_id) or abort(404)
        mail = issue_mails.proof(session, services().settings, services().signer, issue)
    return writing.html_page(mail)


@blueprint.get("/issues/<int:issue_id>/mails/<int:variant_id>")
@needs(Need.DIGESTS)
def mail(issue_id: int, variant_id: int) -> str:
    """One of its mails, as it was sent."""
    with services().db.read() as session:
        kept = issue_mails.find_mail(session, issue_id, variant_id) or abort(404)
    return render_template(
        "screens/issue_mail.html", issue_id=issue_id, variant_id=variant_id, **writing.shown(kept)
    )


@blueprint.get("/issues/<int:issue_id>/mails/<int:variant_id>/html")
@needs(Need.DIGESTS)
def mail_html(issue_id: int, variant_id: int) -> Response:
    """Its HTML part."""
    with services().db.read() as session:
        return writing.html_page(issue_mails.find_mail(session, issue_id, variant_id))


def _chosen_articles() -> tuple[int, ...]:
    """The ids of the ticked articles, by the numbers of their places; those without one stay in the form's order."""
    ids = [int(value) for value in request.form.getlist("article") if _is_number(value)]
    return tuple(dict.fromkeys(sorted(ids, key=_place)))


def _place(article_id: int) -> int:
    value = request.form.get(f"place-{article_id}", "").strip()
    return int(value) if _is_number(value) else LAST_PLACE


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 10


def _typed(draft: IssueDraft) -> dict[str, Any]:
    return {
        "subject": draft.subject,
        "markdown": draft.markdown,
        "version": draft.version,
        "articles": draft.articles,
    }


def _page(issue_id: int, refused: Refused | None = None) -> tuple[str, int]:
    with services().db.read() as session:
        issue = session.get(Issue, issue_id) or abort(404)
        if issue.is_broadcast:
            abort(404)
        values = refused.values if refused else _values(session, issue)
        candidates = editing.candidates(session, issue)
        mail = issue_mails.proof(session, services().settings, services().signer, issue)
    page = render_template(
        "screens/edit_issue.html",
        issue=issue,
        title=title_of(issue),
        values=values,
        candidates=_in_order(candidates, values["articles"]),
        errors=refused.errors if refused else {},
        problems=refused.problems if refused else (),
        theirs=refused.theirs if refused else None,
        is_editable=issue.state in editing.EDITABLE,
        **writing.shown(mail),
    )
    return page, refused.status if refused else 200


def _values(session: Session, issue: Issue) -> dict[str, Any]:
    text = texts.of_issue(session, issue.id)
    chosen = [each.article.id for each in editing.candidates(session, issue) if each.is_chosen]
    return {
        "subject": text.subject if text else "",
        "markdown": text.markdown if text else "",
        "version": text.version if text else 0,
        "articles": chosen,
    }


def _in_order(candidates: Any, chosen: Any) -> list[Any]:
    """First those that are chosen, in their order."""
    places = {article_id: place for place, article_id in enumerate(chosen)}
    return sorted(candidates, key=lambda each: places.get(each.article.id, LAST_PLACE))
