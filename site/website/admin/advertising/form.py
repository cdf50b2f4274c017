"""An ad's form: from what was typed to a draft, and from an ad to what the form shows."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from carrel.ads.drafts import Draft, InvalidDraftError, Upload
from carrel.ads.models import HouseAd

Values = Mapping[str, Any]
Value = TypeVar("Value")
NOT_AN_INTEGER = "Enter a whole number."
YEARS = range(2000, 9000)  # beyond them a time zone can lead to where time ends
MOMENT = "Enter a day and a time, such as 2026-12-01 and 08:00."
EMPTY: Values = {
    "name": "",
    "title": "",
    "text": "",
    "url": "",
    "kind": "text",
    "label": "Advertisement",
    "weight": 10,
    "starts_at": "",
    "ends_at": "",
    "slots": [],
    "exams": [],
    "topics": [],
    "cap": "",
    "price_cents_per_thousand": 0,
    "picture_alt": "",
    "paid": False,
    "active": False,  # nobody has seen yet how it looks
}
TEXT_FIELDS = ("name", "title", "text", "url", "kind", "label", "picture_alt")
LISTS = ("slots", "exams", "topics")


def parse_draft(form: MultiDict[str, str], zone: ZoneInfo, upload: Upload | None) -> Draft:
    """What was typed, as a draft. Only the fields named here are read (AUTH-11). Raises `InvalidDraftError`."""
    errors: dict[str, str] = {}

    def read(field: str, parse: Callable[[str], Value], otherwise: Value, sentence: str) -> Value:
        submitted = form.get(field, "").strip()
        try:
            return parse(submitted) if submitted else otherwise
        except ValueError:
            errors[field] = sentence
            return otherwise

    words: dict[str, Any] = {field: form.get(field, "").strip() for field in TEXT_FIELDS}
    lists: dict[str, Any] = {field: tuple(form.getlist(field)) for field in LISTS}
    draft = Draft(
        **words,
        **lists,
        paid="paid" in form,
        active="active" in form,
        weight=read("weight", int, 10, NOT_AN_INTEGER),
        cap=read("cap", int, None, NOT_AN_INTEGER),
        price_cents_per_thousand=read("price_cents_per_thousand", int, 0, NOT_AN_INTEGER),
        starts_at=read("starts_at", lambda submitted: _moment(submitted, zone), None, MOMENT),
        ends_at=read("ends_at", lambda submitted: _moment(submitted, zone), None, MOMENT),
        upload=upload,
    )
    if errors:
        raise InvalidDraftError(errors)
    return draft


def submitted(form: MultiDict[str, str]) -> Values:
    """The form again as it was sent, beside what is wrong with it."""
    values: dict[str, Any] = {field: form.get(field, "") for field in EMPTY}
    values.update({field: form.getlist(field) for field in LISTS})
    values.update({field: field in form for field in ("paid", "active")})
    return values


def values_of(ad: HouseAd, zone: ZoneInfo) -> Values:
    """The form of an ad that is there."""
    values = {field: getattr(ad, field) for field in EMPTY}
    for field in ("starts_at", "ends_at"):
        value = values[field]
        values[field] = f"{value.astimezone(zone):%Y-%m-%dT%H:%M}" if value else ""
    return values


def _moment(submitted: str, zone: ZoneInfo) -> datetime:
    """What `<input type="datetime-local">` sends, in the site's time zone."""
    moment = datetime.fromisoformat(submitted)
    if moment.tzinfo is not None or moment.year not in YEARS:
        raise ValueError(submitted)
    return moment.replace(tzinfo=zone)
