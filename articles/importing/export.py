"""What an export of another program holds, before anything of it is an article of ours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Literal


class ImportRefusedError(Exception):
    """Nothing was imported; the message says why and what to do."""


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was not carried over, or not as it was: of which post or file, what, and why."""

    about: str
    sentence: str


@dataclass
class Post:
    """An article or page of another program. `text` has links and pictures as its program wrote them."""

    id: str  # the same in every export of the same site
    slug: str
    title: str
    text: str
    form: Literal["html", "markdown"] = "html"
    folder: str = ""  # within the exam's folder
    source: str = ""  # the file that it was read from, for links between files
    old_paths: list[str] = field(default_factory=list)
    published: datetime | date | None = None
    updated: date | None = None
    expires: datetime | date | None = None
    draft: bool = False
    summary: str = ""
    author: str = ""
    topics: list[str] = field(default_factory=list)
    order: int | None = None
    picture: str = ""  # shown above the text
    picture_alt: str = ""
    picture_caption: str = ""
    footnotes: dict[str, str] = field(default_factory=dict)  # HTML by id, where the text has none
    notes: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Say once what was not carried over."""
        if sentence not in self.notes:
            self.notes.append(sentence)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who gets the other program's mails, and since when."""

    email: str
    since: str


@dataclass
class Export:
    """All that was read. `find_file` gives a picture's bytes by its address as it stands in a text of a post."""

    program: str  # Ghost, WordPress, Jekyll …
    key: str  # by which the same site is known when it is imported again
    title: str = ""
    description: str = ""
    hosts: set[str] = field(default_factory=set)  # of the site's own addresses
    base_url: str = ""
    posts: list[Post] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    topic_names: dict[str, str] = field(default_factory=dict)  # by the path of their old page
    find_file: Callable[[str, Post], tuple[PurePosixPath, bytes] | None] = lambda _address, _post: None

    def leave_out(self, about: str, why: str) -> None:
        """Note something that does not become an article."""
        self.notes.append(Note(about, why))
