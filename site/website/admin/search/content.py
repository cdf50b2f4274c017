"""Articles, ads, and issues by their words; alarms, operators, and the log."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from articles.models import Article
from articles.visibility import HIDDEN, ArticleState, state
from carrel import clock
from carrel.ads.models import HouseAd
from carrel.audit import AuditEntry
from carrel.mail.models import Alarm
from newsletter.issues.models import Issue
from website.admin.operators.models import Operator
from website.admin.operators.roles import Need, may
from website.admin.search.find import MOST_HITS, NEWEST, Hit, Source, Wanted
from website.admin.tables.table import contains


def _articles(session: Session, asked: Wanted) -> Sequence[Hit]:
    slug = asked.words.strip("/").rpartition("/")[2]  # of a whole address, too
    is_named = Article.slug == slug
    matching = (
        select(Article, state(clock.now()).label("state"))
        .where(is_named | contains(Article.title, asked.words) | contains(Article.slug, slug))
        .order_by(is_named.desc(), Article.title, Article.id)
    )
    return [
        Hit(article.title, _page(article, its_state, asked), its_state)
        for article, its_state in session.execute(matching.limit(MOST_HITS))
    ]


def _page(article: Article, its_state: str, asked: Wanted) -> str:
    if its_state == ArticleState.VISIBLE:
        return f"{asked.services.settings.site_from_desk}/articles/{article.slug}/"
    if its_state in HIDDEN and may(asked.role, Need.DRAFTS):
        return f"/admin/articles/{article.id}/see"
    return f"/admin/articles/?q={quote(article.slug)}"


def _ads(session: Session, asked: Wanted) -> Sequence[Hit]:
    matching = select(HouseAd).where(
        contains(HouseAd.name, asked.words) | contains(HouseAd.title, asked.words)
    )
    return [
        Hit(ad.name, f"/admin/ads/{ad.id}", "on" if ad.active else "paused")
        for ad in session.scalars(matching.order_by(HouseAd.id.desc()).limit(MOST_HITS))
    ]


def _issues(session: Session, asked: Wanted) -> Sequence[Hit]:
    matching = select(Issue).where((Issue.id == asked.number) | (Issue.period == asked.words))
    return [
        Hit(f"Issue {issue.id}: {issue.frequency}, {issue.period}", f"/admin/issues/{issue.id}", issue.state)
        for issue in session.scalars(matching.order_by(Issue.id.desc()).limit(MOST_HITS))
    ]


def _alarms(session: Session, asked: Wanted) -> Sequence[Hit]:
    matching = _newest(Alarm, [Alarm.subject, Alarm.text], asked.words)
    return [
        Hit(alarm.subject, f"/admin/alarms/{alarm.id}", "acknowledged" if alarm.acknowledged_at else "open")
        for alarm in session.scalars(matching)
    ]


def _operators(session: Session, asked: Wanted) -> Sequence[Hit]:
    matching = select(Operator).where(asked.begins(Operator.email_key)).order_by(Operator.email_key)
    return [
        Hit(one.email, "/admin/operators", one.role) for one in session.scalars(matching.limit(MOST_HITS))
    ]


def _log(session: Session, asked: Wanted) -> Sequence[Hit]:
    """What was done to a thing, at any time; words, and whoever did it, among the newest entries."""
    of_thing = select(AuditEntry).where(AuditEntry.subject.in_(_subjects(asked)))
    words = [
        AuditEntry.actor,
        AuditEntry.action,
        AuditEntry.subject,
        AuditEntry.reason,
        AuditEntry.request_id,
    ]
    newest = _newest(AuditEntry, words, asked.words)
    entries = {
        entry.id: entry
        for query in (of_thing.order_by(AuditEntry.id.desc()).limit(MOST_HITS), newest)
        for entry in session.scalars(query)
    }
    return [
        Hit(
            f"{entry.action}: {entry.subject}", f"/admin/audit/?q={quote(entry.subject)}", f"by {entry.actor}"
        )
        for entry in list(entries.values())[:MOST_HITS]
    ]


def _subjects(asked: Wanted) -> list[str]:
    """As the log names things."""
    kinds = ("order", "article", "gift", "issue", "reader", "operator", "ad", "alarm", "event", "table")
    return [asked.words, *(f"{kind}:{asked.words}" for kind in kinds)]


def _newest(model: Any, columns: Sequence[Any], words: str) -> Select[Any]:
    """Those of the newest rows that have the words somewhere."""
    newest = select(model.id).order_by(model.id.desc()).limit(NEWEST).subquery()
    has_words: ColumnElement[bool] = or_(*(contains(column, words) for column in columns))
    matching = select(model).where(model.id.in_(select(newest.c.id)), has_words)
    return matching.order_by(model.id.desc()).limit(MOST_HITS)


SOURCES = (
    Source("Articles", Need.LIBRARY, _articles),
    Source("Issues", Need.DIGESTS, _issues),
    Source("Ads", Need.ADS, _ads),
    Source("Alarms", Need.LOOK, _alarms),
    Source("Operators", Need.OPERATORS, _operators),
    Source("Log", Need.OPERATORS, _log),
)
