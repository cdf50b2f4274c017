"""What happens before the demo starts: mistakes in articles, and homes that are not a demo's."""

from pathlib import Path

import click
import pytest
from sqlalchemy import func, select

from articles.models import Article
from carrel import deployment
from carrel.db import Database
from carrel.deployment import DeploymentKind, WrongDeploymentError
from carrel.services import open_database
from carrel.settings import Settings, load
from carrel.tokens import SiteSecret
from tests.support.articles import article_md, write_files
from website.admin.operators import staff
from website.admin.operators.roles import Role
from website.demo.preparing import KEPT, prepare

EXAM = 'name = "CPB"\ntitle = "Certified"\nbody = "AAPC"\ndisclaimer = "Independent."\nsummary = "The exam for billing work."\n'
BROKEN = article_md(topics="[nowhere]")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """An exam with one article."""
    folder = tmp_path / "content"
    write_files(folder, {"cpb/exam.toml": EXAM, "cpb/one.md": article_md(topics="[]")})
    return folder


@pytest.fixture
def settings(content: Path, tmp_path: Path) -> Settings:
    """A demo's that nobody has started yet."""
    return load({}, demo=True, home=tmp_path / "home", content=content)


def count_articles(settings: Settings) -> int:
    db = open_database(settings)
    with db.read() as session:
        count = session.scalar(select(func.count()).select_from(Article))
    db.close()
    return count or 0


def test_on_a_first_start_a_mistake_is_the_report_status_1_and_nothing_made(
    settings: Settings, content: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(content, {"cpb/two.md": BROKEN})
    with pytest.raises(click.exceptions.Exit) as ended:
        prepare(settings)
    assert ended.value.exit_code == 1
    assert "cpb/two.md:4: unknown-topic" in capsys.readouterr().out
    assert not settings.home.exists()


def test_later_the_last_good_library_is_shown_with_the_report(
    settings: Settings, content: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare(settings).operator_path.startswith("/admin/set-up/")
    write_files(content, {"cpb/two.md": BROKEN})
    assert prepare(settings).operator_path.startswith("/admin/set-up/")
    said = capsys.readouterr().out
    assert "cpb/two.md:4: unknown-topic" in said
    assert KEPT in said
    assert count_articles(settings) == 1


def test_a_database_without_a_library_counts_as_a_first_start(
    settings: Settings, content: Path, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = settings.model_copy(
        update={
            "database_url": db.url.render_as_string(hide_password=False),
            "home": content.parent / "shared",
        }
    )
    write_files(content, {"cpb/two.md": BROKEN})
    with pytest.raises(click.exceptions.Exit):
        prepare(shared)
    assert "unknown-topic" in capsys.readouterr().out
    assert deployment.database_marker(db) is None


def test_a_missing_content_folder_is_one_sentence(settings: Settings) -> None:
    with pytest.raises(click.ClickException, match="There is no folder"):
        prepare(settings.model_copy(update={"content": settings.home / "nowhere"}))


@pytest.mark.sweep
def test_the_demo_marks_its_home_and_its_database(settings: Settings) -> None:
    prepare(settings)
    db = open_database(settings)
    assert deployment.database_marker(db) is DeploymentKind.DEMO
    with pytest.raises(WrongDeploymentError, match="--from-demo"):
        deployment.assign(settings, db, DeploymentKind.PRODUCTION)
    db.close()


def test_the_demo_starts_on_no_public_site_not_even_on_one_without_a_mark(
    settings: Settings, db: Database
) -> None:
    shared = settings.model_copy(update={"database_url": db.url.render_as_string(hide_password=False)})
    with db.write() as session:
        staff.add(session, "olga@carrel.test", Role.OWNER, actor="test")
    with pytest.raises(WrongDeploymentError, match="belongs to a public site"):
        prepare(shared)
    assert deployment.database_marker(db) is None
    with db.read() as session:
        assert [operator.email for operator in staff.all_operators(session)] == ["olga@carrel.test"]


def test_a_demo_of_an_earlier_release_goes_on_with_its_operators(settings: Settings) -> None:
    prepare(settings)
    db = open_database(settings)
    with db.write() as session:
        staff.add(session, "olga@carrel.test", Role.OWNER, actor="test")
        session.delete(session.get_one(SiteSecret, deployment.MARKER_NAME))
    (settings.home / deployment.MARKER_NAME).unlink()
    prepare(settings)
    assert deployment.database_marker(db) is DeploymentKind.DEMO
    db.close()


def test_the_hint_for_authors_names_an_exam_of_this_site(settings: Settings, content: Path) -> None:
    write_files(content, {"rhia/exam.toml": EXAM + "order = 1\n", "cpb/exam.toml": EXAM + "order = 2\n"})
    assert prepare(settings).exam == "rhia"
