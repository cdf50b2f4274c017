"""Reading what a form of items says; the fields are those of `components/study.html`."""

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from articles.items import MOST_OPTIONS
from articles.models import StudyItem
from articles.study_items import Row
from website.study.checking import LONGEST_WORDS, Checked, Given, check
from website.study.practice_set import Outcome

BEYOND = MOST_OPTIONS + 1  # all options, and all places
SEEN, MARK = "seen.", "mark."
CHANGED = "Edited since you opened this page: answer it again"

Fields = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class SentItem:
    """An item of the form: its key, and the revision that was answered."""

    key: str
    revision: str


def sent_items(fields: Fields) -> list[SentItem]:
    """The items of a form, in its order."""
    return [
        SentItem(name.removeprefix(SEEN), value) for name, value in fields.items() if name.startswith(SEEN)
    ]


def marked_keys(fields: Fields) -> set[str]:
    """The items that are to be reviewed."""
    return {name.removeprefix(MARK) for name in fields if name.startswith(MARK)}


def check_sent(fields: Fields, sent: Sequence[SentItem], rows: Sequence[Row]) -> Outcome:
    """What came of the answers, and why some were not checked. What was not answered is in neither."""
    checked: dict[str, Checked] = {}
    notes: dict[str, str] = {}
    revisions = {item.key: item.revision for item in sent}
    for row in rows:
        item, answer = row[0], check_form(fields, row)
        if answer and revisions.get(item.key) != item.revision:
            notes[item.key] = CHANGED
        elif answer:
            checked[item.key] = answer
    return Outcome(checked, notes)


def is_of_revision(fields: Fields, item: StudyItem) -> bool:
    """Whether the form showed the item as it is now."""
    return fields.get(f"{SEEN}{item.key}") == item.revision


def check_form(fields: Fields, row: Row) -> Checked | None:
    """What came of the answer to this item; None if there is none."""
    item, text, _ = row
    return check(item.kind, text.options, given(fields, item.key, item.kind, len(text.options)))


def given(fields: Fields, key: str, kind: str, options: int) -> Given:
    """What somebody answered to an item with so many options."""
    name = f"answer.{key}"
    if kind == "question":
        return Given(chosen=frozenset(_number(value) for value in fields.getlist(name) if value))
    if kind == "order":
        return Given(places=tuple(_number(fields.get(f"place.{key}.{i}", "")) for i in range(options)))
    return Given(words=fields.get(name, "")[:LONGEST_WORDS].strip())


def _number(value: str) -> int:
    """A number of an option or a place; what can be none stands beyond all of them, and "" for none."""
    if not value:
        return 0
    is_number = value.isascii() and value.isdigit() and len(value) < 3
    return min(int(value), BEYOND) if is_number else BEYOND
