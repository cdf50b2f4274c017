"""The kinds of value that authors write: texts, slugs, addresses, moments and days, each with its mend."""

import re
from datetime import UTC, date, datetime
from string import Formatter
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from articles.loading.strict_yaml import Unquoted

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
SLUG_LENGTH = 80
_PLACES_IN_LINE = {"and_more", "noun", "price"}


def wrong(code: str, message: str, mend: str) -> PydanticCustomError:
    """A mistake with its code and its mend, raised inside a validator."""
    # pydantic fills {names} of its templates from the context: a brace in our own words must not be one.
    return PydanticCustomError(code, "{message}", {"message": message, "mend": mend})


def _slug(value: str) -> str:
    if not SLUG.match(value) or len(value) > SLUG_LENGTH:
        tame = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:SLUG_LENGTH] or "a-name-like-this"
        raise wrong(
            "bad-slug",
            f"“{value}” cannot stand in an address.",
            f"Use small letters, digits and hyphens: {tame}",
        )
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise wrong("missing", "it is empty", "Write it.")
    return " ".join(value.split())


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or " " in value:
        raise wrong("bad-address", f"“{value}” is no web address.", "Write one that begins with https://")
    return value


def _moment(value: Any) -> Any:
    written = value.written if isinstance(value, Unquoted) else value
    if not isinstance(written, str):
        return value
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise wrong("bad-date", f"“{written}” is no date and time.", _MEND_MOMENT) from None
    if moment.tzinfo is None:
        raise wrong(
            "date-without-zone", f"“{written}” does not say at what time in which zone.", _MEND_MOMENT
        )
    return moment.astimezone(UTC)


def _day(value: Any) -> Any:
    written = value.written if isinstance(value, Unquoted) else value
    if not isinstance(written, str):
        return value
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise wrong("bad-date", f"“{written}” is no plain date.", "Write one such as 2026-10-01.") from None


def _line(value: str) -> str:
    try:
        names = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
    except ValueError:
        names = {"{"}
    if not names <= _PLACES_IN_LINE:
        raise wrong(
            "bad-line", "Only {noun}, {price} and {and_more} can stand in the line.", "Remove other braces."
        )
    return value


_MEND_MOMENT = "Write date, time and zone: 2026-09-14T09:00:00Z"

Text = Annotated[str, AfterValidator(_text)]
Title = Annotated[Text, Field(max_length=200)]
Slug = Annotated[str, AfterValidator(_slug)]
Address = Annotated[str, AfterValidator(_address)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
Line = Annotated[Text, Field(max_length=300), AfterValidator(_line)]
