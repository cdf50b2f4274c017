"""The types of fields that authors write: texts, slugs, URLs, dates and times, each with a hint when it is wrong."""

import re
from datetime import UTC, date, datetime, time
from string import Formatter
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from articles.loading import characters
from articles.loading.strict_yaml import Unquoted
from articles.web_address import is_dead
from carrel.clock import YEARS

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
SLUG_LENGTH = 80
CONTROL_HINT = "Remove it: nobody sees it, and it can show readers something else than is there."
_PLACEHOLDERS_IN_LINE = {"and_more", "noun", "price"}
# 2019-05-01, 2019/5/1 9:00, 2019-05-01 10:00:00 -0400, 2019-05-01T10:00:00.000Z
_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})"
    r"(?:(?:T|\s+)(?P<time>\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)\s*(?P<zone>Z|UTC|GMT|[-+]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_MOMENT_HINT = "Write date, time and zone: 2026-09-14T09:00:00Z"


def field_error(code: str, message: str, hint: str) -> PydanticCustomError:
    """An error to raise in a validator, with its code and hint."""
    # The message goes through the context, as pydantic would take its braces for template fields.
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def validate_slug(value: str) -> str:
    """A slug as it may stand in a URL."""
    if not SLUG.match(value) or len(value) > SLUG_LENGTH:
        suggestion = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:SLUG_LENGTH] or "a-name-like-this"
        raise field_error(
            "bad-slug",
            f"“{value}” cannot stand in an address.",
            f"Use small letters, digits and hyphens: {suggestion}",
        )
    return value


def normalize_text(value: str) -> str:
    """A text that is not empty, with single spaces."""
    if not characters.is_visible(value):
        raise field_error("missing", "it is empty", "Write it.")
    if forbidden := characters.forbidden_in(value):
        raise field_error("control-character", f"It has the character {forbidden}.", CONTROL_HINT)
    return " ".join(value.split())


def validate_url(value: str) -> str:
    """An absolute http or https URL."""
    if is_dead(value) or " " in value:
        raise field_error(
            "bad-address", f"“{value}” is no web address.", "Write one that begins with https://"
        )
    return value


def iso_format(written: str) -> str:
    """A date, with or without time and zone, as ISO 8601 has it; what is none as it was written."""
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        return written
    day = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
    clock_time, zone = found["time"] or "", (found["zone"] or "").upper()
    zone = "+00:00" if zone in {"Z", "UTC", "GMT"} else zone
    return f"{day}T{clock_time.zfill(len(clock_time) + (clock_time[1] == ':'))}{zone}" if clock_time else day


def parse_moment(value: Any, info: ValidationInfo) -> Any:
    """A date and time with its zone, in UTC. A plain day begins at midnight in the zone of the context."""
    written = value.written if isinstance(value, Unquoted) else value
    if not isinstance(written, str):
        return value
    try:
        iso = iso_format(written)
        moment = datetime.fromisoformat(iso)
    except ValueError:
        raise field_error("bad-date", f"“{written}” is no date and time.", _MOMENT_HINT) from None
    if _is_day(iso):
        moment = datetime.combine(moment, time.min, (info.context or {}).get("zone", UTC))
    if moment.tzinfo is None:
        raise field_error(
            "date-without-zone", f"“{written}” does not say at what time in which zone.", _MOMENT_HINT
        )
    _check_year(moment.year, written)
    return moment.astimezone(UTC)


def _is_day(iso: str) -> bool:
    return len(iso) <= len("2026-10-01")


def parse_day(value: Any) -> Any:
    """A date. Of a time, its day counts as it is written."""
    written = value.written if isinstance(value, Unquoted) else value
    if not isinstance(written, str):
        return value
    try:
        day = datetime.fromisoformat(iso_format(written)).date()
    except ValueError:
        raise field_error(
            "bad-date", f"“{written}” is no plain date.", "Write one such as 2026-10-01."
        ) from None
    _check_year(day.year, written)
    return day


def _check_year(year: int, written: str) -> None:
    """Other programs write year 1 for "never" and year 9999 for "forever"."""
    if year not in YEARS:
        raise field_error(
            "bad-date",
            f"“{written}” is not between {YEARS[0]} and {YEARS[-1]}.",
            "Write the real date, or remove the line.",
        )


def validate_line(value: str) -> str:
    """A line whose placeholders are all known."""
    try:
        names = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
    except ValueError:
        names = {"{"}
    if not names <= _PLACEHOLDERS_IN_LINE:
        raise field_error(
            "bad-line", "Only {noun}, {price} and {and_more} can stand in the line.", "Remove other braces."
        )
    return value


Text = Annotated[str, AfterValidator(normalize_text)]
Title = Annotated[Text, Field(max_length=200)]
Slug = Annotated[str, AfterValidator(validate_slug)]
Url = Annotated[str, AfterValidator(validate_url)]
Moment = Annotated[AwareDatetime, BeforeValidator(parse_moment)]
Day = Annotated[date, BeforeValidator(parse_day)]
Line = Annotated[Text, Field(max_length=300), AfterValidator(validate_line)]
