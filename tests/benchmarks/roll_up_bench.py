"""What a year of weekly digests and of views weighs on PostgreSQL before and after it is rolled up, and what that takes.

SUBSCRIBERS (10,000) and PAGES (100) with ads that are read every hour; each issue brings six articles.
"""

import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from carrel import clock
from carrel.ads.models import AdCount, PageCount
from carrel.ads.roll_up import AdRollUp
from carrel.services import Services, make_services
from carrel.settings import Settings, load
from newsletter import roll_up
from newsletter.issues.models import Issue, IssueArticle, IssueState, MailVariant
from tests.benchmarks.rounds import Report
from tests.benchmarks.servers import KEY
from tests.support.articles import put_article
from tests.support.databases import create_postgres
from tests.support.digests import add_subscribers
from tests.support.postgres import Cluster, find_binaries

SUBSCRIBERS = int(os.environ.get("SUBSCRIBERS", "10000"))
PAGES = int(os.environ.get("PAGES", "100"))
WEEKS, BROUGHT, MAIL = 52, 6, "x" * 30_000
TABLES = ("delivery", "delivered_article", "delivery_total", "rendering", "page_count", "ad_count")
SENT = """
INSERT INTO delivery (issue_id, subscriber_id, rendering_id, state, due_at, tries, problem, begun_at, ended_at)
SELECT :issue, id, :mail, 'sent', :at, 1, '', :at, :at FROM subscriber
"""
BROUGHT_TO = "INSERT INTO delivered_article SELECT id, :article, :issue FROM subscriber"
LONG_AGO = timedelta(days=2 * 365)


def main(report: Report) -> None:
    """Fill a year, roll it up, and weigh it before and after."""
    if find_binaries() is None:
        report.note("PostgreSQL is not installed")
        return
    cluster = Cluster()
    try:
        with tempfile.TemporaryDirectory(prefix="carrel-bench-") as name:
            services = make_services(_settings(Path(name), create_postgres(cluster.start())))
            with services.db.write() as session:
                add_subscribers(session, SUBSCRIBERS)
                for week in range(WEEKS):
                    _put_issue(session, week)
                _put_views(session)
            _weigh(report, services, "before")
            _time(
                report,
                "a batch of deliveries",
                lambda: roll_up.run_step(services),
                lambda: _rows(services, "delivery"),
            )
            ads = AdRollUp()
            _time(
                report,
                "an hour of views",
                lambda: ads.run_step(services),
                lambda: _hours(services) > WEEKS * 7 + 1,
            )
            _weigh(report, services, "after")
            services.db.close()
    finally:
        cluster.stop()


def _settings(home: Path, url: str) -> Settings:
    return load({"DATABASE_URL": url, "CARREL_SECRET_KEYS": KEY}, home=home, demo=True)


def _put_issue(session: Session, week: int) -> None:
    """One issue to all subscribers."""
    at = clock.now() - LONG_AGO + timedelta(weeks=week)
    times = {
        "due_at": at,
        "created_at": at,
        "frozen_at": at,
        "started_at": at,
        "send_until": at,
        "finished_at": at,
    }
    issue = Issue(
        frequency="weekly", period=f"week {week}", state=IssueState.FINISHED, recipients=SUBSCRIBERS, **times
    )
    session.add(issue)
    session.flush()
    articles = [put_article(session, f"a-{week}-{number}", first_visible_at=at) for number in range(BROUGHT)]
    session.execute(
        insert(IssueArticle), [{"issue_id": issue.id, "article_id": each.id} for each in articles]
    )
    mail = MailVariant(issue_id=issue.id, audience="guest", articles="1", subject="s", text="t", html=MAIL)
    session.add(mail)
    session.flush()
    session.execute(text(SENT), {"issue": issue.id, "mail": mail.id, "at": at})
    for article in articles:
        session.execute(text(BROUGHT_TO), {"article": article.id, "issue": issue.id})


def _put_views(session: Session) -> None:
    began = (clock.now() - LONG_AGO).replace(minute=0, second=0, microsecond=0)
    hours = [began + timedelta(hours=hour) for hour in range(WEEKS * 7 * 24)]
    for hour in hours:
        session.execute(
            insert(PageCount),
            [{"hour": hour, "article": f"article-{n}", "exam": "cpb", "views": 3} for n in range(PAGES)],
        )
    session.execute(
        insert(AdCount),
        [
            {"hour": hour, "ad": str(ad), "slot": "side", "exam": "cpb", "views": 9, "clicks": 1}
            for hour in hours
            for ad in range(5)
        ],
    )


def _rows(services: Services, table: str) -> int:
    with services.db.read() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - our own names


def _hours(services: Services) -> int:
    with services.db.read() as session:
        return session.scalars(select(func.count(func.distinct(PageCount.hour)))).one()


def _time(report: Report, what: str, step: Callable[[], Any], has_more: Callable[[], Any]) -> None:
    took = []
    began = time.perf_counter()
    while has_more():
        for _ in range(20):
            before = time.perf_counter()
            step()
            took.append((time.perf_counter() - before) * 1_000)
    report.add(what, took, "ms")
    report.note(f"{what}: the longest {max(took):.0f} ms, all of them {time.perf_counter() - began:.0f} s")


def _weigh(report: Report, services: Services, when: str) -> None:
    """Rows, and what they take with their indexes once PostgreSQL has used the room again."""
    for table in TABLES:
        with services.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM FULL {table}"))
            size = connection.execute(text(f"SELECT pg_total_relation_size('{table}')")).scalar_one()
        report.note(f"{when}: {table} {_rows(services, table):,} rows, {size / 1e6:.1f} MB")
