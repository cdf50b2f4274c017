"""Bounces and complaints in forms that no standard has, and that servers send."""

import base64
import quopri

import pytest

from newsletter.bounces import returned_mail
from newsletter.bounces.models import BounceKind
from tests.newsletter.bounces.test_returned_mail import MESSAGE_ID, SIGNER, plain, report

HARD, SOFT, COMPLAINT = BounceKind.HARD, BounceKind.SOFT, BounceKind.COMPLAINT
MAIL_FIELDS = "Reporting-MTA: dns; mx.example.org\n\n"
RETURNED = f"From: desk@carrel.test\nSubject: New\nMessage-ID: {MESSAGE_ID}\n\nThe digest.\n"


def kind_of(raw: bytes) -> str | None:
    found = returned_mail.read(SIGNER, raw)
    return found.kind if found else None


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ("Action: failed (Bad destination mailbox address)\nStatus: 5.1.1\n", HARD),
        ("Action: FAILED\nStatus: 5.1.1\n", HARD),
        ("Action: failure\nStatus: 553 Exceeded maximum inbound message size\n", SOFT),
        ("Action: error\nStatus: 5.0.0 (user unknown)\n", HARD),
        ("Final-Recipient: rfc822; anna@example.org\nStatus: 5.1.1\n", HARD),
        ("Final-Recipient: rfc822; anna@example.org\nStatus: 4.4.7\n", None),
        ("Final-Recipient: rfc822; anna@example.org\nStatus: 2.0.0\n", None),
        ("Action: delayed (still trying)\nStatus: 4.4.1\n", None),
        ("Action: delayed\nStatus: 4.4.1\n\nAction: failed\nStatus: 5.1.1\n", HARD),
        ("Action: delivered\nStatus: 2.0.0\n\nAction: expanded\nStatus: 2.0.0\n", None),
    ],
)
@pytest.mark.parametrize(
    "is_apart", [True, False]
)  # servers forget the empty line before the recipient's fields
def test_fields_in_a_servers_own_words_are_read(fields: str, kind: str | None, is_apart: bool) -> None:
    before = MAIL_FIELDS if is_apart else MAIL_FIELDS.rstrip() + "\n"
    assert kind_of(report("delivery-status", before + fields)) == kind


def multipart(*parts: tuple[str, str, bytes], **headers: str) -> bytes:
    """A mail of parts: each its type, its encoding and its bytes."""
    head = {"From": "MAILER-DAEMON@mx.example.org", "To": "desk@carrel.test", "MIME-Version": "1.0"} | headers
    lines = [f"{name}: {value}".encode() for name, value in head.items()]
    lines.append(b'Content-Type: multipart/mixed; boundary="edge"\n')
    for kind, encoding, content in parts:
        lines += [
            b"--edge",
            f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n".encode(),
            content,
        ]
    return b"\n".join([*lines, b"--edge--", b""])


STATUS = f"{MAIL_FIELDS}Action: failed\nStatus: 5.1.1\n".encode()


@pytest.mark.parametrize(
    "parts",
    [
        [("message/delivery-status", "base64", base64.encodebytes(STATUS)),
         ("message/rfc822", "base64", base64.encodebytes(RETURNED.encode()))],
        [("message/delivery-status", "7bit", STATUS),
         ("text/rfc822-headers", "quoted-printable", quopri.encodestring(RETURNED.encode()))],
        [("message/delivery-status", "7bit", STATUS),
         ("application/octet-stream", "base64", base64.encodebytes(RETURNED.encode()))],
    ],
)  # fmt: skip
def test_parts_that_are_encoded_are_read(parts: list[tuple[str, str, bytes]]) -> None:
    assert kind_of(multipart(*parts)) == HARD


def test_a_mail_that_hangs_below_the_last_part_is_seen() -> None:
    assert kind_of(multipart(("message/delivery-status", "7bit", STATUS)) + RETURNED.encode()) == HARD


def test_a_report_without_a_recipient_counts_by_the_words_above_it() -> None:
    words = ("text/plain", "7bit", b"<anna@example.org>: user unknown")
    status = ("message/delivery-status", "7bit", MAIL_FIELDS.encode())
    returned = ("message/rfc822", "7bit", RETURNED.encode())
    assert kind_of(multipart(words, status, returned)) == HARD


@pytest.mark.parametrize(
    "subject",
    [
        "Delivery Status Notification (Delay)",
        "Warning: could not send message for past 4 hours",
        "Mail delivery has not yet succeeded",
    ],
)
def test_a_mail_that_is_only_late_has_not_come_back(subject: str) -> None:
    text = f"We keep trying to reach <anna@example.org>.\n\n----- Original message -----\n\n{RETURNED}"
    assert kind_of(plain(text, Subject=subject)) is None
    assert kind_of(plain(text, Subject="Undeliverable mail")) == SOFT


def test_a_complaint_of_microsofts_feedback_loop_has_no_report_beside_the_mail() -> None:
    mail = ("message/rfc822", "7bit", RETURNED.encode())
    subject = "complaint about message from 192.0.2.25"
    assert kind_of(multipart(mail, From="<staff@hotmail.com>", Subject=subject)) == COMPLAINT
    assert kind_of(multipart(mail, From="Anna <anna@hotmail.com>", Subject=subject)) is None
