"""The lines of an import as they are kept: compressed JSON."""

import json
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from carrel.mail import addresses
from newsletter.subscribers.models import Frequency
from newsletter.transfer.fates import Fate
from newsletter.transfer.row_reader import SubscriberRow
from newsletter.transfer.statuses import Status

_ADDRESS = re.compile(r"[^\s'\"]*@[^\s'\"]*")
_QUOTED = re.compile(r"""^(['"]).*\1 is not an address""")  # Python quotes by what is in it


@dataclass(frozen=True)
class Line:
    """What became of one line, and why."""

    number: int
    address: str
    fate: Fate
    sentence: str

    @property
    def masked(self) -> "Line":
        """The same without the address: what became of somebody may outlive them here."""
        local, at, domain = self.address.rpartition("@")
        shown = addresses.masked(self.address) if at else f"{(local or domain)[:1]}•••" if domain else ""
        sentence = _ADDRESS.sub("•••", _QUOTED.sub("This is not an address", self.sentence))
        return replace(self, address=shown, sentence=sentence)

    @classmethod
    def unpack(cls, content: bytes) -> list["Line"]:
        """The lines that `pack_lines` was given."""
        return [
            cls(number, address, Fate(fate), sentence) for number, address, fate, sentence in _load(content)
        ]


def pack_lines(lines: Iterable[Line]) -> bytes:
    """Lines with their fates."""
    return _dump([(line.number, line.address, line.fate, line.sentence) for line in lines])


def pack_rows(rows: Iterable[SubscriberRow]) -> bytes:
    """Rows whose fate is open."""
    return _dump([_plain(row) for row in rows])


def unpack_rows(content: bytes) -> list[SubscriberRow]:
    """The rows that `pack_rows` was given."""
    return [_row(values) for values in _load(content)]


def _plain(row: SubscriberRow) -> tuple[object, ...]:
    at = row.at and row.at.isoformat()
    paused = row.paused_until and row.paused_until.isoformat()
    return (
        row.line,
        row.address.typed,
        row.status,
        row.source,
        at,
        row.frequency,
        row.exams,
        row.topics,
        paused,
    )


def _row(values: Sequence[Any]) -> SubscriberRow:
    line, typed, status, source, at, frequency, exams, topics, paused = values
    return SubscriberRow(
        line,
        addresses.parse(typed),
        Status(status),
        source,
        datetime.fromisoformat(at) if at else None,
        Frequency(frequency),
        tuple(exams),
        tuple(topics),
        datetime.fromisoformat(paused) if paused else None,
    )


def _dump(values: object) -> bytes:
    return zlib.compress(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())


def _load(content: bytes) -> list[list[Any]]:
    values: list[list[Any]] = json.loads(zlib.decompress(content))
    return values
