"""Values that other programs take in front matter and that can mean one thing only."""

from datetime import datetime, tzinfo
from typing import Any

from articles.loading.field_types import SLUG, SLUG_LENGTH, iso_format
from articles.loading.file_names import transliterate
from articles.loading.strict_yaml import Unquoted, YamlMapping
from articles.problems import Problem

_DATES = ("published", "expires", "updated", "reviewed")
_DAY_LENGTH = len("2026-10-01")


def read_other_values(front: YamlMapping, zone: tzinfo) -> None:
    """Make of such values what our fields take, with a word about each."""
    for name in _DATES:
        if (value := _text(front.values.get(name))) is not None and not value.strip():
            del front.values[name]
    for name in ("published", "expires"):
        value = _text(front.values.get(name))
        if value and _lacks_zone(value):
            message = f"“{value}” has no time zone, so it is read as {zone} time."
            hint = "Write date, time and zone: 2026-09-14T09:00:00Z"
            _warn(front, name, "date-without-zone", message, hint)
    slug = front.values.get("slug")
    if (
        isinstance(slug, str)
        and not SLUG.match(slug)
        and (plain := transliterate(slug)[:SLUG_LENGTH].strip("-"))
    ):
        front.values["slug"] = plain
        _warn(
            front,
            "slug",
            "slug-made",
            f"“{slug}” cannot be used in an address, so “{plain}” is used instead.",
            f"Write slug: {plain}",
        )


def _text(value: Any) -> str | None:
    return value.written if isinstance(value, Unquoted) else value if isinstance(value, str) else None


def _lacks_zone(written: str) -> bool:
    iso = iso_format(written)
    try:
        return len(iso) > _DAY_LENGTH and datetime.fromisoformat(iso).tzinfo is None
    except ValueError:
        return False


def _warn(front: YamlMapping, name: str, code: str, message: str, hint: str) -> None:
    front.problems.append(Problem(front.lines.get((name,), 1), code, message, hint, "warning"))
