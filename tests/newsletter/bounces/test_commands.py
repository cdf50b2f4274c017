"""`carrel bounces read` in a mail server's pipe, and `carrel bounces import`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from carrel.db import Database
from carrel.mail.models import Suppression
from newsletter.bounces import commands
from tests.newsletter.bounces.conftest import SentIssue
from tests.newsletter.bounces.test_returned_mail import dsn, plain


@pytest.fixture(autouse=True)
def _of_this_site(monkeypatch: pytest.MonkeyPatch, sent: SentIssue) -> None:
    monkeypatch.setattr(commands, "load", lambda: sent.services.settings)


def run(sent: SentIssue, *arguments: str, given: bytes = b"") -> Result:
    def ready(_: object) -> Database:
        return Database(sent.services.settings.database_url)

    return CliRunner().invoke(commands.bounces, arguments, obj=ready, input=given)


def test_a_mail_that_came_back_is_recorded_once(sent: SentIssue) -> None:
    mail = dsn("failed", "5.1.1", message_id=sent.message_id())
    assert run(sent, "read", given=mail).output == "hard: recorded.\n"
    assert run(sent, "read", given=mail).output == "hard: known already.\n"
    assert not sent.gets()


def test_what_is_no_bounce_is_taken_and_changes_nothing(sent: SentIssue) -> None:
    done = run(sent, "read", given=plain("I am away."))
    assert (done.exit_code, done.output) == (
        0,
        "This is not a bounce of one of this site's digests. Nothing was changed.\n",
    )


def test_a_database_that_is_away_keeps_the_mail_in_the_mail_servers_queue(
    sent: SentIssue, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = sent.services.settings.model_copy(update={"database_url": "sqlite:////nowhere/at/all.db"})
    monkeypatch.setattr(commands, "load", lambda: away)
    mail = dsn("failed", "5.1.1", message_id=sent.message_id())
    done = CliRunner().invoke(
        commands.bounces, ["read"], obj=lambda _: Database(away.database_url), input=mail
    )
    assert done.exit_code == 75


LISTS = {
    "mailgun.csv": "address,code,error,created_at\nanna@example.org,550,no such user,Sat\nno address,,,\n",
    "postmark.csv": "EmailAddress;SuppressionReason;Origin\nanna@example.org;SpamComplaint;Recipient\nx;;\n",
    "excel.csv": "\ufeffEmail\tReason\r\nanna@example.org\t\"bounce: no such\r\nuser\"\r\nno address\t\r\n",
    "one-column.csv": "Email\nanna@example.org\nno address\n",
    "amazon.json": json.dumps(
        {"SuppressedDestinationSummaries": [{"EmailAddress": "anna@example.org", "Reason": "COMPLAINT"}, {"EmailAddress": "-"}]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_services_own_list_is_taken_in(sent: SentIssue, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(LISTS[name], "utf-8")
    dry = run(sent, "import", str(file), "--dry-run")
    assert dry.output == "1 address would be suppressed; 0 were already. 1 line has no address.\n"
    assert run(sent, "import", str(file)).output.startswith("1 address is suppressed; 0 were already.")
    assert run(sent, "import", str(file)).output.startswith("0 addresses are suppressed; 1 was already.")
    with sent.services.db.read() as session:
        (row,) = session.scalars(select(Suppression))
    assert row.kind == ("complaint" if name in {"postmark.csv", "amazon.json"} else "newsletter")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_list_in_any_encoding_is_taken_in(sent: SentIssue, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes("Email,Reason\nanna@example.org,boîte pleine\n".encode(encoding))
    assert run(sent, "import", str(file)).output.startswith("1 address is suppressed")


@pytest.mark.parametrize(
    "content", [b"name,phone\na,b\n", b"\xff\xfe\x00", b"{nothing", b"", b"email\n" + b"x" * 200_000]
)
def test_what_is_no_list_is_refused_in_a_sentence(sent: SentIssue, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "list"
    file.write_bytes(content)
    done = run(sent, "import", str(file))
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
