"""Reads an export of Ghost: its JSON, or a zip or folder of it with pictures and members."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from html import unescape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from articles.importing.addresses import GHOST_URL
from articles.importing.export import Export, ImportRefusedError, Member, Post, counted
from articles.importing.ghost_cards import html_of
from articles.importing.pictures import FOLDER
from articles.importing.source_files import SourceFiles

Row = Mapping[str, Any]
_CONTENT = ("content/images/", "content/media/", "content/files/")
_SHOWN = {"published", "scheduled", "sent"}
_PROGRAM = "Ghost"
_AUDIENCES = {"paid": "paying members", "tiers": "members of certain tiers"}  # otherwise as Ghost names it
_HOLLOW = re.compile(r"<(?!img|iframe|video|audio)[^>]*>")  # elements that show nothing of their own


def find_json(files: SourceFiles) -> tuple[str, Mapping[str, Any]] | None:
    """The file of an export that has the posts, and what is in it."""
    for name in files.names(".json"):
        data = files.read(name)
        if b'"posts"' not in data:
            continue
        try:
            parsed = json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            continue
        if (inner := _data_of(parsed)) is not None:
            return name, inner
    return None


def _data_of(parsed: Any) -> Mapping[str, Any] | None:
    if isinstance(parsed, Mapping) and isinstance(databases := parsed.get("db"), list) and databases:
        parsed = databases[0]
    data = parsed.get("data") if isinstance(parsed, Mapping) else None
    return data if isinstance(data, Mapping) and isinstance(data.get("posts"), list) else None


def read_ghost(data: Mapping[str, Any], files: SourceFiles, base_url: str = "") -> Export:
    """The export. `base_url` is where the site was, which Ghost does not say."""
    settings = {str(row.get("key")): row.get("value") for row in _rows(data, "settings")}
    base_url = base_url or str(settings.get("url") or "").rstrip("/")
    export = Export(
        _PROGRAM,
        "ghost",
        str(settings.get("title") or ""),
        str(settings.get("description") or ""),
        base_url=base_url,
    )
    if host := urlsplit(base_url).hostname:
        export.hosts.add(host.removeprefix("www."))
    tables = _Tables(data)
    for row in sorted(_rows(data, "posts"), key=lambda row: (str(row.get("created_at")), str(row.get("id")))):
        if post := _post(row, tables, export):
            export.posts.append(post)
    for tag in tables.tags.values():
        export.topic_names[f"/tag/{tag.get('slug')}/"] = str(tag.get("name") or "")
    for name, count in tables.hidden_tags.items():
        export.leave_out(
            f"The tag {name} of {counted(count, 'post')}",
            "It is one of Ghost's internal posts, which readers never saw.",
        )
    export.members = [*_members_of(data), *files.members()]
    export.find_file = lambda address, _post: _find_file(files, export, address)
    if not export.posts and not export.members:
        raise ImportRefusedError("The export has no posts.")
    return export


def _rows(data: Mapping[str, Any], name: str) -> list[Row]:
    rows = data.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


class _Tables:
    """What belongs to a post in other tables, by its id."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.tags = {str(row.get("id")): row for row in _rows(data, "tags")}
        self.users = {str(row.get("id")): str(row.get("name") or "") for row in _rows(data, "users")}
        self.meta = {str(row.get("post_id")): row for row in _rows(data, "posts_meta")}
        self.hidden_tags: Counter[str] = Counter()
        self.post_tags = _grouped(_rows(data, "posts_tags"), "tag_id")
        self.post_authors = _grouped(_rows(data, "posts_authors"), "author_id")

    def tags_of(self, row: Row) -> list[str]:
        """The names of its tags; those that are Ghost's own business (#…) are counted."""
        found = [self.tags[key] for key in self.post_tags[str(row.get("id"))] if key in self.tags]
        shown = []
        for tag in found:
            name = str(tag.get("name") or "")
            if name.startswith("#") or tag.get("visibility") == "internal":
                self.hidden_tags[name] += 1
            elif name:
                shown.append(name)
        return shown

    def author_of(self, row: Row) -> str:
        """The names of the authors, unless the site has one user only."""
        keys = self.post_authors[str(row.get("id"))] or [str(row.get("author_id"))]
        return ", ".join(name for key in keys if (name := self.users.get(key, "")) and name != "Ghost")


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.get("sort_order") or 0):
        grouped[str(row.get("post_id"))].append(str(row.get(column)))
    return grouped


