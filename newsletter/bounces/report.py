"""A report as its format says it, before anything is looked up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from newsletter.bounces.models import BounceKind

# RFC 3463: the mailbox or its domain does not exist, or has moved; 5.1.351 is Exchange's. All else may be different next
# time: a full mailbox (5.2.2), a mail too large (5.2.3, 5.3.4), a rule, or our own standing (5.7.x).
_DEAD = re.compile(r"5\.(?:1\.(?:1|2|3|6|10|351)|4\.4)")
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
_SAYS_NOTHING = re.compile(r"[245]\.(?:0\.\d+|1\.0|2\.[01]|5\.0)")
_DEAD_WORDS = re.compile(
    r"\b(?:unknown|no such|invalid|non-?existent|illegal) (?:local )?(?:user|recipient|mailbox|address|account|domain|host)"
    r"|(?:user|recipient|mailbox|address|account|domain|host|addressee)(?: name)?(?: <[^<>]*>)?,? (?:is )?(?:unknown|not found|not known)"
    r"|(?:user|recipient|mailbox|address|account|domain|host) (?:you tried to reach )?(?:does ?n.t|does not|not|did not) exist"
    r"|does ?n.t have an? \S+ account|no mailbox here|not our customer|not listed in|not a valid (?:user|mailbox|recipient)"
    r"|(?:user|recipient|mailbox|account) (?:\S+ )?(?:does not exist|doesn.t exist)",
    re.IGNORECASE,
)


# Feedback that blames no mail of ours (RFC 5965, 7.3; RFC 6591): the reader has not complained.
NOT_A_COMPLAINT = frozenset({"not-spam", "auth-failure", "dmarc"})


class UnreadableReportError(ValueError):
    """What came is not of the documented form; the message says what is missing."""


@dataclass(frozen=True)
class Report:
    """What somebody says of one recipient's mail.

    `key` is unique within `source`. `address` may be empty: some providers hide it. `message_id` is the header's
    value, and empty where only the address is told.
    """

    source: str
    key: str
    kind: BounceKind
    address: str = ""
    message_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class UnsubscribeReport:
    """Somebody unsubscribed at a service, by a link of the service's own. `at` is when; None when that is not told."""

    source: str
    address: str
    at: datetime | None = None


AnyReport = Report | UnsubscribeReport


def kind_of(status: str, words: str) -> BounceKind:
    """The kind of a failure by its enhanced status code (RFC 3463), and by its words where the code says nothing.

    In doubt it is soft: five of them in a row do what one hard one does, and nobody is lost by a rule of the day.
    """
    if status.startswith("4."):
        return BounceKind.SOFT  # given up after a while: it may work again
    codes = [code for code in _CODE.findall(f"{words} {status}") if not _SAYS_NOTHING.fullmatch(code)]
    is_dead = _DEAD.fullmatch(codes[0]) if codes else _DEAD_WORDS.search(words)
    return BounceKind.HARD if is_dead else BounceKind.SOFT


def text(data: Mapping[str, Any], *path: str) -> str:
    """The string or number at this path. Raises `UnreadableReportError`."""
    value = optional(data, *path)
    if not value:
        raise UnreadableReportError(f"{'.'.join(path)} is missing")
    return value


def optional(data: Mapping[str, Any], *path: str) -> str:
    """The same; empty when it is not there or is something else."""
    value: Any = data
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return storable(str(value)) if isinstance(value, str | int) else ""


def moment(data: Mapping[str, Any], *path: str) -> datetime | None:
    """The moment at this path, in ISO 8601 or in seconds since 1970; None when there is none that can be read."""
    value: Any = data
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return read and (read if read.tzinfo else read.replace(tzinfo=UTC))


def storable(words: str) -> str:
    """Text without what JSON and mails can hold and no database can: NUL, and halves of characters."""
    return _NOT_STORABLE.sub("\ufffd", words)


def mappings(data: Mapping[str, Any], *path: str) -> list[Mapping[str, Any]]:
    """The objects of the list at this path; none when there is no such list."""
    value: Any = data
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
