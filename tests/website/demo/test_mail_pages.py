"""The demo's mailbox."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.settings import Settings
from website.demo import mail_pages, mailbox

pytestmark = pytest.mark.own_app


@pytest.fixture
def app(app: Flask) -> Flask:
    """The demo's site."""
    mail_pages.init_app(app)
    return app


@pytest.fixture
def post(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A connection to the demo's mail server."""
    controller, _url = mailbox.start(settings.home)
    with smtplib.SMTP("127.0.0.1", controller.port) as connection:
        yield connection
    controller.stop()


def mail(subject: str = "Your sign-in link", html: str = "<p>Hello</p>") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "desk@carrel.test", "anna@carrel.test"
    message.set_content("Follow https://carrel.test/sign-in/abc")
    message.add_alternative(html, subtype="html")
    return message


def only_name(settings: Settings) -> str:
    [path] = Path(settings.home, mailbox.FOLDER).glob("*.eml")
    return path.name


@pytest.mark.sweep
def test_an_empty_mailbox_says_what_to_do(client: FlaskClient) -> None:
    assert "No email yet" in client.get("/demo/mail/").text


def test_a_mail_that_was_sent_can_be_read(
    client: FlaskClient, post: smtplib.SMTP, settings: Settings
) -> None:
    post.send_message(mail())
    assert "Your sign-in link" in client.get("/demo/mail/").text
    assert 'href="https://carrel.test/sign-in/abc"' in client.get(f"/demo/mail/{only_name(settings)}").text


def test_con_02_no_script_in_a_mail_can_run(
    client: FlaskClient, post: smtplib.SMTP, settings: Settings
) -> None:
    post.send_message(mail(html="<script>alert(1)</script>"))
    answer = client.get(f"/demo/mail/{only_name(settings)}/html")
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["x.eml", "..%2fcarrel.db", "demo-key", ".eml"])
def test_only_mails_can_be_read(client: FlaskClient, name: str) -> None:
    assert client.get(f"/demo/mail/{name}").status_code == 404
