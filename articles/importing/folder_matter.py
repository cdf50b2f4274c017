"""Front matter of Jekyll, Hugo, Obsidian and others, as the fields of a post."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import yaml

from articles.importing.export import Post
from articles.loading.field_types import iso_format
from articles.loading.front_matter import lines_above
from carrel.clock import YEARS

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_HIDING = {"private", "protected", "hidden", "password", "unlisted", "headless"}
_PICTURES = (
    "image",
    "cover",
    "featured_image",
    "featuredimage",
    "feature_image",
    "thumbnail",
    "header",
    "hero",
    "images",
    "banner",
)
_TOPICS = ("tags", "tag", "categories", "category", "topics", "keywords")


class FrontMatterError(Exception):
    """The front matter cannot be read; the message says why."""


def split_matter(text: str) -> tuple[dict[str, Any], str]:
    """The values of the front matter and the text below it. Raises `FrontMatterError`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    lines = lines[lines_above(text) :]
    fence = lines[0].rstrip()
    if ends := _FENCES.get(fence):
        for number, line in enumerate(lines[1:], 1):
            if line.rstrip() in ends:
                front, body = "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
                return _plain_keys(_toml(front) if fence == "+++" else _yaml(front)), body
        return {}, text
    if text.startswith("{\n"):
        try:
            values, end = json.JSONDecoder().raw_decode(text)
            return _plain_keys(values), text[end:]
        except (ValueError, RecursionError):
            return {}, text
    return {}, text


def _toml(front: str) -> Any:
    try:
        return tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise FrontMatterError(f"its front matter is not valid TOML: {error}") from None


def _yaml(front: str) -> Any:
    try:
        return yaml.load(front.replace("\t", "  "), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        cause = getattr(error, "problem", None) or str(error)
        raise FrontMatterError(f"its front matter is not valid YAML: {cause}") from None


def _plain_keys(values: Any) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        return {}
    return {re.sub(r"[-_ ]", "", str(key)).lower(): value for key, value in values.items()}


@dataclass
class MatterReader:
    """Takes values of front matter into posts, and counts keys that nothing here reads."""

    zone: tzinfo = UTC
    unread: Counter[str] = field(default_factory=Counter)

    def fill(self, post: Post, values: dict[str, Any]) -> None:
        """Set the fields of a post."""
        left = dict(values)

        def take(*names: str) -> Any:
            found = [left.pop(name, None) for name in (re.sub(r"[-_ ]", "", name) for name in names)]
            return next((value for value in found if value not in (None, "", [])), None)

        post.title = _text(take("title")) or post.title
        post.summary = _text(take("summary", "description", "excerpt", "abstract", "subtitle"))
        shown = left.pop("published", True)
        self._fill_dates(post, take, shown)
        post.author = _names(take("author", "authors"))
        post.topics = list(dict.fromkeys(tag for name in _TOPICS for tag in _listed(take(name))))
        order = take("order", "weight", "nav_order", "sidebar_position")
        post.order = (
            order
            if isinstance(order, int) and not isinstance(order, bool) and 0 <= order <= 1_000_000
            else None
        )
        picture = [take(name) for name in _PICTURES]
        post.picture = next((found for value in picture if (found := _picture(value))), "")
        post.picture_alt = _text(take("imagealt", "coveralt"))
        post.draft = (
            post.draft or take("draft") in (True, "true") or shown is False or take("publish") is False
        )
        self._hide(post, left)
        for key in left:
            if key not in {
                "slug",
                "url",
                "permalink",
                "aliases",
                "alias",
                "redirectfrom",
                "layout",
                "type",
                "id",
            }:
                self.unread[key] += 1

    def _fill_dates(self, post: Post, take: Any, published: Any) -> None:
        """Jekyll's `published` says whether, others' says when."""
        found = self.moment(take("publish_date", "pubdate", "date", "created"))
        if (found := self.moment(published) or found) is not None:
            post.published = found
        updated = self.moment(take("lastmod", "last_modified_at", "updated", "modified", "last_updated"))
        post.updated = updated.date() if isinstance(updated, datetime) else updated
        expires = self.moment(take("expiry_date", "expires"))
        post.expires = expires if expires and post.published and str(expires) > str(post.published) else None

    def moment(self, value: Any) -> datetime | date | None:
        """A time with its zone, or a day; None for what is neither."""
        if isinstance(value, str):
            try:
                written = iso_format(value.strip())
                value = date.fromisoformat(written) if len(written) <= 10 else datetime.fromisoformat(written)
            except ValueError:
                return None
        if not isinstance(value, date) or value.year not in YEARS:
            return None
        if not isinstance(value, datetime):
            return value
        return value.replace(tzinfo=value.tzinfo or self.zone, microsecond=0)

    @staticmethod
    def _hide(post: Post, left: dict[str, Any]) -> None:
        for key in _HIDING & left.keys():
            if left.pop(key) not in (None, False, "", "false"):
                post.draft = True
                post.note(
                    f"Its front matter says `{key}`, so it is a draft: remove `draft: true` to let everyone read it."
                )
        status = _text(left.pop("status", "")).lower()
        visibility = _text(left.pop("visibility", "")).lower()
        if status in {"draft", "private", "hidden"} or visibility in {"private", "draft", "hidden"}:
            post.draft = True


def _text(value: Any) -> str:
    return (
        " ".join(str(value).split())
        if isinstance(value, str | int | float) and not isinstance(value, bool)
        else ""
    )


def _names(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(name for item in value if (name := _names(item)))
    if isinstance(value, Mapping):
        return _text(value.get("name"))
    return _text(value)


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        value = value.split(",") if "," in value else value.split() if "#" in value else [value]
    items = value if isinstance(value, list) else []
    return [text for item in items if (text := _text(item).lstrip("#").strip())]


def _picture(value: Any) -> str:
    if isinstance(value, list):
        return _picture(value[0]) if value else ""
    if isinstance(value, Mapping):
        return next(
            (
                str(value[key])
                for key in ("image", "src", "url", "path", "feature", "teaser")
                if isinstance(value.get(key), str)
            ),
            "",
        )
    return value.strip() if isinstance(value, str) and "." in value else ""


def addresses_in(values: Mapping[str, Any]) -> list[str]:
    """Old addresses that front matter gives."""
    found: list[str] = []
    for key in ("aliases", "alias", "redirectfrom"):
        value = values.get(key)
        found += [
            str(item) for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)
        ]
    return [address for address in found if "/" in address and "{" not in address]
