"""A mail that came back: what it says of which delivery.

Delivery status notifications (RFC 3464) and abuse reports (RFC 5965) say it in fields. What other servers write is
read by flufl.bounce, Mailman's collection of their habits. Only a mail that shows the Message-ID of a digest counts:
anybody can send us one.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr

from flufl.bounce import all_failures

from carrel.tokens import Signer
from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import Report, kind_of
from newsletter.delivery import message_ids

SOURCE = "mail"
FAILED = "failed"
HEARSAY = "a mail server said so in words of its own"
SERVERS = ("mailer-daemon@", "postmaster@")
LONGEST_WORDS = 4_000
_RETURNED = re.compile(
    r"^(?:-+ .*(?:copy|original|returned|below).*|Received: .*|Return-Path: .*)$",
    re.IGNORECASE | re.MULTILINE,
)
NOT_A_COMPLAINT = {"not-spam", "auth-failure", "dmarc"}


def read(signer: Signer, raw: bytes) -> Report | None:
    """The report in a mail; None if it is no bounce, or of no digest of ours."""
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        delivery_id = next(iter(message_ids.deliveries_in(signer, _all_text(mail))), None)
        verdict = _verdict(mail) if delivery_id else None
    except RecursionError:  # parts within parts, thousands deep: no mail server writes that
        return None
    if not verdict:
        return None
    kind, reason = verdict
    message_id = f"<{message_ids.KIND}.{message_ids.stable_id(signer, delivery_id or 0)}@>"
    return Report(SOURCE, f"{delivery_id}:{kind}", kind, message_id=message_id, reason=reason)


def _verdict(mail: Message) -> tuple[BounceKind, str] | None:
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            return _feedback(part)
    for part in mail.walk():
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            return _delivery_status(part)
    return _habits(mail)


def _feedback(part: Message) -> tuple[BounceKind, str] | None:
    fields = next(_blocks(part), Message())
    kind = _field(fields, "Feedback-Type").lower()
    return None if kind in NOT_A_COMPLAINT else (BounceKind.COMPLAINT, kind or "abuse report")


def _delivery_status(part: Message) -> tuple[BounceKind, str] | None:
    """The recipient's fields follow those of the whole mail, after an empty line (RFC 3464, 2.1)."""
    for fields in _blocks(part):
        if _field(fields, "Action").lower() == FAILED:
            status = _field(fields, "Status").split(" ")[0]
            diagnostic = _field(fields, "Diagnostic-Code")
            return kind_of(status, diagnostic), f"{status} {diagnostic}".strip()
    return None  # delayed, relayed, expanded: nothing has failed


def _habits(mail: Message) -> tuple[BounceKind, str] | None:
    """A server's own words. That it gave up says nothing of the mailbox: what it wrote above the mail may."""
    temporary, permanent = all_failures(mail)
    if not (temporary or permanent or _is_from_a_server(mail)):
        return None
    words = _own_words(mail)
    return (kind_of("", words) if permanent or not temporary else BounceKind.SOFT), HEARSAY


def _is_from_a_server(mail: Message) -> bool:
    """By the names that mail servers have. No sender to return to (RFC 5321, 4.5.5) is no sign: holidays have none."""
    sender = parseaddr(str(mail.get("From", "")))[1].lower()
    return sender.startswith(SERVERS) and str(mail.get("Auto-Submitted", "")).lower() != "auto-replied"


def _own_words(mail: Message) -> str:
    """The first text of the mail, up to where the returned mail begins."""
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            text = payload.decode("latin-1") if isinstance(payload, bytes) else ""
            return " ".join(_RETURNED.split(text, 1)[0][:LONGEST_WORDS].split())
    return ""


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload if isinstance(block, Message))
    else:
        for text in str(payload).replace("\r\n", "\n").split("\n\n"):
            yield message_from_bytes(text.encode("utf-8", "surrogateescape"), policy=policy.compat32)


def _field(fields: Message, name: str) -> str:
    """A field's value on one line, without its type ("smtp;")."""
    value = " ".join(str(fields.get(name, "")).split())
    before, semicolon, after = value.partition(";")
    return after.strip() if semicolon and before.replace("-", "").isalnum() else value


def _all_text(mail: Message) -> str:
    """Every header and every text of the mail and of what is attached to it."""
    pieces = []
    for part in mail.walk():
        pieces += [str(value) for _, value in part.items()]
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            pieces.append(payload.decode("latin-1") if isinstance(payload, bytes) else "")
    return "\n".join(pieces)
