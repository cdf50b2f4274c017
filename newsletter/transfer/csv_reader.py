"""Reading a CSV of subscribers: every line is either a row or an error with its number."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from carrel.clock import YEARS
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
    """The ids of this site's exams and topics, by slug."""

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
    """A sentence about one line: an error, or why it is passed over."""

    line: int
    sentence: str


@dataclass
class ParsedFile:
    """The rows of a file, what is wrong with other lines, and addresses that came more than once."""

    rows: list[SubscriberRow] = field(default_factory=list)
    problems: list[LineMessage] = field(default_factory=list)
    repeated: list[LineMessage] = field(default_factory=list)


def read_file(path: Path, ids: SlugIds, now: datetime) -> ParsedFile:
    """Read the whole file. Raises `InvalidFileError`."""
    parsed, first_lines = ParsedFile(), dict[str, int]()
    for line, record in _records(path):
        try:
            row = _row(line, record, ids, now)
        except InvalidLineError as error:
            parsed.problems.append(LineMessage(line, str(error)))
            continue
        first = first_lines.setdefault(row.address.key, line)
        if first == line:
            parsed.rows.append(row)
        else:
            parsed.repeated.append(LineMessage(line, f"The same address as in line {first}, which counts."))
    return parsed


def _records(path: Path) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restkey="")
            _check_columns(reader.fieldnames)
            for record in reader:
                yield reader.line_num, record
    except OSError as error:
        raise InvalidFileError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidFileError(f"{path} is not in UTF-8. Save it again as CSV UTF-8.") from None
    except csv.Error as error:
        raise InvalidFileError(f"{path} is no CSV from line {reader.line_num} on: {error}.") from None


def _check_columns(names: object) -> None:
    columns = list(names) if isinstance(names, list) else []
    if sorted(columns) != sorted(COLUMNS):
        raise InvalidFileError(
            f"The first line must name the columns {', '.join(COLUMNS)}; it says: {', '.join(columns) or 'nothing'}."
        )


def _row(line: int, record: Mapping[str, str | None], ids: SlugIds, now: datetime) -> SubscriberRow:
    if "" in record or None in record.values():
        raise InvalidLineError(
            f"It has {'more' if '' in record else 'fewer'} cells than the first line has names."
        )
    cells = {name: unguard(cell or "").strip() for name, cell in record.items()}
    exams, topics = _exams_and_topics(cells["exams"], ids)
    return SubscriberRow(
        line,
        _address(cells["email"]),
        cells["source"][:LONGEST_SOURCE],
        _consented_at(cells["consented_at"], now),
        _frequency(cells["pace"]),
        exams,
        topics,
    )


def _address(cell: str) -> Address:
    try:
        return addresses.parse(cell)
    except InvalidAddressError as error:
        raise InvalidLineError(f"{cell[:80]!r} is no address: {error}") from None


def _consented_at(cell: str, now: datetime) -> datetime:
    if not cell:
        raise InvalidLineError("consented_at is empty: without the day of consent nobody may be mailed.")
    try:
        parsed = datetime.fromisoformat(cell)
    except ValueError:
        raise InvalidLineError(
            f"{cell[:40]!r} is no time: write one such as 2026-03-31 or 2026-03-31T18:00:00Z."
        ) from None
    if parsed.year not in YEARS:
        raise InvalidLineError(f"{cell[:40]} is not between {YEARS[0]} and {YEARS[-1]}.")
    moment = parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    if moment > now:
        raise InvalidLineError(f"{cell[:40]} lies in the future.")
    return moment


def _frequency(cell: str) -> Frequency:
    try:
        return Frequency(cell.lower() or Frequency.WEEKLY)
    except ValueError:
        raise InvalidLineError(
            f"{cell[:40]!r} is no pace: write {', '.join(Frequency)}, or nothing for weekly."
        ) from None


def _exams_and_topics(cell: str, ids: SlugIds) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The exams and topics of a cell such as `cpb ccm topic:denials`; an empty one means every exam."""
    words = list(dict.fromkeys(cell.replace(",", " ").replace(";", " ").split()))
    topics = [word.removeprefix(TOPIC) for word in words if word.startswith(TOPIC)]
    exams = [word for word in words if not word.startswith(TOPIC)]
    unknown = [slug for slug in exams if slug not in ids.exams]
    unknown += [TOPIC + slug for slug in topics if slug not in ids.topics]
    if unknown:
        raise InvalidLineError(
            f"There is no exam or topic {unknown[0][:40]!r} here; exams are {', '.join(ids.exams)}."
        )
    if not words:
        return tuple(ids.exams.values()), ()
    return tuple(ids.exams[slug] for slug in exams), tuple(ids.topics[slug] for slug in topics)
