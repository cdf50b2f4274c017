"""One issue of the digest: look, approve, pause, stop, send again what did not arrive."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from carrel import clock
from carrel.services import services
from newsletter.bounces import rates
from newsletter.issues import delivery_stats, editing, issue_lifecycle, issue_mails, sent_log, texts
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER
from newsletter.issues.issue_names import title_of
from newsletter.issues.models import Issue, IssueState
from newsletter.issues.preview import preview as preview_issue
from newsletter.subscribers.models import Frequency
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need
from website.admin.screens import writing
from website.admin.tables.people import FREQUENCIES

blueprint = Blueprint("issue", __name__)
Act = Callable[[Session, int, str], object]


class IssueAction(NamedTuple):
    """Something that can be done with an issue: its button, and what the page says afterwards."""

    button: str
    run: Act
    sentence: str


ACTS = {
    "pause": IssueAction("Pause sending", issue_lifecycle.pause, "Sending is paused."),
    "resume": IssueAction("Resume sending", issue_lifecycle.resume, "Sending resumes."),
    "stop": IssueAction("Stop sending", issue_lifecycle.stop, "Sending has stopped for good."),
    "retry-failed": IssueAction(
        "Retry failed deliveries", delivery_stats.retry_failed, "Failed deliveries are queued again."
    ),
    "retry-uncertain": IssueAction(
        "Resend uncertain deliveries (some readers may get two)",
        delivery_stats.retry_uncertain,
        "Uncertain deliveries are queued again.",
    ),
}
NOTHING_TO_DO = "Nothing was changed: the issue had moved on before you pressed the button."
ON_THE_WAY = (IssueState.SENDING, IssueState.PAUSED, IssueState.FINISHED)


@blueprint.get("/issues/<int:issue_id>")
@needs(Need.DIGESTS)
def issue(issue_id: int) -> str:
    """An issue, its delivery counts and what can be done."""
    return _page(issue_id, {})


@blueprint.post("/issues/<int:issue_id>/send")
@needs(Need.DIGESTS, fresh=True)
def send(issue_id: int) -> Response | tuple[str, int]:
    """Approve it, so that it is sent."""
    settings, version = services().settings, writing.version()
    try:
        with services().db.write() as session:
            is_approved = issue_lifecycle.approve(
                session, settings, issue_id, current_operator().email, version=version
            )
    except issue_lifecycle.CannotSendError as refused:
        return _page(issue_id, {"": str(refused)}), 409
    return _done(issue_id, is_approved, "Issue approved. The worker sends it now.")


@blueprint.post("/issues/<int:issue_id>/act")
@needs(Need.DIGESTS, fresh=True)
def act(issue_id: int) -> Response:
    """Pause, resume, stop, or send again. A second click changes nothing."""
    chosen = ACTS.get(request.form.get("act", ""))
    if chosen is None:
        abort(400)
    with services().db.write() as session:
        has_changed = chosen.run(session, issue_id, current_operator().email)
    return _done(issue_id, bool(has_changed), chosen.sentence)


def _done(issue_id: int, has_changed: bool, sentence: str) -> Response:
    """Say it, or that there was nothing to do: somebody else may have stopped the issue, or let it out."""
    path = f"/admin/issues/{issue_id}"
    return done(path, sentence) if has_changed else done(path, NOTHING_TO_DO, "info")


@blueprint.get("/digests")
@needs(Need.DIGESTS)
def preview() -> str:
    """The next mail of each frequency: what it says, who gets it, who does not, and why."""
    settings, signer = services().settings, services().signer
    with services().db.read() as session:
        previews = [
            preview_issue(session, settings, signer, frequency, clock.now()) for frequency in Frequency
        ]
        lost = sent_log.missing_issues(session, settings)
    why_not = issue_lifecycle.why_not(settings)
    return render_template(
        "screens/digests.html",
        previews=previews,
        mark=TOKEN_PLACEHOLDER,
        lost=lost,
        why_not=why_not,
        names=FREQUENCIES,
    )


def _page(issue_id: int, errors: dict[str, str]) -> str:
    with services().db.read() as session:
        issue = session.get(Issue, issue_id)
        if issue is None:
            abort(404)
        account = delivery_stats.stats_of(session, issue)
        uncertain = delivery_stats.uncertain(session, issue_id)
        returned = rates.returned(session, issue_id)
        mails = issue_mails.kept_mails(session, issue_id)
        version = session.scalars(texts.version(issue_id)).one()
    acts = {name: ACTS[name].button for name in _possible_acts(issue, account)}
    return render_template(
        "screens/issue.html",
        issue=issue,
        title=title_of(issue),
        mails=mails,
        version=version,
        is_editable=issue.state in editing.EDITABLE and not issue.is_broadcast,
        account=account,
        returned=returned,
        uncertain=uncertain,
        acts=acts,
        errors=errors,
    )


def _possible_acts(issue: Issue, account: delivery_stats.DeliveryStats) -> list[str]:
    state = IssueState(issue.state)
    is_kept = state in ON_THE_WAY and issue.rolled_up_at is None
    possible = {
        "pause": state is IssueState.SENDING,
        "resume": state is IssueState.PAUSED,
        "stop": state in issue_lifecycle.NOT_OVER,
        "retry-failed": is_kept and account.failed > 0,
        "retry-uncertain": is_kept and account.uncertain > 0,
    }
    return [name for name, is_open in possible.items() if is_open]
