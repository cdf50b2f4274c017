"""Pending articles: what is new for which subscriber, in SQL, for all of them at once."""

from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    union,
)

from articles.models import Article, ArticleTopic
from articles.visibility import visible
from carrel.page_cache import Audience
from carrel.settings import Settings
from newsletter.issues import floor
from newsletter.issues.models import NO_ARTICLES, DeliveredArticle, IssueArticle, ScheduleCursor
from newsletter.subscribers.eligibility import is_ad_free
from newsletter.subscribers.models import Frequency, Subscriber, Subscription

# What a thin month or a failure held back longer than this is too old to be sent. A pause of three months, the longest
# that readers can choose, loses nothing: the first issue after it may come a month later.
OLDEST = timedelta(weeks=13) + timedelta(days=32)
MOST_ARTICLES = 200  # that one issue can bring: never a whole archive


def eligible(frequency: Frequency, now: datetime) -> ColumnElement[bool]:
    """Whether an article may be in an issue of this frequency that is made now."""
    floor = select(ScheduleCursor.floor_at).where(ScheduleCursor.frequency == frequency).scalar_subquery()
    return and_(
        visible(now),
        Article.newsletter.is_(True),
        Article.first_visible_at > now - OLDEST,
        Article.first_visible_at <= now,
        Article.first_visible_at > floor,
    )


def newest_ids(frequency: Frequency, now: datetime) -> Select[int]:
    """The articles that an issue made now could bring."""
    newest = select(Article.id).where(eligible(frequency, now))
    return newest.order_by(Article.first_visible_at.desc(), Article.id.desc()).limit(MOST_ARTICLES)


def of_issue(issue_id: int) -> Select[int]:
    """The articles that an issue may bring."""
    is_old = floor.is_below(issue_id, [IssueArticle.article_id])  # who got them may be forgotten
    return select(IssueArticle.article_id).where(
        IssueArticle.issue_id == issue_id, IssueArticle.withdrawn_at.is_(None), ~is_old
    )


def unread(article_ids: Select[int], among: ColumnElement[bool], at_least: int = 1) -> Select[int, int]:
    """(subscriber_id, article_id): what these subscribers asked for and were never mailed.

    `among` is a condition over `Subscriber` and, for the planner's sake, `Subscription`.
    Whoever has fewer than `at_least` of them is left out: they wait for the next issue.
    """
    unread = _unread(article_ids, among)
    rows = select(unread.c.subscriber_id, unread.c.article_id)
    if at_least == 1:
        return rows
    again = _unread(article_ids, among)
    enough = select(again.c.subscriber_id).group_by(again.c.subscriber_id).having(func.count() >= at_least)
    return rows.where(unread.c.subscriber_id.in_(enough))


def _unread(article_ids: Select[int], among: ColumnElement[bool]) -> Subquery:
    columns = (Subscription.subscriber_id, Article.id.label("article_id"))
    wanted = select(*columns).join(Subscriber, Subscriber.id == Subscription.subscriber_id)
    by_exam = wanted.join(Article, Article.exam_id == Subscription.exam_id)
    by_topic = wanted.join(ArticleTopic, ArticleTopic.topic_id == Subscription.topic_id).join(
        Article, Article.id == ArticleTopic.article_id
    )
    mailed = exists().where(
        DeliveredArticle.subscriber_id == Subscription.subscriber_id,
        DeliveredArticle.article_id == Article.id,
    )
    is_pending = and_(
        Article.id.in_(article_ids),
        Article.first_visible_at > Subscription.since,
        among,
        ~mailed,
    )
    return union(by_exam.where(is_pending), by_topic.where(is_pending)).subquery()


def group_by_content(rows: Subquery, settings: Settings) -> Subquery:
    """(subscriber_id, audience, articles) from (subscriber_id, article_id): who gets the same mail."""
    listed = (
        select(rows.c.subscriber_id, _joined(rows.c.article_id).label("articles"))
        .group_by(rows.c.subscriber_id)
        .subquery()
    )
    return (
        select(listed.c.subscriber_id, _audience(settings), listed.c.articles)
        .join(Subscriber, Subscriber.id == listed.c.subscriber_id)
        .subquery("groups")
    )


def without_articles(among: ColumnElement[bool], settings: Settings) -> Subquery:
    """The same of a broadcast, which brings these subscribers no article."""
    articles = literal(NO_ARTICLES).label("articles")
    return (
        select(Subscriber.id.label("subscriber_id"), _audience(settings), articles)
        .where(among)
        .subquery("groups")
    )


def _audience(settings: Settings) -> ColumnElement[str]:
    return case((is_ad_free(settings), Audience.PASS.value), else_=Audience.GUEST.value).label("audience")


def _joined(ids: ColumnElement[int]) -> ColumnElement[str]:
    """The ids, ascending, with commas between."""
    return func.aggregate_strings(cast(ids, String), ",").aggregate_order_by(ids)
