"""One issue of the digest: look, let it go out, hold it, stop it, send again what did not arrive."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from newsletter.digests import accounting, control, sent_log
from newsletter.digests.models import Issue, IssueState
from newsletter.digests.preview import preview as make_preview
from newsletter.mailing.issue_mail import MARK
from newsletter.subscribers.models import Pace
from website import clock
from website.admin.guard import me, needs
from website.admin.operators.roles import Need
from website.web.redirects import see_other
from website.web.services import services

blueprint = Blueprint("issue", __name__)
Act = Callable[[Session, int, str], object]
ACTS: dict[str, tuple[str, Act]] = {
    "pause": ("Hold it", control.pause),
    "resume": ("Go on", control.resume),
    "stop": ("Stop it for good", control.stop),
    "retry-failed": ("Try the failed ones again", accounting.retry_failed),
    "retry-uncertain": ("Send the uncertain ones again: some may get it twice", accounting.retry_uncertain),
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
            control.approve(session, desk.settings, issue_id, me().email)
    except control.CannotSend as refused:
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
    """The next mail of each pace: what it says, who gets it, who does not, and why."""
    desk = services()
    with desk.db.read() as session:
        found = [make_preview(session, desk.settings, desk.signer, pace, clock.now()) for pace in Pace]
        lost = sent_log.ahead(session, desk.settings)
    why_not = control.why_not(desk.settings)
    return render_template("screens/digests.html", previews=found, mark=MARK, lost=lost, why_not=why_not)


def _page(issue_id: int, errors: dict[str, str]) -> str:
    with services().db.read() as session:
        found = session.get(Issue, issue_id)
        if found is None:
            abort(404)
        account = accounting.account(session, found)
        uncertain = accounting.uncertain(session, issue_id)
    acts = {name: ACTS[name][0] for name in _open(found, account)}
    return render_template(
        "screens/issue.html", issue=found, account=account, uncertain=uncertain, acts=acts, errors=errors
    )


def _open(found: Issue, account: accounting.Account) -> list[str]:
    state = IssueState(found.state)
    possible = {
        "pause": state is IssueState.SENDING,
        "resume": state is IssueState.PAUSED,
        "stop": state in control.NOT_OVER,
        "retry-failed": state in ON_THE_WAY and account.failed > 0,
        "retry-uncertain": state in ON_THE_WAY and account.uncertain > 0,
    }
    return [name for name, is_open in possible.items() if is_open]
