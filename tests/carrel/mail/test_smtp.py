"""Talking to a mail server: one answer for each mail, whatever the server does."""

import pytest

from carrel.mail import smtp
from carrel.mail.outcomes import Deferred, MailServerUnavailableError, Rejected, Sent, Uncertain, Withheld
from carrel.mail.smtp import SmtpConnection
from tests.support.mail import server_of
from tests.support.smtp import CLOSE, EXTENSIONS, FakeMailServer

TO = "anna@example.org"
BODY = b"Subject: Hello\r\n\r\nHello Anna.\r\n.A line with a dot.\r\n"


def test_a_mail_arrives_byte_by_byte(connection: SmtpConnection, mail_server: FakeMailServer) -> None:
    assert connection.send(BODY, TO) == Sent()
    (mail,) = mail_server.mails
    assert (mail.sender, mail.to, mail.raw) == ("desk@carrel.test", TO, BODY)


def test_one_connection_carries_many_mails(connection: SmtpConnection, mail_server: FakeMailServer) -> None:
    assert [connection.send(BODY, TO) for _ in range(20)] == [Sent()] * 20
    assert mail_server.connections == 1


def test_where_the_server_offers_it_the_recipient_goes_with_the_sender(
    connection: SmtpConnection, mail_server: FakeMailServer
) -> None:
    mail_server.answer("MAIL", "451 4.3.0 not now")
    assert connection.send(BODY, TO) == Deferred(451, "4.3.0 not now")
    assert mail_server.verbs == ["EHLO", "MAIL", "RCPT", "RSET"]  # and both answers were read
    assert connection.send(BODY, TO) == Sent()


@pytest.mark.parametrize("extensions", [EXTENSIONS, ()])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_no_address_carries_a_command(extensions: tuple[str, ...], end: str) -> None:
    with FakeMailServer(extensions=extensions).running() as fake:
        connection = SmtpConnection(server_of(fake))
        evil = f"anna@example.org>{end}RCPT TO:<eve@example.org"
        assert isinstance(connection.send(BODY, evil), Rejected)
        assert connection.send(BODY, TO) == Sent()
        connection.close()
    assert [mail.to for mail in fake.mails] == [TO]
    assert fake.verbs.count("RCPT") == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_where_the_server_does_not_each_waits_for_the_answer_before(verb: str) -> None:
    with FakeMailServer(extensions=()).running() as fake:
        connection = SmtpConnection(server_of(fake))
        fake.answer(verb, "451 4.3.0 not now")
        assert connection.send(BODY, TO) == Deferred(451, "4.3.0 not now")
        assert connection.send(BODY, TO) == Sent()
        connection.close()
    assert fake.verbs == [
        "EHLO", *(["MAIL"] if verb == "MAIL" else ["MAIL", "RCPT"]), "RSET", "MAIL", "RCPT", "DATA", "BODY", "QUIT"
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "BODY"])
def test_mail_05_a_4xx_means_later_at_every_verb(
    connection: SmtpConnection, mail_server: FakeMailServer, verb: str
) -> None:
    mail_server.answer(verb, "451 4.3.0 not now")
    assert connection.send(BODY, TO) == Deferred(451, "4.3.0 not now")
    assert connection.send(BODY, TO) == Sent()
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "BODY"])
def test_mail_05_a_5xx_means_never_at_every_verb(
    connection: SmtpConnection, mail_server: FakeMailServer, verb: str
) -> None:
    mail_server.answer(verb, "550 5.7.1 we do not like you")
    outcome = connection.send(BODY, TO)
    assert isinstance(outcome, Rejected)
    assert not outcome.is_unknown_user
    assert connection.send(BODY, TO) == Sent()


@pytest.mark.parametrize(
    ("reply", "unknown"),
    [
        ("550 5.1.1 no such user", True),
        ("550 no such user here", True),
        ("553 mailbox name not allowed", True),
        ("550 5.7.515 access denied, sender not authenticated", False),
        ("552 5.2.2 mailbox full", False),
        ("554 rejected", False),
    ],
)
def test_mf_12_an_unknown_user_is_told_from_a_rule(
    connection: SmtpConnection, mail_server: FakeMailServer, reply: str, unknown: bool
) -> None:
    mail_server.answer("RCPT", reply)
    outcome = connection.send(BODY, TO)
    assert isinstance(outcome, Rejected)
    assert outcome.is_unknown_user is unknown


