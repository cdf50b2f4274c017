"""The operator's commands for digests: preview, send, decide after a restore."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.command_line import actor
from carrel.db import Database
from carrel.services import signer_of
from carrel.settings import Settings, load
from newsletter.issues import delivery_stats, issue_lifecycle, sent_log
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER
from newsletter.issues.models import Issue, IssueState
from newsletter.issues.preview import GETS_IT, Preview
from newsletter.issues.preview import preview as make_preview
from newsletter.subscribers.models import Frequency

EXIT_REFUSED = 2
Ready = Callable[[Settings], Database]  # a database whose schema is this release's


@click.group()
def digest() -> None:
    """Preview the next digest, and send one that is waiting for approval."""


@digest.command("preview")
@click.option(
    "--pace",
    "frequency",
    type=click.Choice([frequency.value for frequency in Frequency]),
    help="Only this frequency.",
)
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the email's HTML to a file."
)
@click.pass_obj
def preview_command(ready: Ready, frequency: str | None, html: Path | None) -> None:
    """Show the next email of each frequency, who gets it and who does not, and why. Changes nothing."""
    settings = load()
    signer = signer_of(settings)
    for chosen in [Frequency(frequency)] if frequency else Frequency:
        with database(ready, settings) as db, db.read() as session:
            preview = make_preview(session, settings, signer, chosen, clock.now())
            stats = delivery_stats.stats_of(session, preview.issue) if preview.issue else None
        _show(preview)
        if stats:
            click.echo(f"  {stats.sentence}")
        if html and preview.mail:
            html.write_text(preview.mail.html.replace(TOKEN_PLACEHOLDER, "preview"), "utf-8")
    if problem := issue_lifecycle.why_not(settings):
        click.echo(f"Nothing can be sent yet. {problem}", err=True)


@digest.command("send")
@click.argument("issue", type=int, required=False)
@click.pass_obj
def send_command(ready: Ready, issue: int | None) -> None:
    """Send ISSUE, which is waiting for approval; without a number, the only one waiting."""
    settings = load()
    with database(ready, settings) as db:
        with db.read() as session:
            waiting = session.scalars(select(Issue.id).where(Issue.state == IssueState.WAITING)).all()
        chosen = issue if issue is not None else _the_only(waiting)
        try:
            with db.write() as session:
                must_exist(session, chosen)
                started = issue_lifecycle.approve(session, settings, chosen, actor())
        except issue_lifecycle.CannotSendError as error:
            refuse(str(error))
    if not started:
        refuse(f"Issue {chosen} is not waiting for you: see `carrel digest status`.")
    click.echo(f"Issue {chosen} is being sent.")


@digest.command("after-restore")
@click.option(
    "--skip/--again",
    default=None,
    help="Whether what was sent since the backup counts as sent, or is sent again.",
)
@click.pass_obj
def after_restore_command(ready: Ready, skip: bool | None) -> None:
    """After a backup is restored, decide about what was emailed since it was made."""
    settings = load()
    with database(ready, settings) as db:
        if skip is None:
            with db.read() as session:
                missing = sent_log.missing_issues(session, settings)
            click.echo(missing.sentence if missing else "The database knows about everything that was sent.")
            return
        with db.write() as session:
            settled = sent_log.settle(session, settings, actor(), skip=skip)
    click.echo("Digests resume." if settled else "The database knows about everything that was sent.")


def _the_only(waiting: Sequence[int]) -> int:
    if len(waiting) != 1:
        names = ", ".join(str(issue_id) for issue_id in waiting)
        refuse(f"Choose one: {names} are waiting for you." if waiting else "No digest is waiting for you.")
    return waiting[0]


def refuse(sentence: str) -> NoReturn:
    """Say why nothing was done, and exit with status 2."""
    click.echo(sentence, err=True)
    raise click.exceptions.Exit(EXIT_REFUSED)


def must_exist(session: Session, issue_id: int) -> None:
    """Refuse a number that no issue has."""
    if session.get(Issue, issue_id) is None:
        refuse(f"There is no issue {issue_id}: see `carrel digest status`.")


@contextmanager
def database(ready: Ready, settings: Settings) -> Iterator[Database]:
    """The database for the length of a command."""
    db = ready(settings)
    try:
        yield db
    finally:
        db.close()


def _show(preview: Preview) -> None:
    state = f"issue {preview.issue.id} ({preview.issue.state})" if preview.issue else "if sent now"
    click.echo(f"== {preview.frequency.value}: {state}")
    if preview.issue and preview.issue.reason:
        click.echo(f"  {preview.issue.reason}")
    for group in preview.groups:
        who = "Receive it" if group.why == GETS_IT else f"Do not receive it, {group.why}"
        more = " …" if group.count > len(group.emails) else ""
        click.echo(f"  {who} ({group.count}): {', '.join(group.emails)}{more}")
    if preview.mail is None:
        click.echo("No email is sent.")
        return
    click.echo(f"{preview.mails} different emails. The most common:")
    click.echo(f"\nSubject: {preview.mail.subject}\n\n{preview.mail.text.replace(TOKEN_PLACEHOLDER, '…')}")
