"""What all pages share on which an operator writes to readers: parsing, conflicts, the mail as it would be."""

from dataclasses import dataclass, field
from typing import Any

from flask import Response, abort, g, request
from sqlalchemy.orm import Session

from articles.problems import Problem
from carrel.accounts import limits
from carrel.accounts.limits import Limit, hours
from carrel.mail.message import Content
from carrel.services import services
from newsletter.issues import trial
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER
from newsletter.writing.save import Draft, EditConflictError, InvalidDraftError, SavedVersion
from newsletter.writing.subject_line import cut_subject
from website.admin.guard import current_operator

MOST_TESTS = Limit(60, hours(1))  # of one operator
SAVED = "Saved."
TESTED = "A test is on its way to your address. It is not part of any delivery."
SENT = "Broadcast approved. The worker gathers its recipients and sends it."
DELETED = "Draft deleted."


@dataclass(frozen=True)
class Refused:
    """Why what was typed was not saved, and what stands in the form again."""

    values: dict[str, Any]
    errors: dict[str, str]
    problems: tuple[Problem, ...] = ()
    theirs: SavedVersion | None = None
    status: int = field(default=422)


def draft() -> Draft:
    """Subject, text and version from the form."""
    form = request.form
    return Draft(form.get("subject", ""), unix_lines(form.get("markdown", "")), version())


def version() -> int:
    """The version of the text that the operator has seen."""
    value = request.form.get("version", "")
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        abort(400)
    return int(value)


def unix_lines(text: str) -> str:
    """Browsers send CRLF (HTML, "normalize newlines"); the text is kept as it was typed."""
    return text.replace("\r\n", "\n").replace("\0", "")


def refused(error: InvalidDraftError | EditConflictError, values: dict[str, Any]) -> Refused:
    """The form again. After a conflict it holds the newer version's number: saving again is meant then."""
    if isinstance(error, InvalidDraftError):
        return Refused(values, error.errors, error.problems)
    newer = error.theirs.version if error.theirs else 0
    return Refused(values | {"version": newer}, {"": error.sentence}, theirs=error.theirs, status=409)


def send_test(session: Session, mail: Content | None) -> None:
    """Mail it to the operator who asks."""
    operator = current_operator()
    limits.check(session, "newsletter-test", str(operator.id), MOST_TESTS)
    trial.queue_test(session, mail or abort(404), operator.email)


def shown(mail: Content | None) -> dict[str, object]:
    """A mail for a template: its text, and its subject as inboxes cut it."""
    if mail is None:
        return {"mail": None, "cuts": []}
    return {"mail": as_shown(mail), "cuts": cut_subject(mail.subject)}


def as_shown(mail: Content) -> Content:
    """The mail without the place of a recipient's token."""
    text, html = (part.replace(TOKEN_PLACEHOLDER, trial.LINK) for part in (mail.text, mail.html))
    return Content(mail.name, mail.subject, text, html)


def html_page(mail: Content | None) -> Response:
    """The HTML part as a mail program would show it: no script runs."""
    html = as_shown(mail or abort(404)).html
    pictures = f"'self' {services().settings.base_url}"
    g.csp_sources = {"style-src": "'unsafe-inline'", "script-src": "'none'", "img-src": pictures}
    return Response(html, mimetype="text/html")
