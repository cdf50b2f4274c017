"""Encryption, passwords and addresses beyond ASCII in the conversation with a mail server."""

import base64
import ssl
from collections.abc import Callable
from errno import ECONNRESET
from pathlib import Path
from typing import Any

import pytest

from carrel.mail.outcomes import (
    Deferred,
    MailServerLoginError,
    MailServerUnsafeError,
    Rejected,
    Sent,
    Uncertain,
)
from carrel.mail.server import MailServer, Tls
from carrel.mail.smtp import SmtpConnection
from tests.carrel.mail.test_smtp import BODY, TO
from tests.support.mail import server_of
from tests.support.smtp import RESET, FakeMailServer, make_certificate
from website.demo import mailbox

MORE_THAN_A_SYSTEM_HOLDS = (b"x" * 998 + b"\r\n") * 32_000  # Linux keeps up to 10 MB on the way to itself


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_verified_connection_is_encrypted(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], tls: Tls
) -> None:
    with FakeMailServer(tls=contexts[0], implicit=tls is Tls.IMPLICIT).running() as fake:
        connection = SmtpConnection(server_of(fake, tls), contexts[1])
        assert connection.send(BODY, TO) == Sent()
        connection.close()


def test_a_reply_that_fills_more_than_one_read_is_not_waited_for(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    """What the TLS layer has decrypted already, the socket does not tell of."""
    with FakeMailServer(tls=contexts[0]).running() as fake:
        fake.answer("RCPT", "\r\n".join(["550-5.7.1 " + "x" * 500] * 20 + ["550 5.7.1 no"]))
        connection = SmtpConnection(server_of(fake, Tls.STARTTLS), contexts[1])
        assert isinstance(connection.send(BODY, TO), Rejected)
        connection.close()


def test_mf_08_a_close_before_all_was_sent_means_later(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    with FakeMailServer(tls=contexts[0]).running() as fake:
        fake.close_mid_data()
        connection = SmtpConnection(server_of(fake, Tls.STARTTLS), contexts[1])
        outcome = connection.send(BODY + MORE_THAN_A_SYSTEM_HOLDS, TO)
        assert isinstance(outcome, Deferred)
        assert connection.send(BODY, TO) == Sent()
        connection.close()
    assert [mail.raw for mail in fake.mails] == [BODY]


@pytest.mark.parametrize("reset", [b"", ConnectionResetError(ECONNRESET, "Connection reset by peer")])
def test_mf_09_a_reset_after_all_was_sent_is_uncertain_over_tls(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, reset: Exception | bytes
) -> None:
    """The server may have taken it and something on the way reset. Older Pythons report a plain end, newer a reset."""
    if isinstance(reset, Exception):
        monkeypatch.setattr(ssl.SSLSocket, "recv_into", _raising(reset))
    with FakeMailServer(tls=contexts[0]).running() as fake:
        fake.answer("BODY", RESET)
        assert isinstance(
            SmtpConnection(server_of(fake, Tls.STARTTLS), contexts[1]).send(BODY, TO), Uncertain
        )
        assert len(fake.mails) == 1


def _raising(reset: Exception) -> Callable[..., int]:
    receive = ssl.SSLSocket.recv_into

    def recv_into(*given: Any) -> int:
        if count := receive(*given):
            return count
        raise reset

    return recv_into


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_mf_11_a_certificate_of_nobody_is_refused(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], tls: Tls
) -> None:
    with FakeMailServer(tls=contexts[0], implicit=tls is Tls.IMPLICIT).running() as fake:
        with pytest.raises(MailServerUnsafeError, match="certificate verify failed"):
            SmtpConnection(server_of(fake, tls)).send(BODY, TO)
        assert fake.mails == []


def test_mf_11_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    server_context, client_context = make_certificate(tmp_path, "DNS:somewhere.else")
    with (
        FakeMailServer(tls=server_context).running() as fake,
        pytest.raises(MailServerUnsafeError, match="certificate verify failed"),
    ):
        SmtpConnection(server_of(fake, Tls.STARTTLS), client_context).send(BODY, TO)


def test_mf_11_a_stripped_starttls_is_refused(mail_server: FakeMailServer) -> None:
    with pytest.raises(MailServerUnsafeError, match="STARTTLS"):
        SmtpConnection(server_of(mail_server, Tls.STARTTLS)).send(BODY, TO)
    assert "MAIL" not in mail_server.verbs


def test_a_wrong_password_is_its_own_failure() -> None:
    login = base64.b64encode(b"\0anna\0right").decode()
    with FakeMailServer(login=login).running() as fake:
        with pytest.raises(MailServerLoginError):
            SmtpConnection(server_of(fake, user="anna", password="wrong")).send(BODY, TO)
        connection = SmtpConnection(server_of(fake, user="anna", password="right"))
        assert connection.send(BODY, TO) == Sent()
        connection.close()


def test_an_address_beyond_ascii_needs_a_server_that_can_carry_it() -> None:
    with FakeMailServer(extensions=("8BITMIME",)).running() as fake:
        connection = SmtpConnection(server_of(fake))
        assert isinstance(connection.send(BODY, "änne@example.org"), Rejected)
        connection.close()


def test_an_address_beyond_ascii_is_carried(connection: SmtpConnection, mail_server: FakeMailServer) -> None:
    assert connection.send(BODY, "änne@example.org") == Sent()
    assert mail_server.mails[0].to == "änne@example.org"


def test_another_implementation_takes_our_mails(tmp_path: Path) -> None:
    controller, url = mailbox.start(tmp_path)
    try:
        connection = SmtpConnection(
            MailServer("127.0.0.1", int(url.rpartition(":")[2]), Tls.NONE, "desk@carrel.test")
        )
        assert connection.send(BODY, TO) == Sent()
        connection.close()
    finally:
        controller.stop()
    (file,) = (tmp_path / mailbox.FOLDER).glob("*.eml")
    assert file.read_bytes() == BODY