@pytest.mark.parametrize(
    "reply", ["550 5.1.1 <Anna@Example.org> unknown", "451 anna@example.org: greylisted"]
)
def test_pay_30_a_servers_reply_does_not_carry_the_address_into_our_tables(
    connection: SmtpConnection, mail_server: FakeMailServer, reply: str
) -> None:
    mail_server.answer("RCPT", reply)
    outcome = connection.send(BODY, TO)
    assert isinstance(outcome, Deferred | Rejected)
    assert "a•••@example.org" in outcome.text
    assert "anna@" not in outcome.text.lower()


def test_mf_07_a_421_on_a_kept_connection_is_tried_on_a_new_one(
    connection: SmtpConnection, mail_server: FakeMailServer
) -> None:
    assert connection.send(BODY, TO) == Sent()
    mail_server.answer("MAIL", "421 4.7.0 too many mails in one connection")
    assert connection.send(BODY, TO) == Sent()
    assert (mail_server.connections, len(mail_server.mails)) == (2, 2)


def test_mf_07_a_421_on_a_new_connection_means_later(
    connection: SmtpConnection, mail_server: FakeMailServer
) -> None:
    mail_server.answer("MAIL", "421 4.7.0 come back later")
    assert connection.send(BODY, TO) == Deferred(421, "4.7.0 come back later")


def test_a_kept_connection_that_the_server_closed_is_opened_again(
    connection: SmtpConnection, mail_server: FakeMailServer
) -> None:
    connection.send(BODY, TO)
    mail_server.answer("MAIL", CLOSE)
    assert connection.send(BODY, TO) == Sent()


def test_mf_08_a_close_within_the_mail_means_later(
    connection: SmtpConnection, mail_server: FakeMailServer
) -> None:
    mail_server.close_mid_data()
    outcome = connection.send(BODY + b"x" * 2_000_000 + b"\r\n", TO)
    assert isinstance(outcome, Deferred)
    assert mail_server.mails == []


def test_mf_09_a_close_after_the_mail_is_uncertain(
    connection: SmtpConnection, mail_server: FakeMailServer
) -> None:
    mail_server.close_after_data()
    assert isinstance(connection.send(BODY, TO), Uncertain)
    assert len(mail_server.mails) == 1
    assert connection.send(BODY, TO) == Sent()


def test_a_server_that_never_replies_after_the_mail_is_uncertain(
    connection: SmtpConnection, mail_server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LAST_REPLY_SECONDS", 0.2)
    mail_server.answer("BODY", 2.0)
    assert isinstance(connection.send(BODY, TO), Uncertain)


def test_mf_06_a_lost_lease_withholds_the_mail_before_data(
    connection: SmtpConnection, mail_server: FakeMailServer
) -> None:
    assert connection.send(BODY, TO, may_send=lambda: False) == Withheld()
    assert "DATA" not in mail_server.verbs
    assert connection.send(BODY, TO) == Sent()


def test_a_failing_fence_leaves_no_half_conversation(
    connection: SmtpConnection, mail_server: FakeMailServer
) -> None:
    def fails() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        connection.send(BODY, TO, may_send=fails)
    assert connection.send(BODY, TO) == Sent()
    assert len(mail_server.mails) == 1


def test_mf_10_nobody_there_is_a_server_away() -> None:
    with FakeMailServer().running() as gone:
        server = server_of(gone)
    with pytest.raises(MailServerUnavailableError, match="cannot be used"):
        SmtpConnection(server).send(BODY, TO)


@pytest.mark.parametrize("reply", ["421 busy", "554 no service", CLOSE])
def test_mf_10_a_server_that_greets_nobody_is_away(mail_server: FakeMailServer, reply: str) -> None:
    mail_server.answer("CONNECT", reply)
    with pytest.raises(MailServerUnavailableError):
        SmtpConnection(server_of(mail_server)).send(BODY, TO)
