"""The operator's commands for an issue that is being sent or was sent: status, pause, resume, stop, retry."""

from collections.abc import Callable

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.command_line import actor
from carrel.settings import load
from newsletter.issues import delivery_stats, issue_lifecycle
from newsletter.issues.commands import Ready, database, digest, must_exist, refuse
from newsletter.issues.issue_names import name_for_commands
from newsletter.issues.models import Issue

NEWEST = 10
Act = Callable[[Session, int, str], bool]
# Each: what it does, and what it says afterwards.
ACTS: dict[str, tuple[Act, str, str]] = {
    "pause": (
        issue_lifecycle.pause,
        "Pause ISSUE: each connection finishes at most its current email.",
        "is paused",
    ),
    "resume": (issue_lifecycle.resume, "Resume ISSUE where it was paused.", "resumes"),
    "stop": (
        issue_lifecycle.stop,
        "Stop ISSUE for good; what it did not send goes into the readers' next issue.",
        "is stopped",
    ),
}


@digest.command("status")
@click.pass_obj
def status_command(ready: Ready) -> None:
    """Show the newest issues: deliveries by state, and which are uncertain. Changes nothing."""
    with database(ready, load()) as db, db.read() as session:
        issues = session.scalars(select(Issue).order_by(Issue.id.desc()).limit(NEWEST)).all()
        for issue in issues:
            click.echo(
                f"Issue {issue.id} ({name_for_commands(issue)}): {issue.state}. {issue.reason}".rstrip()
            )
            if issue.frozen_at:
                click.echo(f"  {delivery_stats.stats_of(session, issue).sentence}")
            for delivery, email in delivery_stats.uncertain(session, issue.id):
                click.echo(f"  uncertain: {email or 'an erased address'}: {delivery.problem}")
    if not issues:
        click.echo("There are no issues yet.")


def _add(name: str, act: Act, does: str, afterwards: str) -> None:
    @digest.command(name, help=does)
    @click.argument("issue", type=int)
    @click.pass_obj
    def command(ready: Ready, issue: int) -> None:
        with database(ready, load()) as db, db.write() as session:
            must_exist(session, issue)
            done = act(session, issue, actor())
        if not done:
            refuse(f"Issue {issue} is not in the right state for that: see `carrel digest status`.")
        click.echo(f"Issue {issue} {afterwards}.")


for _name, _given in ACTS.items():
    _add(_name, *_given)


AGAIN = {"failed": delivery_stats.retry_failed, "uncertain": delivery_stats.retry_uncertain}


@digest.command("retry")
@click.argument("issue", type=int)
@click.argument("which", type=click.Choice(list(AGAIN)))
@click.pass_obj
def retry_command(ready: Ready, issue: int, which: str) -> None:
    """Send ISSUE again to those whose email failed, or is uncertain: then some may get it twice."""
    with database(ready, load()) as db, db.write() as session:
        must_exist(session, issue)
        count = AGAIN[which](session, issue, actor())
    click.echo(f"{count} emails of issue {issue} are queued again.")