def _post(row: Row, tables: _Tables, export: Export) -> Post | None:
    title, status = str(row.get("title") or ""), str(row.get("status") or "draft")
    meta = {
        **tables.meta.get(str(row.get("id")), {}),
        **{key: value for key, value in row.items() if value is not None},
    }
    tags = tables.tags_of(row)
    text, form, notes = html_of(row)
    post = Post(
        id=str(row.get("id")),
        slug=str(row.get("slug") or ""),
        title="" if title == "(Untitled)" else title,
        text=text,
        form=form,
        published=moment(row.get("published_at")) if status in _SHOWN else None,
        draft=status not in {"published", "scheduled"},
        summary=str(meta.get("custom_excerpt") or meta.get("meta_description") or ""),
        author=tables.author_of(row),
        topics=tags,
        picture=str(meta.get("feature_image") or row.get("image") or ""),
        picture_alt=str(meta.get("feature_image_alt") or ""),
        picture_caption=unescape(re.sub(r"<[^>]+>", "", str(meta.get("feature_image_caption") or ""))),
    )
    if post.slug and not post.slug.startswith("untitled"):
        post.old_paths.append(f"/{post.slug}/")
    updated, published = moment(row.get("updated_at")), post.published
    if updated and isinstance(published, datetime) and updated.date() > published.date():
        post.updated = updated.date()
    for sentence in notes:
        post.note(sentence)
    _note_losses(post, row)
    if not _HOLLOW.sub("", text).strip() and not post.picture:
        export.leave_out(title or post.slug, "It has no text.")
        return None
    return post


def _note_losses(post: Post, row: Row) -> None:
    visibility = str(row.get("visibility") or "public")
    if visibility != "public" and not post.draft:
        post.draft = True
        post.note(
            f"It was for {_AUDIENCES.get(visibility, visibility)} only and is a draft: remove `draft: true` to let everyone read it."
        )
    if row.get("status") == "sent":
        post.note("It was sent only as an email, so it is a draft.")
    for key, what in (("codeinjection_head", "code for the page's header"), ("codeinjection_foot", "code for the page's footer"),
                      ("canonical_url", "a canonical address"), ("custom_template", "a template of its theme")):  # fmt: skip
        if value := row.get(key):
            where = f" ({value})" if key == "canonical_url" else ""
            post.note(f"It had {what}{where}, which was left out.")


def moment(value: Any) -> datetime | None:
    """A time as Ghost writes it: ISO 8601, with a space, or in milliseconds since 1970."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000, UTC).replace(microsecond=0)
        found = datetime.fromisoformat(str(value)) if value else None
    except (ValueError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=found.tzinfo or UTC, microsecond=0).astimezone(UTC) if found else None


def _members_of(data: Mapping[str, Any]) -> list[Member]:
    """Members in the JSON itself, as old releases wrote them."""
    rows = [row for name in ("members", "subscribers") for row in _rows(data, name)]
    found = []
    for row in rows:
        since = moment(row.get("created_at"))
        wanted = row.get("subscribed", True) not in {False} and row.get("status") != "unsubscribed"
        if row.get("email") and wanted:
            found.append(Member(str(row["email"]), since.isoformat() if since else ""))
    return found


def _find_file(files: SourceFiles, export: Export, address: str) -> tuple[PurePosixPath, bytes] | None:
    path = _path_of(export, address)
    for prefix in _CONTENT:
        before, found, inside = path.partition(prefix)
        if not found or before.strip("/"):
            continue
        plain = inside.partition("size/")[2].partition("/")[2] if inside.startswith("size/") else inside
        for name in dict.fromkeys((plain, inside)):
            kind = prefix.removeprefix("content/")
            if data := files.find(f"content/{kind}{name}", f"{kind}{name}"):
                return PurePosixPath(FOLDER) / name, data
    return None


def _path_of(export: Export, address: str) -> str:
    parts = urlsplit(address.replace(GHOST_URL, ""))
    host = (parts.hostname or "").removeprefix("www.")
    if host and host not in export.hosts:
        return ""
    path = unquote(parts.path).lstrip("/")
    return "" if ".." in path.split("/") else path


def day(value: Any) -> date | None:
    """The day of a time."""
    found = moment(value)
    return found.date() if found else None
