"""What the templates of an article and its lists are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from articles.models import Article, Author, Exam
from articles.series import Place
from articles.terms import Term
from articles.terms_in_place import TermIndex
from carrel.ads.placement import BEFORE_THE_TEXT
from carrel.settings import Settings
from website.pages.page_context import day

NO_TERMS = TermIndex()


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block of the text, and the slot after it."""

    html: Markup
    slot: Any
    terms: Sequence[Term] = ()  # whose definitions stand behind it


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One line of "What changed"."""

    date: date
    note: str


@dataclass(frozen=True)
class ArticleView:
    """An article as its template names it. `article` is the row; the rest is made for showing."""

    article: Article
    slot_before: Any  # a slot above the text, when it has no place for one
    blocks: list[BlockView]
    contents: Sequence[Mapping[str, Any]]
    changes: list[ChangeView]
    published_on: date | None
    updated_on: date | None
    related: Sequence[Article]
    previous: Article | None
    next: Article | None
    report_url: str
    has_items: bool = False  # to study with
    questions: int = 0  # to practice with
    cards: int = 0  # and terms, to turn over
    people: Mapping[str, Author] = field(default_factory=dict)  # who of author and reviewer has a page
    place: Place | None = None  # in its series
    has_terms: bool = False  # that are explained in place

    def __getattr__(self, name: str) -> Any:
        return getattr(self.article, name)


def has_items(article: Article) -> bool:
    """Whether something to study with stands in its text."""
    return article.content is not None and any(
        block["kind"] == "question" for block in article.content.blocks
    )


def article_view(
    article: Article,
    inline: Mapping[int, Any],
    related: Sequence[Article],
    neighbors: tuple[Article | None, Article | None],
    settings: Settings,
    *,
    people: Mapping[str, Author] = MappingProxyType({}),
    place: Place | None = None,
    questions: int = 0,
    cards: int = 0,
    terms: TermIndex = NO_TERMS,
) -> ArticleView:
    """What `pages/article.html` shows."""
    assert article.content is not None  # noqa: S101 - only a visible article gets here
    # The parts are sanitized when they are published, so that they may be marked as safe here.
    blocks = [
        BlockView(Markup(block.html), inline.get(index), block.terms)  # noqa: S704
        for index, block in enumerate(terms.mark(article.content.blocks))
    ]
    return ArticleView(
        article=article,
        slot_before=inline.get(BEFORE_THE_TEXT),
        blocks=blocks,
        contents=article.content.contents,
        changes=[
            ChangeView(date.fromisoformat(change["date"]), change["note"]) for change in article.changes
        ],
        published_on=day(article.published_at),
        updated_on=article.updated,
        related=related,
        previous=neighbors[0],
        next=neighbors[1],
        report_url=f"mailto:{settings.contact_email}?subject={quote('An error in: ' + article.title)}",
        has_items=has_items(article),
        questions=questions,
        cards=cards,
        people=people,
        place=place,
        has_terms=any(block.terms for block in blocks),
    )


@dataclass(frozen=True, slots=True)
class ExamArticles:
    """The articles of one exam among others."""

    exam: Exam
    articles: list[Article]


def by_exam(articles: Sequence[Article]) -> list[ExamArticles]:
    """Articles that come exam by exam, grouped."""
    runs = groupby(articles, key=lambda article: article.exam_id)
    return [
        ExamArticles(articles_of_exam[0].exam, articles_of_exam)
        for articles_of_exam in (list(run) for _exam, run in runs)
    ]
