"""The types of fields that authors write: texts, slugs, URLs, dates and times, each with a hint when it is wrong."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from string import Formatter
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from articles.loading import characters
from articles.loading.strict_yaml import Unquoted
from articles.web_address import is_dead
from carrel.clock import YEARS
from carrel.languages import LONGEST, check_language

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
SLUG_LENGTH = 80
CONTROL_HINT = "Remove it: it is invisible, and can make text look different from what it is."
_PLACEHOLDERS_IN_LINE = {"and_more", "noun", "price"}
# 2019-05-01, 2019/5/1 9:00, 2019-05-01 10:00:00 -0400, 2019-05-01T10:00:00.000Z
_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})"
    r"(?:(?:T|\s+)(?P<time>\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)\s*(?P<zone>Z|UTC|GMT|[-+]\d\d(?::?\d\d)?(?:\s+(?:UTC|GMT))?)?)?",
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<month>[a-z]{3,9})\.?", r"(?P<year>\d{4})"
_NAMED = re.compile(rf"{_DAY}\s+{_MONTH},?\s+{_YEAR}", re.IGNORECASE)
_NAMED_FIRST = re.compile(rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}", re.IGNORECASE)
_MAIL = re.compile(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d")  # RFC 5322
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
            f"“{value}” cannot be used in an address.",
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
            "bad-address", f"“{value}” is not a web address.", "Write one that begins with https://"
        )
    return value


def iso_format(written: str) -> str:
    """A date, with or without time and zone, as ISO 8601 has it; what is none as it was written."""
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        return _with_numbers(written)
    day = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
    clock_time, zone = found["time"] or "", (found["zone"] or "").upper()
    zone = "+00:00" if zone in {"Z", "UTC", "GMT"} else zone.partition(" ")[0]
    return f"{day}T{clock_time.zfill(len(clock_time) + (clock_time[1] == ':'))}{zone}" if clock_time else day


def _with_numbers(written: str) -> str:
    """A day whose month is an English word: May 7, 2019 or 7 May 2019; or a moment as mails and feeds write it."""
    if _MAIL.match(written.strip()):
        try:
            return parsedate_to_datetime(written.strip()).isoformat()
        except ValueError:
            return written
    found = _NAMED.fullmatch(written.strip()) or _NAMED_FIRST.fullmatch(written.strip())
    if not found or (month := found["month"].lower()[:3]) not in _MONTHS:
        return written
    return f"{found['year']}-{_MONTHS.index(month) + 1:02}-{found['day']:0>2}"


def parse_moment(value: Any, info: ValidationInfo) -> Any:
    """A date and time in UTC; a plain day begins at midnight. What says no zone is in the zone of the context."""
    written = value.written if isinstance(value, Unquoted) else value
    if isinstance(written, int | float) and not isinstance(written, bool):
        raise field_error("bad-date", f"“{written}” is not a date and time.", _MOMENT_HINT)
    if not isinstance(written, str):
        return value
    try:
        moment = datetime.fromisoformat(iso_format(written))
    except ValueError:
        raise field_error("bad-date", f"“{written}” is not a date and time.", _MOMENT_HINT) from None
    if moment.tzinfo is None:  # see `read_other_values`
        moment = moment.replace(tzinfo=(info.context or {}).get("zone", UTC))
    _check_year(moment.year, written)
    return moment.astimezone(UTC)


def parse_day(value: Any) -> Any:
    """A date. Of a time, its day counts as it is written."""
    written = value.written if isinstance(value, Unquoted) else value
    if not isinstance(written, str):
        return value
    try:
        day = datetime.fromisoformat(iso_format(written)).date()
    except ValueError:
        raise field_error(
            "bad-date", f"“{written}” is not a date.", "Write one such as 2026-10-01."
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
            "bad-line", "Only {noun}, {price} and {and_more} can be used in the line.", "Remove other braces."
        )
    return value


def validate_language(value: str) -> str:
    """A language as BCP 47 writes it."""
    try:
        return check_language(value)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise field_error("bad-language", f"{message}.", f"{hint[0].upper()}{hint[1:]}.") from None


Text = Annotated[str, AfterValidator(normalize_text)]
Title = Annotated[Text, Field(max_length=200)]
Slug = Annotated[str, AfterValidator(validate_slug)]
Url = Annotated[str, AfterValidator(validate_url)]
Moment = Annotated[AwareDatetime, BeforeValidator(parse_moment)]
Day = Annotated[date, BeforeValidator(parse_day)]
Language = Annotated[str, Field(max_length=LONGEST), AfterValidator(validate_language)]
Line = Annotated[Text, Field(max_length=300), AfterValidator(validate_line)]
