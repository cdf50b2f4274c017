"""Brings items into the database, in the transaction that shows their articles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from articles.build.item_bank import StoredKey
from articles.items import Item
from articles.loading.article_file import ArticleFile
from articles.models import Article, Exam, StudyItem, StudyText
from articles.publish.meaning import is_changed, meaning_of, stored_meaning
from articles.publish.previous_state import batched

Place = tuple[int, str]  # the exam's id, and the item's key


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item, where it stands, and what it is about."""

    item: Item
    exam_id: int
    article_id: int
    position: int
    objective: str | None

    def columns(self) -> dict[str, Any]:
        """The columns that say no more than the files do."""
        item = self.item
        return {
            "kind": item.kind,
            "article_id": self.article_id,
            "position": self.position,
            "case_key": item.case or None,
            "objective": self.objective,
            "level": item.level or None,
            "revision": item.revision,
            "meaning_by_hand": item.meaning,
            "retired": False,
        }


def place_items(
    items: Mapping[str, Sequence[Item]], files: Mapping[int, ArticleFile], exams: Mapping[str, int]
) -> list[PlacedItem]:
    """The items with an id of these files, which are given by the ids of their articles, as `exams` are by slug."""
    return [
        PlacedItem(item, exams[file.exam], article_id, position, item.objective or file.matter.domain)
        for article_id, file in files.items()
        for position, item in enumerate(items.get(file.path, ()), 1)
        if item.key
    ]


@dataclass
class ItemWriter:
    """Writes the items of the articles that were built."""

    session: Session
    texts: list[dict[str, Any]] = field(default_factory=list)

    def write(self, items: Sequence[PlacedItem], built: Iterable[int], removed: Iterable[int]) -> None:
        """Insert, update and retire; `built` and `removed` are ids of articles."""
        wanted: dict[Place, PlacedItem] = {}
        for item in items:
            wanted.setdefault((item.exam_id, item.item.key), item)
        rows = self._rows(wanted, [*built, *removed])
        self._insert([item for place, item in wanted.items() if place not in rows])
        self._update([(rows[place], item) for place, item in wanted.items() if place in rows])
        gone = [row.id for place, row in rows.items() if place not in wanted and not row.retired]
        for batch in batched(gone):
            self.session.execute(update(StudyItem).where(StudyItem.id.in_(batch)).values(retired=True))
        for batch in batched(self.texts):
            self.session.execute(insert(StudyText), batch)

    def _rows(self, wanted: Mapping[Place, PlacedItem], articles: Sequence[int]) -> dict[Place, StudyItem]:
        """The rows of these items, and those that these articles had."""
        found: list[StudyItem] = []
        for batch in batched(articles):
            found += self.session.scalars(select(StudyItem).where(StudyItem.article_id.in_(batch)))
        for batch in batched([key for _, key in wanted]):
            found += self.session.scalars(select(StudyItem).where(StudyItem.key.in_(batch)))
        return {(row.exam_id, row.key): row for row in found if _concerns(row, wanted, set(articles))}

    def _insert(self, items: Sequence[PlacedItem]) -> None:
        if not items:
            return
        rows = [
            {"exam_id": each.exam_id, "key": each.item.key, "meaning": each.item.meaning, **each.columns()}
            for each in items
        ]
        statement = insert(StudyItem).returning(StudyItem.id, sort_by_parameter_order=True)
        ids = self.session.scalars(statement, rows).all()
        self.texts += [_text(item_id, each.item) for item_id, each in zip(ids, items, strict=True)]

    def _update(self, pairs: Sequence[tuple[StudyItem, PlacedItem]]) -> None:
        revised = [(row, each) for row, each in pairs if row.revision != each.item.revision]
        stored = self._texts_of([row.id for row, _ in revised])
        changed = [row.id for row, each in revised if _means_something_else(row, each.item, stored)]
        changed += [row.id for row, each in pairs if each.item.meaning > row.meaning_by_hand]
        self.texts += [
            _text(row.id, each.item) for row, each in revised if (row.id, each.item.revision) not in stored
        ]
        rows = [
            {"row_id": row.id, "meaning": row.meaning + (row.id in changed), **each.columns()}
            for row, each in pairs
        ]
        if rows:
            statement = update(StudyItem).where(StudyItem.id == bindparam("row_id"))
            self.session.connection().execute(statement, rows)

    def _texts_of(self, ids: Sequence[int]) -> dict[tuple[int, str], StudyText]:
        texts: list[StudyText] = []
        for batch in batched(ids):
            texts += self.session.scalars(select(StudyText).where(StudyText.item_id.in_(batch)))
        return {(text.item_id, text.revision): text for text in texts}


def _concerns(row: StudyItem, wanted: Mapping[Place, PlacedItem], articles: set[int]) -> bool:
    return (row.exam_id, row.key) in wanted or row.article_id in articles


def _means_something_else(row: StudyItem, item: Item, stored: Mapping[tuple[int, str], StudyText]) -> bool:
    text = stored[row.id, row.revision]
    return is_changed(stored_meaning(row.kind, text.options, text.answer_text), meaning_of(item))


def _text(item_id: int, item: Item) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "revision": item.revision,
        "prompt": item.prompt,
        "hint": item.hint,
        "options": [
            {"html": option.html, "right": option.right, "why": option.why, "text": option.text}
            for option in item.options
        ],
        "answer": item.answer,
        "answer_text": item.answer_text,
        "source": item.source,
    }


def stored_keys(session: Session) -> list[StoredKey]:
    """Every item that was not retired."""
    query = (
        select(Exam.slug, StudyItem.key, Article.path)
        .join(Exam, Exam.id == StudyItem.exam_id)
        .join(Article, Article.id == StudyItem.article_id)
        .where(StudyItem.retired.is_(False))
        .order_by(StudyItem.id)
    )
    return [StoredKey(exam, key, path) for exam, key, path in session.execute(query)]
