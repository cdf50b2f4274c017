"""From `carrel publish` to the mailbox, with no further command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from articles.publish import publish
from carrel import clock
from carrel.services import Services
from carrel.settings import Settings
from newsletter.delivery import batch, send_step
from newsletter.issues.models import Issue, ScheduleCursor
from newsletter.subscribers.models import Subscription
from tests.support.articles import article_md, exam_toml, write_files
from tests.support.digests import add_subscribers, services_sending_to, wait_until
from tests.support.sink import sink, taken
from tests.support.worker import ROOT, on_one_database, worker
from website.worker import IDLE_SECONDS, steps

WITHIN_SECONDS = 60


@pytest.mark.faults
@on_one_database
def test_mf_04_a_new_article_reaches_who_wants_each_with_no_further_command(
    settings: Settings, tmp_path: Path
) -> None:
    content, log = tmp_path / "content", tmp_path / "taken"
    write_files(content, {"cpb/exam.toml": exam_toml(), "cpb/old.md": article_md("Old")})
    with sink(log) as port, services_sending_to(settings, port, content=content) as services:
        publish(services.settings, services.db)
        with services.db.write() as session:
            add_subscribers(session, 3)
            # What is there already is no news to them: counted by number alone, its mails would pass for the new one's.
            session.execute(update(Subscription).values(since=clock.now()))
        with worker(services.settings):
            wait_until(lambda: marks(services) == 4)  # it has looked once, so that the archive is no news
            assert taken(log) == []
            write_files(content, {"cpb/new.md": article_md("New")})
            carrel_publish(services.settings)
            wait_until(lambda: len(taken(log)) == 3)
        with services.db.read() as session:
            assert session.scalars(select(Issue.period)).all() == ["article:new"]


def marks(services: Services) -> int:
    with services.db.read() as session:
        return session.scalars(select(func.count()).select_from(ScheduleCursor)).one()


def carrel_publish(settings: Settings) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}",
        "CARREL_HOME": str(settings.home),
        "CARREL_CONTENT": str(settings.content),
        "CARREL_BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
    }
    command = [sys.executable, "-m", "website", "publish"]
    subprocess.run(command, env=environ, cwd=settings.home, check=True, capture_output=True)


def test_an_idle_worker_looks_so_often_that_a_new_article_is_on_its_way_within_a_minute() -> None:
    """A minute on whatever machine would be a race; what we wait for on purpose is added up instead."""
    waits = {step.name: step.every_seconds for step in steps()}
    on_the_way = ["digests that are due", "recipients of digests", "texts of digests", "sending digests"]
    longest = sum(waits[name] + IDLE_SECONDS for name in on_the_way)
    longest += batch.SECONDS + send_step.GRACE_SECONDS
    assert longest < WITHIN_SECONDS / 2
