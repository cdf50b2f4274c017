"""What was handed over, written outside the database as well (MF-29).

A database that was restored from yesterday's backup does not know today's issues. The log, a file in
CARREL_HOME that no backup holds, does: then nothing is sent until the operator has decided.
Each line: time, pace, period, and how many slices of that issue had begun.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.db import insert_into
from carrel.settings import Settings
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import Issue, ScheduleCursor
from newsletter.subscribers.models import Frequency

NAME = "digests.log"
SETTLED = "settled"  # in place of a pace: the operator has decided, and the lines before count no more


@dataclass(frozen=True)
class Ahead:
    """What the log knows and the database does not."""

    issues: tuple[tuple[str, str], ...]
    last_at: datetime

    @property
    def sentence(self) -> str:
        """What happened, for the operator, and what to do."""
        names = ", ".join(f"{pace} {period}" for pace, period in self.issues[:5])
        return (
            f"The database is older than the log of what was mailed ({names}): it seems to be restored from a"
            " backup. Nothing is sent until you decide. `carrel digest after-restore --skip` counts everything up"
            f" to {self.last_at:%Y-%m-%d %H:%M UTC} as mailed; `--again` mails it once more."
        )


def path(settings: Settings) -> Path:
    """Where it is kept."""
    return settings.home / NAME


def append(settings: Settings, pace: str, period: str, slices: int) -> None:
    """Note that a slice of an issue begins: after the database knows, before the mail server does."""
    line = "\t".join([clock.now().isoformat(), pace, period, str(slices)])
    file = os.open(path(settings), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)


def ahead(session: Session, settings: Settings) -> Ahead | None:
    """What the database has forgotten; None when it knows it all."""
    known, last_at = _known(settings)
    rows = session.execute(select(Issue.pace, Issue.period, Issue.slices)) if known else ()
    ours = {(pace, period): slices for pace, period, slices in rows}
    lost = tuple(key for key, slices in known.items() if ours.get(key, 0) < slices)
    return Ahead(lost, last_at) if lost else None


def _known(settings: Settings) -> tuple[dict[tuple[str, str], int], datetime]:
    known: dict[tuple[str, str], int] = {}
    last_at = datetime.min.replace(tzinfo=UTC)
    try:
        lines = path(settings).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return known, last_at
    for line in lines:
        match line.split("\t"):
            case [_, pace, _, _] if pace == SETTLED:
                known = {}
            case [at, pace, period, slices] if slices.isdigit():
                last_at = datetime.fromisoformat(at)
                known[pace, period] = max(known.get((pace, period), 0), int(slices))
    return known, last_at


def settle(session: Session, settings: Settings, actor: str, *, skip: bool) -> bool:
    """The operator's decision after a restore. Whether there was anything to decide.

    `skip`: what appeared until the log's last line counts as mailed, and what is under way is stopped.
    """
    lost = ahead(session, settings)
    if lost is None:
        return False
    settle_until(session, settings, actor, lost.last_at, skip=skip)
    return True


def settle_until(session: Session, settings: Settings, actor: str, moment: datetime, *, skip: bool) -> None:
    """The same decision about everything up to a moment, also when the log was lost with the database."""
    if skip:
        for pace in Frequency:
            _skip_to(session, pace, moment)
        for issue_id in session.scalars(
            select(Issue.id).where(Issue.state.in_(issue_lifecycle.NOT_OVER))
        ).all():
            issue_lifecycle.stop(session, issue_id, actor)
    kind = "skip" if skip else "again"
    audit.record(session, actor=actor, action=f"digest.after_restore.{kind}", subject="digests")
    append(settings, SETTLED, "-", 0)


def _skip_to(session: Session, pace: Frequency, moment: datetime) -> None:
    """Its next issue begins after that moment."""
    marking = insert_into(session, ScheduleCursor).values(pace=pace, due_at=moment, floor_at=moment)
    session.execute(
        marking.on_conflict_do_update(index_elements=[ScheduleCursor.pace], set_={"floor_at": moment})
    )
    behind = update(ScheduleCursor).where(ScheduleCursor.pace == pace, ScheduleCursor.due_at < moment)
    session.execute(behind.values(due_at=moment))
