"""Saving what an operator wrote: nobody overwrites what they have not seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from articles.problems import Problem
from carrel import clock
from carrel.mail.message import one_line
from carrel.settings import Settings
from newsletter.writing.markdown import InvalidMarkdownError, render_markdown
from newsletter.writing.models import IssueText
from newsletter.writing.subject_line import LONGEST

MOST_CHARACTERS = 40_000  # of Markdown


@dataclass(frozen=True)
class Draft:
    """What an operator wrote, and which version they began with; 0 when there was none."""

    subject: str
    markdown: str
    version: int


class InvalidDraftError(ValueError):
    """It cannot be saved: a sentence for each field, and the mistakes in the Markdown."""

    def __init__(self, errors: Mapping[str, str], problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)
        self.problems = problems


@dataclass(frozen=True)
class SavedVersion:
    """What another operator saved."""

    version: int
    subject: str
    markdown: str
    edited_by: str
    edited_at: datetime


class EditConflictError(Exception):
    """Somebody else saved it since this operator opened it; `theirs` is None when they deleted it."""

    def __init__(self, theirs: SavedVersion | None = None) -> None:
        super().__init__("Another version was saved.")
        self.theirs = theirs

    @property
    def sentence(self) -> str:
        """What happened and what to do."""
        if self.theirs is None:
            return "Someone deleted it while you were writing. Your version is in the form: save it as a new draft."
        return (
            f"{self.theirs.edited_by} saved another version while you were writing. Nothing was overwritten: your"
            " version is in the form, theirs is below it. Save again to replace theirs with yours."
        )

    @property
    def when_sending(self) -> str:
        """The same, when the operator did not write but wanted to send or delete it."""
        who = self.theirs.edited_by if self.theirs else "Somebody"
        return f"{who} changed it after you opened it, so nothing was done. Read it again first."


def check_version(text: IssueText | None, version: int) -> None:
    """Raise `EditConflictError` unless this is the version that the operator has seen."""
    if (text.version if text else 0) == version:
        return
    if text is None:
        raise EditConflictError
    saved = SavedVersion(text.version, text.subject, text.markdown, text.edited_by, text.edited_at)
    raise EditConflictError(saved)


def apply_draft(
    session: Session, settings: Settings, text: IssueText, draft: Draft, *, is_needed: bool, actor: str
) -> None:
    """Write the draft into the text, as its next version. Raises `InvalidDraftError`.

    `is_needed`: without subject and text there is nothing to send.
    """
    errors, subject, now = {}, one_line(draft.subject, LONGEST + 1), clock.now()
    problems: tuple[Problem, ...] = ()
    if len(subject) > LONGEST:
        errors["subject"] = f"Shorten the subject to {LONGEST} characters."
    elif is_needed and not subject:
        errors["subject"] = "Write a subject."
    if is_needed and not draft.markdown.strip():
        errors["markdown"] = "Write the text."
    elif len(draft.markdown) > MOST_CHARACTERS:
        errors["markdown"] = f"Shorten the text to {MOST_CHARACTERS:,} characters."
    else:
        try:
            text.html = render_markdown(session, settings, draft.markdown, now)
        except InvalidMarkdownError as error:
            problems = error.problems
            errors["markdown"] = "Correct the mistakes that are listed here."
    if errors:
        raise InvalidDraftError(errors, problems)
    text.subject, text.markdown = subject, draft.markdown
    text.version, text.edited_by, text.edited_at = draft.version + 1, actor, now
