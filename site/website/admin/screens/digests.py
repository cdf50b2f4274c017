"""One issue of the digest: look, let it go out, hold it, stop it, send again what did not arrive."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from carrel import clock
from carrel.http.redirects import see_other
from carrel.http.services import services
from newsletter.issues import delivery_stats, issue_lifecycle, sent_log
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER
from newsletter.issues.models import Issue, IssueState
from newsletter.issues.preview import preview as make_preview
from newsletter.subscribers.models import Frequency
from website.admin.guard import me, needs
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
    """An issue, its accounts and what can be done."""
    return _page(issue_id, {})


@blueprint.post("/issues/<int:issue_id>/send")
@needs(Need.DIGESTS, fresh=True)
def send(issue_id: int) -> Response | tuple[str, int]:
    """Let it go out."""
    desk = services()
    try:
        with desk.db.write() as session:
            issue_lifecycle.approve(session, desk.settings, issue_id, me().email)
    except issue_lifecycle.CannotSendError as refused:
        return _page(issue_id, {"": str(refused)}), 409
    return see_other(f"/admin/issues/{issue_id}")


@blueprint.post("/issues/<int:issue_id>/act")
@needs(Need.DIGESTS, fresh=True)
def act(issue_id: int) -> Response:
    """Hold, go on, stop, or send again. A second click finds nothing to do."""
    chosen = ACTS.get(request.form.get("act", ""))
    if chosen is None:
        abort(400)
    with services().db.write() as session:
        chosen[1](session, issue_id, me().email)
    return see_other(f"/admin/issues/{issue_id}")


@blueprint.get("/digests")
@needs(Need.DIGESTS)
def preview() -> str:
    """The next mail of each frequency: what it says, who gets it, who does not, and why."""
    desk = services()
    with desk.db.read() as session:
        found = [
            make_preview(session, desk.settings, desk.signer, frequency, clock.now())
            for frequency in Frequency
        ]
        lost = sent_log.missing_issues(session, desk.settings)
    why_not = issue_lifecycle.why_not(desk.settings)
    return render_template(
        "screens/digests.html", previews=found, mark=TOKEN_PLACEHOLDER, lost=lost, why_not=why_not
    )


def _page(issue_id: int, errors: dict[str, str]) -> str:
    with services().db.read() as session:
        found = session.get(Issue, issue_id)
        if found is None:
            abort(404)
        account = delivery_stats.stats_of(session, found)
        uncertain = delivery_stats.uncertain(session, issue_id)
    acts = {name: ACTS[name][0] for name in _open(found, account)}
    return render_template(
        "screens/issue.html", issue=found, account=account, uncertain=uncertain, acts=acts, errors=errors
    )


def _open(found: Issue, account: delivery_stats.DeliveryStats) -> list[str]:
    state = IssueState(found.state)
    possible = {
        "pause": state is IssueState.SENDING,
        "resume": state is IssueState.PAUSED,
        "stop": state in issue_lifecycle.NOT_OVER,
        "retry-failed": state in ON_THE_WAY and account.failed > 0,
        "retry-uncertain": state in ON_THE_WAY and account.uncertain > 0,
    }
    return [name for name, is_open in possible.items() if is_open]
