"""A test: the mail of an issue to an operator's own address. It goes through the outbox and is no delivery."""

import re

from sqlalchemy.orm import Session

from carrel.mail import outbox
from carrel.mail.message import Content, one_line
from carrel.tokens import new_token
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER

NAME = "newsletter/test"
MARK = "[Test]"
NOTE = (
    "This is a test, sent only to you. Its links to the archive, preferences, and unsubscribing do not work."
)
LINK = "test"  # in place of a recipient's token
_BODY = re.compile(r"<body[^>]*>")


def queue_test(session: Session, mail: Content, to: str) -> None:
    """Queue it for the operator who asked. Every press of the button is a mail of its own."""
    key = f"newsletter-test:{new_token()[:22]}"
    outbox.queue(session, key=key, to=to, mail=as_test(mail), priority=outbox.URGENT)


def as_test(mail: Content) -> Content:
    """The mail, marked as a test, without anybody's token."""
    text, html = (part.replace(TOKEN_PLACEHOLDER, LINK) for part in (mail.text, mail.html))
    note = f'<p style="margin: 0; padding: 12px; text-align: center; font-family: sans-serif">{NOTE}</p>'
    body = _BODY.search(html)
    end = body.end() if body else 0
    marked = f"{html[:end]}{note}{html[end:]}"
    return Content(NAME, one_line(f"{MARK} {mail.subject}"), f"{NOTE}\n\n{text}", marked)
