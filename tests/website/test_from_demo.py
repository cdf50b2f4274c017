"""`carrel init FOLDER --from-demo`: articles, settings and operators come along, samples stay behind."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from carrel import deployment
from carrel.ads.models import HouseAd
from carrel.deployment import DEMO_OPERATOR, DeploymentKind
from carrel.services import open_database
from carrel.settings import load
from tests.support.articles import article_md, write_files
from website.admin.operators import staff
from website.admin.operators.models import Operator
from website.admin.operators.roles import Role
from website.cli import carrel
from website.demo.preparing import prepare

EXAM = 'name = "CPB"\ntitle = "Certified"\nbody = "AAPC"\ndisclaimer = "Independent."\nsummary = "The exam for billing work."\n'
SETTINGS = """\
content = "texts"
home = "data"
database_url = "sqlite:///shared.db"
site_name = "Billing notes"

[slots.side]
on = false
"""


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a demo that ran: with settings, an article, and an operator of its own."""
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "carrel.toml").write_text(SETTINGS)
    write_files(tmp_path / "texts", {"cpb/exam.toml": EXAM, "cpb/one.md": article_md(topics="[]")})
    settings = load({}, demo=True)
    prepare(settings)
    db = open_database(settings)
    with db.write() as session:
        staff.add(session, "olga@carrel.test", Role.EDITOR, actor="test")
    db.close()
    return tmp_path


def init(*words: str) -> Result:
    return CliRunner().invoke(carrel, ["init", *words])


@pytest.mark.sweep
def test_articles_settings_and_operators_come_along_and_no_samples(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = init("mine", "--from-demo")
    assert done.exit_code == 0, done.output
    assert "carrel operator reset olga@carrel.test" in done.output
    assert DEMO_OPERATOR not in done.output
    monkeypatch.chdir(demo / "mine")
    assert CliRunner().invoke(carrel, ["publish"]).output.count("how-an-article-works") == 0
    settings = load({})
    assert (settings.site_name, settings.slots["side"].on) == ("Billing notes", False)
    db = open_database(settings)
    assert str(db.url.database) == "var/carrel.db"
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(HouseAd)) == 0
        assert [tuple(row) for row in session.execute(select(Operator.email, Operator.role))] == [
            ("olga@carrel.test", "editor")
        ]
    deployment.assign(settings, db, DeploymentKind.PRODUCTION)
    db.close()


@pytest.mark.sweep
def test_the_demo_stays_as_it_was(demo: Path) -> None:
    before = {path: path.read_bytes() for path in demo.rglob("*") if path.is_file() and path.suffix == ".md"}
    init("mine", "--from-demo")
    assert all(path.read_bytes() == content for path, content in before.items())
    db = open_database(load({}, demo=True))
    assert deployment.database_marker(db) is DeploymentKind.DEMO
    with db.read() as session:
        assert len(staff.all_operators(session)) == 2
    db.close()


def test_what_cannot_be_taken_over_leaves_no_folder(demo: Path) -> None:
    (demo / "carrel.toml").write_text('content = "texts"\n')  # so its home is var, where nothing is
    done = init("mine", "--from-demo")
    assert "There is no database in var" in str(done.exception)
    assert not (demo / "mine").exists()


@pytest.mark.sweep
def test_a_folder_that_has_something_is_left_alone(demo: Path) -> None:
    (demo / "full").mkdir()
    (demo / "full" / "note").write_text("mine")
    done = init("full", "--from-demo")
    assert done.exit_code == 2
    assert "is not empty" in done.stderr
    assert [path.name for path in (demo / "full").iterdir()] == ["note"]
