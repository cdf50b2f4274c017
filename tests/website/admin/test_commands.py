"""`carrel operator`: on the server there is always a way in."""

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from carrel.audit import AuditEntry
from carrel.db import Database
from carrel.mail.models import OutboxMail
from carrel.services import Services
from carrel.settings import Settings
from tests.support.operators import OLGA, put_operator
from tests.website.admin.passkeys import put_passkey
from website.admin.operators.commands import operator
from website.admin.operators.models import Operator

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on this site, as an account named root."""
    monkeypatch.setattr("website.admin.operators.commands.load", lambda: settings)
    monkeypatch.setenv("LOGNAME", "root")

    def ready(_settings: Settings) -> Database:
        return Database(database_url)

    return lambda *words: CliRunner().invoke(operator, words, obj=ready)


def test_adding_prints_a_link_to_hand_over(run: Run, services: Services) -> None:
    done = run("add", "New@Carrel.test", "--role", "support")
    assert done.exit_code == 0
    assert re.search(r"https://carrel\.test/admin/set-up/[\w-]{43}\n", done.output)
    with services.db.read() as session:
        added = session.scalars(select(Operator)).one()
        log = session.scalars(select(AuditEntry)).one()
    assert (added.email_key, added.role, added.password_hash) == ("new@carrel.test", "support", None)
    assert (log.actor, log.action, log.after) == ("root (command line)", "operator.add", {"role": "support"})


def test_without_an_address_the_link_is_said_to_be_the_demos(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "CARREL_BASE_URL" not in run("add", "new@carrel.test").output
    nowhere = settings.model_copy(update={"base_url": ""})
    monkeypatch.setattr("website.admin.operators.commands.load", lambda: nowhere)
    said = run("add", "other@carrel.test").output
    assert "http://127.0.0.1:8000/admin/set-up/" in said
    assert "CARREL_BASE_URL is not set" in said


def test_the_list_says_who_may_do_what(run: Run, services: Services) -> None:
    put_passkey(services, put_operator(services))
    run("add", "new@carrel.test", "--role", "editor")
    lines = run("list").output.splitlines()
    assert lines[0].startswith("new@carrel.test  editor (articles, ads, and digests")
    assert lines[0].endswith("not set up yet  0 passkeys")
    assert re.fullmatch(rf"{OLGA}  owner \(.+\)  since \d{{4}}-\d\d-\d\d  1 passkey", lines[1])


def test_resetting_prints_a_new_link_and_removing_removes(run: Run, services: Services) -> None:
    put_operator(services)
    assert "/admin/set-up/" in run("reset", OLGA).output
    with services.db.read() as session:
        mail = session.scalars(select(OutboxMail)).one()
    assert (mail.to_key, "root (command line)" in mail.text, "/set-up/" in mail.text) == (OLGA, True, False)
    run("add", "new@carrel.test")
    assert run("remove", OLGA.upper()).output == f"{OLGA.upper()} is no longer an operator.\n"
    with services.db.read() as session:
        assert session.scalars(select(Operator.email)).all() == ["new@carrel.test"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", OLGA), "is already an operator"),
        (("add", "nonsense"), "Enter a full email address"),
        (("reset", "nobody@carrel.test"), "There is no operator"),
        (("remove", OLGA), "is the only owner"),
        (("add", "new@carrel.test", "--role", "king"), "Invalid value"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_status_2(
    run: Run, services: Services, words: tuple[str, ...], sentence: str
) -> None:
    put_operator(services)
    refused = run(*words)
    assert refused.exit_code == 2
    assert sentence in refused.output
    with services.db.read() as session:
        assert session.scalars(select(AuditEntry.id)).all() == []
