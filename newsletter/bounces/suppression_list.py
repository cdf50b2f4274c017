"""The list of addresses that a sending service no longer mails, as it exports it: CSV or JSON.

Columns of Mailgun (`address`), Postmark (`EmailAddress`, `SuppressionReason`), SendGrid (`email`, `reason`) and of
`aws sesv2 list-suppressed-destinations` (`EmailAddress`, `Reason`).
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from carrel import audit
from carrel.mail import suppression
from carrel.mail.addresses import InvalidAddressError, key_of
from carrel.mail.models import SuppressionKind

ADDRESS = ("emailaddress", "email", "address", "recipient")
REASON = ("suppressionreason", "reason", "type")
LARGEST_BYTES = 64 * 1024 * 1024


class InvalidListError(Exception):
    """The file is no such list; the message says why."""


@dataclass(frozen=True)
class ListReport:
    """How many addresses are new, were known, and are none."""

    added: int
    known: int
    unreadable: int


def read(path: Path) -> list[Mapping[str, Any]]:
    """The rows of a file, their names in lower case without separators. Raises `InvalidListError`."""
    try:
        text = path.read_bytes()[:LARGEST_BYTES].decode("utf-8-sig")
    except OSError as error:
        raise InvalidListError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidListError(f"{path} is not UTF-8 text.") from None
    rows = list(_json(text) if text.lstrip()[:1] in {"{", "["} else _csv(text))
    plain: list[Mapping[str, Any]] = [
        {_plain(name): value for name, value in row.items() if name} for row in rows
    ]
    if not plain or not any(name in plain[0] for name in ADDRESS):
        raise InvalidListError(f"{path} has no column of addresses: {', '.join(ADDRESS)}.")
    return plain


def take_in(session: Session, rows: Iterable[Mapping[str, Any]], actor: str, source: str) -> ListReport:
    """Suppress every address for digests; receipts and sign-in links still go out."""
    added = known = unreadable = 0
    for row in rows:
        try:
            key = key_of(_first(row, ADDRESS))
        except InvalidAddressError:
            unreadable += 1
            continue
        reason = _first(row, REASON)
        kind = SuppressionKind.COMPLAINT if _is_complaint(reason) else SuppressionKind.NEWSLETTER
        if suppression.suppress(session, key, kind, f"on the list of {source}"):
            added += 1
        else:
            known += 1
    audit.record(session, actor=actor, action="bounces.import", subject=source, reason=f"{added} addresses")
    return ListReport(added, known, unreadable)


def _is_complaint(reason: str) -> bool:
    plain = _plain(reason)
    return "complaint" in plain or "spam" in plain


def _first(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name)), "")


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _csv(text: str) -> Iterable[Mapping[str, Any]]:
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = "excel"  # one column alone has nothing between its columns
    return csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)


def _json(text: str) -> Iterable[Mapping[str, Any]]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InvalidListError(f"The file begins like JSON and is none: {error}.") from None
    lists = (
        [data] if isinstance(data, list) else [value for value in data.values() if isinstance(value, list)]
    )
    return [row for rows in lists for row in rows if isinstance(row, dict)]
