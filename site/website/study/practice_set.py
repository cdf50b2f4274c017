"""The items of a set, ready to be shown."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from articles import queries
from articles.items import CHECKED_KINDS
from articles.models import Exam
from articles.study_items import ItemPlace, Row, domain_of, item_places, study_items
from website.study.checking import Checked
from website.study.choice import Choice
from website.study.item_view import GroupView, ItemView, grouped, item_view, story_view
from website.study.sets import Unit, draw, shown_options

MOST_ITEMS = 60  # at once: a set, or a case that is longer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the answers to some items, by key."""

    checked: Mapping[str, Checked] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)  # why one was not checked


Check = Callable[[Sequence[Row]], Outcome]


@dataclass(frozen=True, slots=True)
class ShownSet:
    """A set, and what its page says of it."""

    exam: Exam
    choice: Choice
    about: str  # what is practiced
    language: str | None  # of that
    rows: list[Row]
    groups: list[GroupView]

    @property
    def items(self) -> list[ItemView]:
        """The items in their order."""
        return [item for group in self.groups for item in group.items]

    @property
    def domains(self) -> dict[str, str]:
        """The slugs of the items' domains by key."""
        return {item.key: domain_of(item) for item, _, _ in self.rows}

    def variables(self) -> dict[str, Any]:
        """What `study/practice.html` and `study/checked.html` are given."""
        return {
            "exam": self.exam,
            "about": self.about,
            "about_language": self.language,
            "groups": self.groups,
            "count": len(self.rows),
            "number": self.choice.number,
            "path": self.choice.path(self.exam.slug),
            "next_path": self.choice.next().path(self.exam.slug),
        }


def set_keys(session: Session, exam: Exam, choice: Choice, now: datetime) -> list[str]:
    """The keys of the set's items in their order; none if there is nothing to practice."""
    places = item_places(session, exam, now, kinds=CHECKED_KINDS, **choice.places)
    weights = {domain.slug: domain.weight for domain in exam.domains if domain.weight}
    return draw(units(places), weights, _source(exam, choice), choice.number) if places else []


def units(places: Sequence[ItemPlace]) -> list[Unit]:
    """What is practiced in one piece: the items of a case stay together, as far as one form takes them."""
    pieces: dict[tuple[int, str], list[ItemPlace]] = {}
    for place in places:
        pieces.setdefault((place.article_id, place.case_key or f"={place.key}"), []).append(place)
    return [
        Unit(tuple(place.key for place in piece[start : start + MOST_ITEMS]), piece[0].domain)
        for piece in pieces.values()
        for start in range(0, len(piece), MOST_ITEMS)
    ]


def show_set(
    session: Session,
    exam: Exam,
    choice: Choice,
    keys: Collection[str],
    now: datetime,
    *,
    check: Check | None = None,
) -> ShownSet | None:
    """The items with these keys, in the order of the keys, and what `check` finds about the answers to them.

    A key that no item has is left out; None if no item is left.
    """
    by_key = {row[0].key: row for row in study_items(session, exam, now, kinds=CHECKED_KINDS, keys=keys)}
    rows = [by_key[key] for key in dict.fromkeys(keys) if key in by_key]
    if not rows:
        return None
    seed = f"{_source(exam, choice)}.{choice.number}"
    outcome = check(rows) if check else Outcome()
    views = [_view(row, exam, number, seed, outcome) for number, row in enumerate(rows, 1)]
    cases = {item.case_key for item, _, _ in rows if item.case_key}
    told = study_items(session, exam, now, kinds=("case",), keys=cases) if cases else []
    stories = [story_view(text, item.key, article, exam) for item, text, article in told]
    about, language = _about(session, exam, choice, rows, now)
    return ShownSet(exam, choice, about, language, rows, grouped(views, stories))


def _view(row: Row, exam: Exam, number: int, seed: str, outcome: Outcome) -> ItemView:
    item, text, article = row
    titles = {domain.slug: domain.title for domain in exam.domains}
    return item_view(
        item,
        text,
        article,
        exam,
        number=number,
        domain=titles.get(domain_of(item), ""),
        shown=shown_options(item.kind, text.options, seed, item.key),
        checked=outcome.checked.get(item.key),
        note=outcome.notes.get(item.key, ""),
    )


def _about(
    session: Session, exam: Exam, choice: Choice, rows: Sequence[Row], now: datetime
) -> tuple[str, str | None]:
    """What is practiced, and in which language that is written."""
    if choice.kind == "article":
        article = rows[0][2]
        return article.title, article.lang or exam.lang
    if choice.kind == "topic" and (topic := queries.find_topic(session, choice.slug, now)):
        return topic.name, exam.lang
    titles = {domain.slug: domain.title for domain in exam.domains if choice.kind == "domain"}
    return titles.get(choice.slug, exam.title), exam.lang


def _source(exam: Exam, choice: Choice) -> str:
    return f"{exam.slug}.{choice.kind}.{choice.slug}"
