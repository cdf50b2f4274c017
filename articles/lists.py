"""Lists of articles a page at a time, each with as many queries however long it is.

The ids of a page are found first: sorting whole rows would read the list's every text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Select, case, func, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from articles.models import Article, ArticleTopic, Author, Domain, Exam, Topic
from articles.queries import READING_ORDER, DomainSection, Order
from articles.visibility import visible

PER_PAGE = 50
FIRST, NEWEST = 3, 3  # of an exam, on the home page
MOST_EXAMS = 200
# An exam's page follows the outline; within a domain, the reading order.
OUTLINE: Order = (Domain.position.asc().nulls_last(), *READING_ORDER)


@dataclass(frozen=True)
class ListPage:
    """One page of a list."""

    number: int
    total: int
    articles: Sequence[Article]

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PER_PAGE))

    @property
    def before(self) -> int:
        """How many articles the pages before it have."""
        return (self.number - 1) * PER_PAGE


@dataclass(frozen=True)
class OutlineEntry:
    """A domain of an exam, or None for what belongs to none; on which page its articles begin."""

    domain: Domain | None
    count: int
    page: int


@dataclass(frozen=True)
class ExamPage(ListPage):
    """One page of an exam, and what is said of the whole exam."""

    minutes: int
    outline: Sequence[OutlineEntry]

    @property
    def sections(self) -> list[DomainSection]:
        """The articles of the page, domain by domain."""
        runs = groupby(self.articles, key=lambda article: article.domain)
        return [DomainSection(domain, list(articles)) for domain, articles in runs]


@dataclass(frozen=True)
class AuthorPage(ListPage):
    """One page of what an author wrote and, after that, reviewed."""

    author: Author

    @property
    def written(self) -> list[Article]:
        """Those on the page that are the author's own."""
        return [article for article in self.articles if article.author == self.author.name]

    @property
    def reviewed(self) -> list[Article]:
        """Those on the page that others wrote."""
        return [article for article in self.articles if article.author != self.author.name]


@dataclass(frozen=True)
class Highlights:
    """Of an exam: where it begins, what is new besides, and how many articles it has."""

    exam: Exam
    first: Sequence[Article]
    newest: Sequence[Article]
    count: int


def exam_page(session: Session, exam: Exam, now: datetime, number: int) -> ExamPage | None:
    """A page of the exam's articles; None beyond the last one."""
    of_exam = select(Article.id).where(Article.exam_id == exam.id, visible(now))
    outline, total, minutes = _outline(session, exam, now)
    articles = _page(session, of_exam, OUTLINE, number)
    page = ExamPage(number, total, articles, minutes, outline)
    return page if number <= page.last else None


def topic_page(session: Session, topic: Topic, now: datetime, number: int) -> ListPage | None:
    """A page of the topic's articles, exam by exam, each in reading order; None beyond the last one."""
    of_topic = select(Article.id).join(ArticleTopic, ArticleTopic.article_id == Article.id)
    of_topic = of_topic.where(ArticleTopic.topic_id == topic.id, visible(now))
    total = session.scalar(select(func.count()).select_from(of_topic.subquery())) or 0
    by_exam = of_topic.join(Exam, Exam.id == Article.exam_id)
    articles = _page(session, by_exam, (Exam.position.asc(), Exam.slug.asc(), *READING_ORDER), number)
    page = ListPage(number, total, articles)
    return page if number <= page.last else None


def author_page(session: Session, author: Author, now: datetime, number: int) -> AuthorPage | None:
    """A page of the author's work, exam by exam, each in reading order; None beyond the last one."""
    is_own = Article.author == author.name
    works = select(Article.id).where(or_(is_own, Article.reviewer == author.name), visible(now))
    total = session.scalar(select(func.count()).select_from(works.subquery())) or 0
    by_exam = works.join(Exam, Exam.id == Article.exam_id)
    own_first = case((is_own, 0), else_=1)
    order = (own_first.asc(), Exam.position.asc(), Exam.slug.asc(), *READING_ORDER)
    page = AuthorPage(number, total, _page(session, by_exam, order, number), author)
    return page if number <= page.last else None


def highlights(
    session: Session, exams: Sequence[Exam], now: datetime, first: int = FIRST, newest: int = NEWEST
) -> list[Highlights]:
    """The first and the newest articles of each exam; none of them twice. Beyond MOST_EXAMS only their number."""
    counts = select(Article.exam_id, func.count()).where(visible(now)).group_by(Article.exam_id)
    count_of = dict(session.execute(counts).all())
    shown = exams[:MOST_EXAMS]
    beginnings = _best_of_each(session, shown, now, READING_ORDER, first)
    newly = (func.coalesce(Article.published, Article.first_visible_at).desc(), Article.id.desc())
    # The newest may be among the first, so as many more are read.
    latest = _best_of_each(session, shown, now, newly, first + newest) if newest else {}
    return [
        Highlights(
            exam,
            beginning := beginnings.get(exam.id, []),
            [article for article in latest.get(exam.id, []) if article not in beginning][:newest],
            count_of.get(exam.id, 0),
        )
        for exam in exams
    ]


def _best_of_each(
    session: Session, exams: Sequence[Exam], now: datetime, order: Order, limit: int
) -> dict[int, list[Article]]:
    """The first articles of each exam in this order, in one query: a tenth of the time that a window takes."""
    if not exams:
        return {}
    ranked = select(Article.id).outerjoin(Domain, Domain.id == Article.domain_id).where(visible(now))
    ranked = ranked.order_by(*order).limit(limit)
    parts = [ranked.where(Article.exam_id == exam.id).subquery() for exam in exams]
    ids = session.scalars(union_all(*(select(part.c.id) for part in parts))).all()
    found = session.scalars(select(Article).where(Article.id.in_(ids)))
    by_id = {article.id: article for article in found}
    of_each: dict[int, list[Article]] = {}
    for article in (by_id[article_id] for article_id in ids):
        of_each.setdefault(article.exam_id, []).append(article)
    return of_each


def _outline(session: Session, exam: Exam, now: datetime) -> tuple[list[OutlineEntry], int, int]:
    """The domains that have articles, in order; how many articles and minutes the exam has."""
    query = select(Article.domain_id, func.count(), func.sum(Article.reading_minutes)).group_by(
        Article.domain_id
    )
    rows = session.execute(query.where(Article.exam_id == exam.id, visible(now))).all()
    counts = {domain_id: count for domain_id, count, _ in rows}
    entries, before = list[OutlineEntry](), 0
    for domain in (*exam.domains, None):
        if count := counts.get(domain.id if domain else None):
            entries.append(OutlineEntry(domain, count, before // PER_PAGE + 1))
            before += count
    return entries, before, sum(minutes for *_, minutes in rows)


def _page(session: Session, ids: Select[int], order: Order, number: int) -> Sequence[Article]:
    ids = ids.outerjoin(Domain, Domain.id == Article.domain_id).order_by(*order)
    on_page = session.scalars(ids.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    query = select(Article).where(Article.id.in_(on_page))
    options = (joinedload(Article.exam), joinedload(Article.domain))
    articles = {article.id: article for article in session.scalars(query.options(*options))}
    return [articles[article_id] for article_id in on_page]
