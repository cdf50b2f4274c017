"""The types of fields that authors write: texts, slugs, URLs, dates and times, each with a hint when it is wrong."""

import re
from datetime import UTC, date, datetime
from string import Formatter
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from articles.loading import characters
from articles.loading.strict_yaml import Unquoted
from articles.web_address import is_dead
from carrel.clock import YEARS

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
SLUG_LENGTH = 80
CONTROL_HINT = "Remove it: nobody sees it, and it can show readers something else than is there."
_PLACEHOLDERS_IN_LINE = {"and_more", "noun", "price"}
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


def parse_moment(value: Any) -> Any:
    """A date and time with its zone, in UTC."""
    written = value.written if isinstance(value, Unquoted) else value
    if not isinstance(written, str):
        return value
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise field_error("bad-date", f"“{written}” is no date and time.", _MOMENT_HINT) from None
    if moment.tzinfo is None:
        raise field_error(
            "date-without-zone", f"“{written}” does not say at what time in which zone.", _MOMENT_HINT
        )
    _check_year(moment.year, written)
    return moment.astimezone(UTC)


def parse_day(value: Any) -> Any:
    """A date."""
    written = value.written if isinstance(value, Unquoted) else value
    if not isinstance(written, str):
        return value
    try:
        day = date.fromisoformat(written)
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
