"""What was sent, written outside the database as well (MF-29).

A database that was restored from yesterday's backup does not know today's issues. The log, a file in
CARREL_HOME that no backup contains, does: then nothing is sent until the operator has decided.
Each line: time, frequency, period, and how many batches of that issue had begun, with tabs between.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.settings import Settings
from newsletter.issues import broadcasts, floor, issue_lifecycle
from newsletter.issues.models import Issue, ScheduleCursor

NAME = "digests.log"
SETTLED = "settled"  # in place of a frequency: the operator has decided, and the lines before count no more
Batches = dict[tuple[str, str], int]  # by frequency and period


@dataclass(frozen=True)
class MissingIssues:
    """What the log knows and the database does not."""

    issues: tuple[tuple[str, str], ...]
    last_at: datetime

    @property
    def sentence(self) -> str:
        """What happened, for the operator, and what to do."""
        names = ", ".join(f"{frequency} {period}" for frequency, period in self.issues[:5])
        return (
            f"The database is older than the log of what was mailed ({names}): it was probably restored from a"
            " backup. Nothing is sent until you decide. `carrel digest after-restore --skip` counts everything up"
            f" to {self.last_at:%Y-%m-%d %H:%M UTC} as sent; `--again` sends it again."
        )


def path(settings: Settings) -> Path:
    """Where the log is."""
    return settings.home / NAME


def append(settings: Settings, frequency: str, period: str, batches: int) -> None:
    """Note that a batch of an issue begins: after the database knows, before the mail server does."""
    line = "\t".join([clock.now().isoformat(), frequency, period, str(batches)])
    file = os.open(path(settings), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)


def missing_issues(session: Session, settings: Settings) -> MissingIssues | None:
    """What the database has forgotten; None when it knows it all."""
    logged, last_at = _read(settings)
    rows = session.execute(select(Issue.frequency, Issue.period, Issue.batches)) if logged else ()
    in_database = {(frequency, period): batches for frequency, period, batches in rows}
    missing = tuple(issue for issue, batches in logged.items() if in_database.get(issue, 0) < batches)
    return MissingIssues(missing, last_at) if missing else None


def _read(settings: Settings) -> tuple[Batches, datetime]:
    logged: Batches = {}
    last_at = datetime.min.replace(tzinfo=UTC)
    try:
        lines = path(settings).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return logged, last_at
    for line in lines:
        match line.split("\t"):
            case [_, frequency, _, _] if frequency == SETTLED:
                logged = {}
            case [at, frequency, period, batches] if batches.isdigit():
                last_at = datetime.fromisoformat(at)
                logged[frequency, period] = max(logged.get((frequency, period), 0), int(batches))
    return logged, last_at


def settle(session: Session, settings: Settings, actor: str, *, skip: bool) -> bool:
    """The operator's decision after a restore. Whether there was anything to decide.

    `skip`: what appeared until the log's last line counts as mailed, and what is under way is stopped.
    """
    missing = missing_issues(session, settings)
    if missing is None:
        return False
    if skip:
        broadcasts.count_as_sent(session, [period for _, period in missing.issues], missing.last_at, actor)
    settle_until(session, settings, actor, missing.last_at, skip=skip)
    return True


def settle_until(session: Session, settings: Settings, actor: str, moment: datetime, *, skip: bool) -> None:
    """The same decision about everything up to a moment, also when the log was lost with the database."""
    if skip:
        floor.raise_floor(session, moment)  # the next issues begin after that moment
        session.execute(update(ScheduleCursor).where(ScheduleCursor.due_at < moment).values(due_at=moment))
        not_over = select(Issue.id).where(Issue.state.in_(issue_lifecycle.NOT_OVER))
        for issue_id in session.scalars(not_over).all():
            issue_lifecycle.stop(session, issue_id, actor)
    kind = "skip" if skip else "again"
    audit.record(session, actor=actor, action=f"digest.after_restore.{kind}", subject="digests")
    append(settings, SETTLED, "-", 0)
