"""Reading a CSV of subscribers: every line is either a row or a problem with its number."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from carrel.csv_export import unguard
from carrel.mail import addresses
from carrel.mail.addresses import Address, InvalidAddressError
from newsletter.subscribers.models import Frequency

COLUMNS = ("email", "source", "consented_at", "pace", "exams")
TOPIC = "topic:"  # in the column of exams, before a topic's slug
LONGEST_SOURCE = 80


class InvalidFileError(Exception):
    """The file is no CSV of subscribers; the message says why."""


class InvalidLineError(ValueError):
    """One line cannot be taken; the message says why."""


@dataclass(frozen=True)
class SlugIds:
    """Exams and topics of this site: their ids by slug."""

    exams: Mapping[str, int]
    topics: Mapping[str, int]


@dataclass(frozen=True)
class SubscriberRow:
    """One line: who, from where, since when, how often, about what (ids)."""

    line: int
    address: Address
    source: str
    consented_at: datetime
    frequency: Frequency
    exams: tuple[int, ...]
    topics: tuple[int, ...]


@dataclass(frozen=True)
class LineMessage:
    """What is wrong or remarkable in a line, in a sentence."""

    line: int
    sentence: str


@dataclass
class ParsedFile:
    """The rows of a file, what is wrong with other lines, and addresses that came more than once."""

    rows: list[SubscriberRow] = field(default_factory=list)
    problems: list[LineMessage] = field(default_factory=list)
    repeated: list[LineMessage] = field(default_factory=list)


def read_file(path: Path, known: SlugIds, now: datetime) -> ParsedFile:
    """Read the whole file. Raises `InvalidFileError`."""
    found, seen = ParsedFile(), dict[str, int]()
    for line, record in _records(path):
        try:
            row = _row(line, record, known, now)
        except InvalidLineError as wrong:
            found.problems.append(LineMessage(line, str(wrong)))
            continue
        first = seen.setdefault(row.address.key, line)
        if first == line:
            found.rows.append(row)
        else:
            found.repeated.append(LineMessage(line, f"The same address as in line {first}, which counts."))
    return found


def _records(path: Path) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restkey="")
            _check_columns(reader.fieldnames)
            for record in reader:
                yield reader.line_num, record
    except OSError as wrong:
        raise InvalidFileError(f"{path} cannot be read: {wrong.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidFileError(f"{path} is not in UTF-8. Save it again as CSV UTF-8.") from None
    except csv.Error as wrong:
        raise InvalidFileError(f"{path} is no CSV from line {reader.line_num} on: {wrong}.") from None


def _check_columns(names: object) -> None:
    given = list(names) if isinstance(names, list) else []
    if sorted(given) != sorted(COLUMNS):
        raise InvalidFileError(
            f"The first line must name the columns {', '.join(COLUMNS)}; it says: {', '.join(given) or 'nothing'}."
        )


def _row(line: int, record: Mapping[str, str | None], known: SlugIds, now: datetime) -> SubscriberRow:
    if "" in record or None in record.values():
        raise InvalidLineError(
            f"It has {'more' if '' in record else 'fewer'} cells than the first line has names."
        )
    cells = {name: unguard(cell or "").strip() for name, cell in record.items()}
    exams, topics = _wishes(cells["exams"], known)
    return SubscriberRow(
        line,
        _address(cells["email"]),
        cells["source"][:LONGEST_SOURCE],
        _consented_at(cells["consented_at"], now),
        _pace(cells["pace"]),
        exams,
        topics,
    )


def _address(cell: str) -> Address:
    try:
        return addresses.parse(cell)
    except InvalidAddressError as wrong:
        raise InvalidLineError(f"{cell[:80]!r} is no address: {wrong}") from None


def _consented_at(cell: str, now: datetime) -> datetime:
    if not cell:
        raise InvalidLineError("consented_at is empty: without the day of consent nobody may be mailed.")
    try:
        given = datetime.fromisoformat(cell)
    except ValueError:
        raise InvalidLineError(
            f"{cell[:40]!r} is no time: write one such as 2026-03-31 or 2026-03-31T18:00:00Z."
        ) from None
    moment = given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
    if moment > now:
        raise InvalidLineError(f"{cell[:40]} lies in the future.")
    return moment


def _pace(cell: str) -> Frequency:
    try:
        return Frequency(cell.lower() or Frequency.WEEKLY)
    except ValueError:
        raise InvalidLineError(
            f"{cell[:40]!r} is no frequency: write {', '.join(Frequency)}, or nothing for weekly."
        ) from None


def _wishes(cell: str, known: SlugIds) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The exams and topics of a cell such as `cpb ccm topic:denials`; an empty one means every exam."""
    words = list(dict.fromkeys(cell.replace(",", " ").replace(";", " ").split()))
    topics = [word.removeprefix(TOPIC) for word in words if word.startswith(TOPIC)]
    exams = [word for word in words if not word.startswith(TOPIC)]
    unknown = [slug for slug in exams if slug not in known.exams]
    unknown += [TOPIC + slug for slug in topics if slug not in known.topics]
    if unknown:
        raise InvalidLineError(
            f"There is no exam or topic {unknown[0][:40]!r} here; exams are {', '.join(known.exams)}."
        )
    if not words:
        return tuple(known.exams.values()), ()
    return tuple(known.exams[slug] for slug in exams), tuple(known.topics[slug] for slug in topics)
