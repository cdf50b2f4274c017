"""One issue of the digest: look, approve, pause, stop, send again what did not arrive."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from carrel import clock
from carrel.http.redirects import see_other
from carrel.services import services
from newsletter.issues import delivery_stats, issue_lifecycle, sent_log
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER
from newsletter.issues.models import Issue, IssueState
from newsletter.issues.preview import preview as preview_issue
from newsletter.subscribers.models import Frequency
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need

blueprint = Blueprint("issue", __name__)
Act = Callable[[Session, int, str], object]
ACTS: dict[str, tuple[str, Act]] = {
    "pause": ("Hold it", issue_lifecycle.pause),
    "resume": ("Go on", issue_lifecycle.resume),
    "stop": ("Stop it for good", issue_lifecycle.stop),
    "retry-failed": ("Try the failed ones again", delivery_stats.retry_failed),
    "retry-uncertain": (
        "Send the uncertain ones again: some may get it twice",
        delivery_stats.retry_uncertain,
    ),
}
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
    settings = services().settings
    try:
        with services().db.write() as session:
            issue_lifecycle.approve(session, settings, issue_id, current_operator().email)
    except issue_lifecycle.CannotSendError as refused:
        return _page(issue_id, {"": str(refused)}), 409
    return see_other(f"/admin/issues/{issue_id}")


@blueprint.post("/issues/<int:issue_id>/act")
@needs(Need.DIGESTS, fresh=True)
def act(issue_id: int) -> Response:
    """Pause, resume, stop, or send again. A second click changes nothing."""
    chosen = ACTS.get(request.form.get("act", ""))
    if chosen is None:
        abort(400)
    with services().db.write() as session:
        chosen[1](session, issue_id, current_operator().email)
    return see_other(f"/admin/issues/{issue_id}")


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
        "screens/digests.html", previews=previews, mark=TOKEN_PLACEHOLDER, lost=lost, why_not=why_not
    )


def _page(issue_id: int, errors: dict[str, str]) -> str:
    with services().db.read() as session:
        issue = session.get(Issue, issue_id)
        if issue is None:
            abort(404)
        account = delivery_stats.stats_of(session, issue)
        uncertain = delivery_stats.uncertain(session, issue_id)
    acts = {name: ACTS[name][0] for name in _possible_acts(issue, account)}
    return render_template(
        "screens/issue.html", issue=issue, account=account, uncertain=uncertain, acts=acts, errors=errors
    )


def _possible_acts(issue: Issue, account: delivery_stats.DeliveryStats) -> list[str]:
    state = IssueState(issue.state)
    possible = {
        "pause": state is IssueState.SENDING,
        "resume": state is IssueState.PAUSED,
        "stop": state in issue_lifecycle.NOT_OVER,
        "retry-failed": state in ON_THE_WAY and account.failed > 0,
        "retry-uncertain": state in ON_THE_WAY and account.uncertain > 0,
    }
    return [name for name, is_open in possible.items() if is_open]
