"""Items to study with: what an author wrote in a container such as `::: question`, ready to be checked and stored."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

KINDS = ("question", "answer", "order", "cloze", "card", "term", "case")
CHECKED_KINDS = (
    "question",
    "answer",
    "order",
    "cloze",
)  # an answer is right or wrong; cards are graded by their reader
TURNED_KINDS = ("card", "term")
LEVELS = ("remember", "understand", "apply", "analyze", "evaluate", "create")
KEY_LENGTH = 60
MOST_OPTIONS = 40
KEY = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")
_NEW_LENGTH = 6
# Without letters and digits that are read for one another. The first is a letter.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_SIGNS = f"{_LETTERS}23456789"
# Raise it when stored texts are to be made anew although no author changed them.
_FORM = "1"


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a question, a step of an order, the gap of a cloze: its words, whether it is right, and why."""

    text: str
    right: bool
    why_text: str
    html: str = ""
    why: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One item; `key` is the id that its author wrote, "" without one.

    `answer` is what is shown after answering, where options do not say it: a card's back, a definition, why an order
    is right. What ends in `_text` is plain, for comparing; the rest is sanitized HTML. `addresses` are those of its
    links and pictures. `case` is the key of the case that it belongs to.
    """

    kind: str
    key: str
    line: int
    prompt_text: str = ""
    prompt: str = ""
    hint_text: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()
    answer_text: str = ""
    answer: str = ""
    source_text: str = ""
    source: str = ""
    addresses: tuple[str, ...] = ()
    case: str = ""
    objective: str = ""
    level: str = ""
    meaning: int = 1  # by hand

    @property
    def revision(self) -> str:
        """A hash of its text, whatever spaces and lines it is written with, and of what it links to and shows."""
        text = "\x1f".join(normalized(part) for part in (_FORM, self.kind, *self._texts()))
        return hashlib.sha256("\x1f".join([text, *self.addresses]).encode()).hexdigest()[:32]

    def _texts(self) -> Iterator[str]:
        yield from (self.prompt_text, self.hint_text, self.answer_text, self.source_text)
        for option in self.options:
            yield from (option.text, "x" if option.right else "", option.why_text)


def normalized(text: str) -> str:
    """A text with single spaces and composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def new_key(taken: Collection[str] = ()) -> str:
    """An id that says nothing: text and place may change, and it stays."""
    while True:
        key = secrets.choice(_LETTERS) + "".join(secrets.choice(_SIGNS) for _ in range(_NEW_LENGTH - 1))
        if key not in taken:
            return key
