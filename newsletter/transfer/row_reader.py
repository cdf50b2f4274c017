"""One line of an export: who, and how they stand there. What it does not say, the defaults say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from carrel.csv_export import unguard
from carrel.mail import addresses
from carrel.mail.addresses import Address, InvalidAddressError
from newsletter.subscribers.models import Frequency
from newsletter.transfer.columns import Columns, Field, bare_address
from newsletter.transfer.dates import InvalidDateError, read_moment
from newsletter.transfer.statuses import Status, status_of, yes_or_no

TOPIC = "topic:"  # in the column of exams, before a topic's slug
LONGEST_SOURCE = 80


class InvalidLineError(ValueError):
    """One line cannot be taken; the message says why."""


@dataclass(frozen=True)
class SlugIds:
    """The ids of this site's exams and topics, by slug."""

    exams: Mapping[str, int]
    topics: Mapping[str, int]


@dataclass(frozen=True)
class Defaults:
    """What counts for lines that do not say it themselves. Without exams and topics it is every exam."""

    source: str = ""
    consented_at: datetime | None = None
    frequency: Frequency = Frequency.WEEKLY
    exams: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriberRow:
    """One line: who, how they stand there, from where, since when, how often, about what (ids).

    `at` is when they agreed, or when they left or were given up; None when the file does not say.
    """

    line: int
    address: Address
    status: Status
    source: str
    at: datetime | None
    frequency: Frequency = Frequency.WEEKLY
    exams: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineMessage:
    """A sentence about one line: an error, or why it is skipped. `cell` is what its address should have been."""

    line: int
    sentence: str
    cell: str = ""


@dataclass(frozen=True)
class RowContext:
    """What every line of a file is read with."""

    columns: Columns
    ids: SlugIds
    defaults: Defaults
    whole_file: Status
    day_first: bool | None
    now: datetime


def read_row(line: int, cells: Sequence[str], context: RowContext) -> SubscriberRow:
    """The subscriber of a line. Raises `InvalidLineError`."""
    columns, cells = context.columns, [unguard(cell) for cell in cells]
    while len(cells) > columns.count and not cells[-1].strip():
        cells.pop()
    if len(cells) != columns.count:
        more = "more" if len(cells) > columns.count else "fewer"
        raise InvalidLineError(f"It has {more} cells than the first line.")
    address = _address(columns.cells(cells, Field.EMAIL))
    status = max(_status(cells, context), context.whole_file, key=_caution)
    source = _source(cells, context)
    if status is not Status.SUBSCRIBED:
        return SubscriberRow(line, address, status, source, _left_at(cells, status, context))
    exams, topics = _exams_and_topics(columns.cells(cells, Field.EXAMS), context)
    return SubscriberRow(
        line,
        address,
        status,
        source,
        _consented_at(cells, context),
        _frequency(columns.cells(cells, Field.PACE), context.defaults.frequency),
        exams,
        topics,
        _paused_until(columns.cells(cells, Field.PAUSED)),
    )


def _address(cells: Sequence[str]) -> Address:
    if not cells:
        raise InvalidLineError("It has no address.")
    try:
        return addresses.parse(bare_address(cells[0]))
    except InvalidAddressError as error:
        raise InvalidLineError(f"{cells[0][:80]!r} is not an address: {error}") from None


def _status(cells: Sequence[str], context: RowContext) -> Status:
    """The most cautious of all that the line says."""
    columns, said = context.columns, [Status.SUBSCRIBED]
    for kind in (Field.STATUS, Field.LIST_STATUS):
        for word in columns.cells(cells, kind):
            if (status := status_of(word, columns.service)) is None:
                raise InvalidLineError(
                    f"{word[:40]!r} is not a status that Carrel knows, so they are not subscribed."
                )
            is_of_list = kind is Field.LIST_STATUS and status is Status.LEFT
            said.append(Status.LEFT_LIST if is_of_list else status)
    if any(yes_or_no(cell) is False for cell in columns.cells(cells, Field.MAILED)):
        said.append(Status.LEFT)
    if any(yes_or_no(cell) is not False for cell in columns.cells(cells, Field.NOT_MAILED)):
        said.append(Status.LEFT)
    if columns.cells(cells, Field.LEFT):
        said.append(Status.LEFT)
    if columns.cells(cells, Field.BOUNCED):
        said.append(Status.BOUNCED)
    if any(yes_or_no(cell) is False for cell in columns.cells(cells, Field.CONSENTED)):
        said.append(Status.PENDING)
    return max(said, key=_caution)


