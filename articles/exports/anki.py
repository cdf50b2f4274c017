"""An exam's items as a text file that Anki imports: one note for each, which importing again updates in place.

The format is Anki's own: file headers, then cells between tabs, quoted as in CSV. A note is found again by its guid.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from articles.exports.anki_sides import back_of, front_of
from articles.models import Article, Exam, StudyItem
from articles.study_items import Row, domain_of

NOTE_TYPE = "Basic"  # Anki brings it along; where it has another name, Anki asks
COLUMNS = ("guid", "front", "back", "tags")


def guid_of(exam: str, key: str) -> str:
    """What Anki knows an item by, in any collection and for good: nothing of it follows from a text or a place."""
    return f"carrel:{exam}/{key}"  # neither slugs nor keys have a colon or a slash


def to_anki(exam: Exam, rows: Sequence[Row], base_url: str) -> str:
    """The file of these items of an exam. A case is no note: its story stands above each of its items."""
    file = io.StringIO()
    file.writelines(f"{line}\n" for line in _headers(exam))
    csv.writer(file, delimiter="\t", lineterminator="\n").writerows(_notes(exam, rows, base_url))
    return file.getvalue()


def _headers(exam: Exam) -> Iterator[str]:
    yield "#separator:tab"
    yield "#html:true"
    yield f"#notetype:{NOTE_TYPE}"
    yield f"#deck:{_deck_name(exam.title)}"
    yield f"#guid column:{COLUMNS.index('guid') + 1}"
    yield f"#tags column:{COLUMNS.index('tags') + 1}"


def _deck_name(title: str) -> str:
    """A title as a deck of its own: Anki nests decks by two colons."""
    return " ".join(title.replace("::", ":").split())


def _notes(exam: Exam, rows: Sequence[Row], base_url: str) -> Iterator[tuple[str, ...]]:
    stories = {item.key: text.prompt for item, text, _article in rows if item.kind == "case"}
    for item, text, article in rows:
        if item.kind != "case":
            page = f"{base_url}{article.url}"
            front = front_of(item, text, page, stories.get(item.case_key or "", ""))
            back = back_of(item, text, page, article.title)
            yield guid_of(exam.slug, item.key), front, back, _tags(exam, item, article)


def _tags(exam: Exam, item: StudyItem, article: Article) -> str:
    """Exam, domain and article, nested as Anki's browser shows them."""
    tags = [exam.slug, f"{exam.slug}::article::{article.slug}"]
    if domain := domain_of(item):
        tags.insert(1, f"{exam.slug}::domain::{domain}")
    return " ".join(tags)
