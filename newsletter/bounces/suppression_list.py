"""The list of addresses that a sending service no longer mails, as it exports it: CSV or JSON.

Columns of Mailgun (`address`), Postmark (`EmailAddress`, `SuppressionReason`), SendGrid (`email`, `reason`) and of
`aws sesv2 list-suppressed-destinations` (`EmailAddress`, `Reason`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.db import Database, insert_into
from carrel.mail import suppression
from carrel.mail.addresses import InvalidAddressError, key_of
from carrel.mail.models import Suppression, SuppressionKind
from newsletter.transfer.text_file import InvalidFileError, Row, read_text

ADDRESS = ("emailaddress", "email", "address", "recipient")
REASON = ("suppressionreason", "reason", "type")
BATCH = 1_000


class InvalidListError(Exception):
    """The file is no such list; the message says why."""


@dataclass(frozen=True)
class ListReport:
    """How many addresses are new, were known, and are none."""

    added: int
    known: int
    unreadable: int

    def in_words(self, *, dry_run: bool) -> str:
        """`2 addresses are suppressed; 1 was already. 3 lines have no address.`"""
        are = "would be" if dry_run else "is" if self.added == 1 else "are"
        return (
            f"{self.added:,} {'address' if self.added == 1 else 'addresses'} {are} suppressed; "
            f"{self.known:,} {'was' if self.known == 1 else 'were'} already. "
            f"{self.unreadable:,} {'line has' if self.unreadable == 1 else 'lines have'} no address."
        )


def read(path: Path) -> list[Mapping[str, Any]]:
    """The rows of a file, their names in lower case without separators. Raises `InvalidListError`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidListError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        file = read_text(path.name, content, _known_names)
        rows = list(_json(file.text) if file.text.lstrip()[:1] in {"{", "["} else _csv(file.rows()))
    except InvalidFileError as error:
        raise InvalidListError(str(error)) from None
    plain: list[Mapping[str, Any]] = [
        {_plain(name): value for name, value in row.items() if name} for row in rows
    ]
    if not plain or not any(name in plain[0] for name in ADDRESS):
        raise InvalidListError(f"{path} has no column of addresses: {', '.join(ADDRESS)}.")
    return plain


def take_in(
    db: Database, rows: Sequence[Mapping[str, Any]], actor: str, source: str, *, dry_run: bool
) -> ListReport:
    """Suppress every address for digests; receipts and sign-in links still go out.

    In batches, so that no other writer waits for long; killed in between, it can be run again.
    """
    wanted: dict[tuple[str, str], None] = {}
    unreadable = 0
    for row in rows:
        try:
            key = key_of(_first(row, ADDRESS))
        except InvalidAddressError:
            unreadable += 1
            continue
        is_complaint = _is_complaint(_first(row, REASON))
        wanted[key, SuppressionKind.COMPLAINT if is_complaint else SuppressionKind.NEWSLETTER] = None
    added = 0
    for batch in _batches(list(wanted)):
        with db.write() as session:
            added += _suppress(session, batch, f"on the list of {source}")
            if dry_run:
                session.rollback()
    if not dry_run:
        with db.write() as session:
            audit.record(
                session, actor=actor, action="bounces.import", subject=source, reason=f"{added} addresses"
            )
    return ListReport(added, len(rows) - unreadable - added, unreadable)


def _suppress(session: Session, batch: Sequence[tuple[str, str]], note: str) -> int:
    """Suppress these addresses, each for its kind. How many of them were not yet."""
    hashes = suppression.address_hashes(session, [key for key, _kind in batch])
    values = [
        {"address_hash": hashed, "kind": kind, "since": clock.now(), "note": note[:300]}
        for hashed, (_key, kind) in zip(hashes, batch, strict=True)
    ]
    adding = insert_into(session, Suppression).values(values).on_conflict_do_nothing()
    return len(session.scalars(adding.returning(Suppression.kind)).all())


def _batches(items: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _is_complaint(reason: str) -> bool:
    plain = _plain(reason)
    return "complaint" in plain or "spam" in plain


def _first(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name)), "")


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _known_names(names: Sequence[str]) -> int:
    return sum(_plain(name) in (*ADDRESS, *REASON) for name in names)


def _csv(rows: Iterable[Row]) -> Iterable[Mapping[str, Any]]:
    names: list[str] = []
    for _line, cells in rows:
        if names:
            yield dict(zip(names, cells, strict=False))
        else:
            names = cells


def _json(text: str) -> Iterable[Mapping[str, Any]]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InvalidListError(f"The file begins like JSON and is none: {error}.") from None
    lists = (
        [data] if isinstance(data, list) else [value for value in data.values() if isinstance(value, list)]
    )
    return [row for rows in lists for row in rows if isinstance(row, dict)]