def _caution(status: Status) -> tuple[bool, Status]:
    return status is not Status.SUBSCRIBED, status


def _source(cells: Sequence[str], context: RowContext) -> str:
    said = "".join(context.columns.cells(cells, Field.SOURCE)[:1])
    service = context.columns.service
    source = f"{service}: {said}" if service and said else said or context.defaults.source
    if not source.isprintable():
        source = "".join(character for character in source if character.isprintable())
    return source[:LONGEST_SOURCE]


def _consented_at(cells: Sequence[str], context: RowContext) -> datetime:
    said = [cell for cell in context.columns.cells(cells, Field.CONSENTED) if yes_or_no(cell) is None]
    if said:
        return _moment(said[0], context)
    if context.defaults.consented_at is None:
        raise InvalidLineError(
            "It does not say when they agreed (consented_at): without a date of consent, nobody may be emailed."
        )
    return context.defaults.consented_at


def _left_at(cells: Sequence[str], status: Status, context: RowContext) -> datetime | None:
    """When they left or were given up. A date that cannot be read does not keep anybody subscribed."""
    kind = Field.BOUNCED if status is Status.BOUNCED else Field.LEFT
    for cell in context.columns.cells(cells, kind):
        try:
            return _moment(cell, context)
        except InvalidLineError:
            return None
    return None


def _moment(cell: str, context: RowContext) -> datetime:
    try:
        return read_moment(cell, context.now, day_first=context.day_first)
    except InvalidDateError as error:
        raise InvalidLineError(str(error)) from None


def _paused_until(cells: Sequence[str]) -> datetime | None:
    """A pause is in the future, so only our own form counts."""
    try:
        until = datetime.fromisoformat(cells[0]) if cells else None
        return until and (until.astimezone(UTC) if until.tzinfo else until.replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # the last of all days has no UTC in the west
        raise InvalidLineError(f"{cells[0][:40]!r} is not a date on which a pause can end.") from None


def _frequency(cells: Sequence[str], default: Frequency) -> Frequency:
    try:
        return Frequency(cells[0].lower()) if cells else default
    except ValueError:
        raise InvalidLineError(
            f"{cells[0][:40]!r} is not a frequency: write {', '.join(Frequency)}, or nothing for {default}."
        ) from None


def _exams_and_topics(cells: Sequence[str], context: RowContext) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The exams and topics of a cell such as `cpb ccm topic:denials`; an empty one means the default."""
    ids, defaults = context.ids, context.defaults
    words = list(dict.fromkeys("".join(cells[:1]).replace(",", " ").replace(";", " ").split()))
    topics = [word.removeprefix(TOPIC) for word in words if word.startswith(TOPIC)]
    exams = [word for word in words if not word.startswith(TOPIC)]
    unknown = [slug for slug in exams if slug not in ids.exams]
    unknown += [TOPIC + slug for slug in topics if slug not in ids.topics]
    if unknown:
        raise InvalidLineError(
            f"There is no exam or topic {unknown[0][:40]!r} here; exams are {', '.join(ids.exams)}."
        )
    if not words:
        return (defaults.exams, defaults.topics) if defaults.exams or defaults.topics else _every(ids)
    return tuple(ids.exams[slug] for slug in exams), tuple(ids.topics[slug] for slug in topics)


def _every(ids: SlugIds) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(ids.exams.values()), ()


def address_cell(cells: Sequence[str], columns: Columns) -> str:
    """What stands where the address should be."""
    return next((cells[place] for place in columns.places[Field.EMAIL] if place < len(cells)), "")[:254]
