"""A mail that came back: what it says of which delivery.

Delivery status notifications (RFC 3464) and abuse reports (RFC 5965) say it in fields. What other servers write is
read by flufl.bounce, Mailman's collection of their habits. Only a mail that shows the Message-ID of a digest counts:
anybody can send us one.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr

from flufl.bounce import all_failures

from carrel.tokens import Signer
from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import NOT_A_COMPLAINT, Report, kind_of
from newsletter.delivery import message_ids

SOURCE = "mail"
STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
NOT_FAILED = {
    "delayed",
    "delivered",
    "relayed",
    "expanded",
}  # RFC 3464, 2.3.3; servers know more words for failing
HEARSAY = "a mail server said so in words of its own"
SERVERS = ("mailer-daemon@", "postmaster@")
LONGEST_WORDS = 4_000
# Microsoft's feedback loop attaches the mail and no report: https://sendersupport.olc.protection.outlook.com/snds/JMRP.aspx
MICROSOFT, ITS_SUBJECT = "staff@hotmail.com", "complaint about message from"
_DELAYED = re.compile(r"\b(?:delay|delayed|warning|not yet)\b", re.IGNORECASE)
_RETURNED = re.compile(
    r"^(?:-+ .*(?:copy|original|returned|below).*|Received: .*|Return-Path: .*)$",
    re.IGNORECASE | re.MULTILINE,
)


def read(signer: Signer, raw: bytes) -> Report | None:
    """The report in a mail; None if it is no bounce, or of no digest of ours."""
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        text = f"{_all_text(mail)}\n{raw.decode('latin-1')}"  # also what stands behind the last part
        delivery_id = next(iter(message_ids.deliveries_in(signer, text)), None)
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
    if _sender(mail) == MICROSOFT and str(mail.get("Subject", "")).lower().startswith(ITS_SUBJECT):
        return BounceKind.COMPLAINT, "abuse report"
    for part in mail.walk():
        # The recipients' fields follow those of the whole mail, after an empty line (RFC 3464, 2.1).
        if part.get_content_type() in STATUS_TYPES and (recipients := _recipients(part)):
            return _failure(recipients)
    return _habits(mail)


def _feedback(part: Message) -> tuple[BounceKind, str] | None:
    fields = next(_blocks(part), Message())
    kind = _field(fields, "Feedback-Type").lower()
    return None if kind in NOT_A_COMPLAINT else (BounceKind.COMPLAINT, kind or "abuse report")


def _recipients(part: Message) -> list[Message]:
    return [fields for fields in _blocks(part) if fields["Action"] or fields["Status"]]


def _failure(recipients: Sequence[Message]) -> tuple[BounceKind, str] | None:
    for fields in recipients:
        status, _, comment = _field(fields, "Status").partition(" ")
        action = _field(fields, "Action").lower().partition(" ")[0]
        if action not in NOT_FAILED and (action or status.startswith("5")):
            words = f"{comment} {_field(fields, 'Diagnostic-Code')}".strip()
            return kind_of(status, words), f"{status} {words}".strip()
    return None  # delayed, relayed, expanded: nothing has failed


def _habits(mail: Message) -> tuple[BounceKind, str] | None:
    """A server's own words. That it gave up says nothing of the mailbox: what it wrote above the mail may."""
    temporary, permanent = all_failures(mail)
    is_delay = bool(temporary) or bool(_DELAYED.search(str(mail.get("Subject", ""))))
    if not permanent and (is_delay or not _is_from_a_server(mail)):
        return None  # what is only late has not failed
    return kind_of("", _own_words(mail)), HEARSAY


def _is_from_a_server(mail: Message) -> bool:
    """By the names that mail servers have. No sender to return to (RFC 5321, 4.5.5) is no sign: holidays have none."""
    return _sender(mail).startswith(SERVERS) and str(mail.get("Auto-Submitted", "")).lower() != "auto-replied"


def _sender(mail: Message) -> str:
    return parseaddr(str(mail.get("From", "")))[1].lower()


def _own_words(mail: Message) -> str:
    """The first text of the mail, up to where the returned mail begins."""
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            text = payload.decode("latin-1") if isinstance(payload, bytes) else ""
            return " ".join(_RETURNED.split(text, 1)[0][:LONGEST_WORDS].split())
    return ""


def _blocks(part: Message) -> Iterator[Message]:
    payload, encoded = part.get_payload(), _encoded(part)
    if isinstance(payload, list) and not encoded:
        yield from (block for block in payload if isinstance(block, Message))
    else:
        for text in (encoded or str(payload)).replace("\r\n", "\n").split("\n\n"):
            yield message_from_bytes(text.encode("utf-8", "surrogateescape"), policy=policy.compat32)


def _encoded(part: Message) -> str:
    """The text of a message/* part that is in base64, which RFC 2046 (5.2.1) forbids and servers do; else empty."""
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    payload = part.get_payload()
    if part.get_content_maintype() != "message" or encoding != "base64" or not isinstance(payload, list):
        return ""
    letters = "".join(str(block.get_payload()) for block in payload if isinstance(block, Message))
    try:
        return base64.b64decode(letters).decode("latin-1")
    except ValueError:
        return ""


def _field(fields: Message, name: str) -> str:
    """A field's value on one line, without its type ("smtp;")."""
    value = " ".join(str(fields.get(name, "")).split())
    before, semicolon, after = value.partition(";")
    return after.strip() if semicolon and before.replace("-", "").isalnum() else value


def _all_text(mail: Message) -> str:
    """Every header and every text of the mail and of what is attached to it."""
    pieces = []
    for part in mail.walk():
        pieces += [str(value) for _, value in part.items()] + [_encoded(part)]
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            pieces.append(payload.decode("latin-1") if isinstance(payload, bytes) else "")
    return "\n".join(pieces)
