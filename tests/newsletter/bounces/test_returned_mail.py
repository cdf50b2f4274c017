"""Mails that came back: in the forms of RFC 3464 and RFC 5965, and in servers' own words."""

from email.message import EmailMessage

import pytest

from carrel.tokens import Signer
from newsletter.bounces import returned_mail
from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import kind_of
from newsletter.delivery import message_ids
from tests.conftest import KEY

SIGNER = Signer([KEY])
MESSAGE_ID = f"<digest.17.{message_ids.stable_id(SIGNER, 17).partition('.')[2]}@carrel.test>"
HARD, SOFT, COMPLAINT = BounceKind.HARD, BounceKind.SOFT, BounceKind.COMPLAINT


REPORT = """From: MAILER-DAEMON@mx.example.org
To: desk@carrel.test
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="edge"

--edge
Content-Type: text/plain; charset=us-ascii

I could not deliver it.

--edge
Content-Type: message/{kind}

{fields}
--edge
Content-Type: {returned}

From: desk@carrel.test
To: anna@example.org
Subject: New
Message-ID: {message_id}

{text}
--edge--
"""


def report(kind: str, fields: str, *, message_id: str = MESSAGE_ID, headers_only: bool = False) -> bytes:
    """A multipart/report of this type: words for people, fields, and the mail or its headers."""
    returned, text = ("text/rfc822-headers", "") if headers_only else ("message/rfc822", "The digest.\n")
    mail = REPORT.format(kind=kind, fields=fields, returned=returned, message_id=message_id, text=text)
    return mail.encode()


def dsn(action: str, status: str, **options: object) -> bytes:
    fields = (
        "Reporting-MTA: dns; mx.example.org\n\n"
        "Original-Recipient: rfc822;anna@example.org\nFinal-Recipient: rfc822; anna@example.org\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status}\n  nobody here\n"
    )
    return report("delivery-status", fields, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("headers_only", [False, True])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("5.1.1", HARD), ("5.1.10", HARD), ("5.2.1", SOFT), ("5.4.4", HARD), ("5.1.2 (bad domain)", HARD),
        ("5.2.2", SOFT), ("5.7.1", SOFT), ("5.3.4", SOFT), ("4.4.7", SOFT), ("5.0.0", SOFT), ("", SOFT),
    ],
)  # fmt: skip
def test_rfc_3464_a_failure_is_hard_when_the_mailbox_is_not_there(
    status: str, kind: BounceKind, headers_only: bool
) -> None:
    found = returned_mail.read(SIGNER, dsn("failed", status, headers_only=headers_only))
    assert found
    assert (found.kind, found.key) == (kind, f"17:{kind}")
    assert "550" in found.reason
    assert message_ids.deliveries_in(SIGNER, found.message_id) == [17]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_rfc_3464_what_has_not_failed_is_no_bounce(action: str) -> None:
    assert returned_mail.read(SIGNER, dsn(action, "4.4.1")) is None


@pytest.mark.parametrize(
    ("kind", "counts"), [("abuse", True), ("fraud", True), ("other", True), ("not-spam", False)]
)
def test_rfc_5965_an_abuse_report_is_a_complaint(kind: str, counts: bool) -> None:
    fields = f"Feedback-Type: {kind}\nUser-Agent: ExampleCorp/1.0\nVersion: 1\n"
    found = returned_mail.read(SIGNER, report("feedback-report", fields))
    assert (found.kind if found else None) == (COMPLAINT if counts else None)


@pytest.mark.parametrize(
    "message_id",
    [
        "<digest.17@carrel.test>",
        f"<digest.17.{'0' * 20}@carrel.test>",
        MESSAGE_ID.replace("17", "18"),
        "<x@y>",
    ],
)
@pytest.mark.parametrize(
    "make", [dsn, lambda *_, **options: report("feedback-report", "Feedback-Type: abuse\n", **options)]
)
def test_an_attacker_who_has_not_seen_the_mail_ends_nobodys_subscription(
    make: object, message_id: str
) -> None:
    assert callable(make)
    assert returned_mail.read(SIGNER, make("failed", "5.1.1", message_id=message_id)) is None


def plain(text: str, sender: str = "mailer-daemon@mx.example.org", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, "desk@carrel.test"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def test_what_a_server_writes_in_its_own_words_is_read_too() -> None:
    qmail = (
        "Hi. This is the qmail-send program at mx.example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<anna@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\nMessage-ID: {MESSAGE_ID}\n\nThe digest.\n"
    )
    found = returned_mail.read(SIGNER, plain(qmail, Subject="failure notice"))
    assert found
    assert found.kind == HARD


@pytest.mark.parametrize("text", ["I am away until Monday.", "Thanks, I liked this one!"])
def test_an_answer_by_a_person_or_their_holiday_is_no_bounce(text: str) -> None:
    answer = plain(text, "anna@example.org", Subject="Re: New", Return_Path="<>", In_Reply_To=MESSAGE_ID)
    assert returned_mail.read(SIGNER, answer) is None
    by_a_server = plain(text, Auto_Submitted="auto-replied", In_Reply_To=MESSAGE_ID)
    assert returned_mail.read(SIGNER, by_a_server) is None


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"Content-Type: multipart/report; boundary=x\n\n--x\n"])
def test_what_is_no_mail_is_no_bounce(raw: bytes) -> None:
    assert returned_mail.read(SIGNER, raw) is None


def test_a_key_that_was_replaced_still_proves_yesterdays_mails() -> None:
    rotated = Signer(["n" * 40, KEY])
    assert message_ids.deliveries_in(rotated, MESSAGE_ID) == [17]
    assert message_ids.deliveries_in(Signer(["n" * 40]), MESSAGE_ID) == []


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        ("5.0.0", "550 <anna@example.org>: User unknown", HARD),
        ("5.5.0", "550 Requested action not taken", SOFT),
        ("5.0.0", "554 this user doesn't have a example.org account", HARD),
        ("5.2.1", "550 5.2.1 <anna@example.org>... User unknown", HARD),
        ("5.0.0", "550 5.7.1 blocked, see our list of unknown hosts", SOFT),
        ("5.0.0", "550 5.1.1 nobody", HARD),
        ("4.0.0", "DNS error: no such domain", SOFT),
        ("4.1.1", "450 4.1.1 user unknown in virtual table", SOFT),
        ("", "Sorry, no mailbox here by that name.", HARD),
        ("", "Mailbox full", SOFT),
        ("", "I looked for 15.1.1.9 and found nothing", SOFT),
    ],
)
def test_a_code_counts_more_than_words_and_words_where_a_code_says_nothing(
    status: str, words: str, kind: BounceKind
) -> None:
    assert kind_of(status, words) == kind


def test_parts_within_parts_without_end_are_no_bounce() -> None:
    nested = "Content-Type: message/rfc822\n\n" * 5_000 + f"Message-ID: {MESSAGE_ID}\n\n"
    assert returned_mail.read(SIGNER, nested.encode()) is None
