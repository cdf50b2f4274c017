"""Reads an export of WordPress (WXR), with its pictures from the folder of uploads."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from articles.importing.export import Export, ImportRefusedError, Post, counted
from articles.importing.pictures import FOLDER
from articles.importing.source_files import SourceFiles
from articles.importing.wordpress_text import Attachments, to_html
from articles.importing.wxr import WxrItem, read_items

ARTICLES = ("post", "page")
_UPLOADS = "wp-content/uploads/"
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif)\Z", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SIZE = re.compile(r"-\d+x\d+(?=\.\w+$)")
# Kinds of items that are the program's own business, and what to say of them.
_INTERNAL = {
    "nav_menu_item": "entries of menus: the site makes its own", "revision": "older versions of articles",
    "custom_css": "style sheets of the theme", "customize_changeset": "settings of the theme",
    "wp_global_styles": "settings of the theme", "wp_template": "templates of the theme",
    "wp_template_part": "templates of the theme", "wp_navigation": "menus: the site makes its own",
    "oembed_cache": "copies of embedded pages", "wp_block": "blocks that articles share",
    "wp_font_family": "fonts", "wp_font_face": "fonts", "feedback": "messages that readers sent",
}  # fmt: skip


def read_wordpress(data: bytes, files: SourceFiles, kinds: Collection[str] = ARTICLES) -> Export:
    """The export. `kinds` are the types of items that become articles. Raises `ImportRefusedError`."""
    export = Export("WordPress", "wordpress")
    authors: dict[str, str] = {}
    items = list(read_items(data, export, authors))
    if not items:
        raise ImportRefusedError("The file has no items: is it a WordPress export (Tools, Export)?")
    export.key = f"wordpress {urlsplit(export.base_url).netloc}{urlsplit(export.base_url).path}".strip()
    attachments = _attachments(items)
    many = len({item.get("creator") for item in items if item.get("post_type") in kinds}) > 1
    left: Counter[str] = Counter()
    for item in items:
        kind = item.get("post_type") or "post"
        if kind in kinds:
            if post := _post(item, attachments, export):
                post.author = (
                    authors.get(item.get("creator"), item.get("creator"))
                    if many
                    else authors.get(item.get("creator"), "")
                )
                export.posts.append(post)
        elif kind != "attachment":
            left[kind] += 1
    for kind, count in left.items():
        why = _INTERNAL.get(kind, f"of the type “{kind}”; with `--type {kind}` they become articles")
        export.leave_out(counted(count, "item"), f"They are {why}.")
    if comments := sum(item.comments for item in items):
        export.leave_out(counted(comments, "comment"), "The site has no comments.")
    export.find_file = lambda address, _post: _find_file(files, export, address)
    return export


def _attachments(items: Collection[WxrItem]) -> Attachments:
    files = [item for item in items if item.get("post_type") == "attachment"]
    of_posts = defaultdict[str, list[str]](list)
    for file in files:
        if _PICTURE.search(file.get("attachment_url")):
            of_posts[file.get("post_parent")].append(file.get("post_id"))
    return Attachments(
        {file.get("post_id"): file.get("attachment_url") for file in files},
        of_posts,
        {item.get("post_id"): item.get("content") for item in items if item.get("post_type") == "wp_block"},
    )


def plain_words(text: str) -> str:
    """The words of a title or a summary, which WordPress keeps as HTML."""
    return " ".join(unescape(_TAG.sub("", text)).split())


def _post(item: WxrItem, attachments: Attachments, export: Export) -> Post | None:
    status, title, address = item.get("status"), plain_words(item.get("title")), item.get("link")
    if status in {"trash", "auto-draft", "inherit"}:
        export.leave_out(
            title or item.get("post_id"),
            f"It is {'in the trash' if status == 'trash' else 'an automatic draft'}.",
        )
        return None
    post = Post(
        id=item.get("post_id") or address,
        slug=unquote(item.get("post_name")),
        title=title,
        text="",
        draft=status not in {"publish", "future"} or bool(item.get("post_password")),
        published=_moment(item.get("post_date_gmt"), item.get("post_date")),
        summary=plain_words(item.get("excerpt")),
        topics=[
            name
            for domain, _, name in item.terms
            if domain in {"category", "post_tag", "tag"} and name != "Uncategorized"
        ],
        picture=attachments.url(item.meta.get("_thumbnail_id", "")),
        footnotes=_footnotes(item.meta.get("footnotes", "")),
    )
    post.text = to_html(item.get("content"), attachments, post)
    if post.draft and status in {"draft", "pending"}:
        post.published = None
    _set_old_paths(post, address)
    updated = _moment(item.get("post_modified_gmt"), item.get("post_modified"))
    if updated and isinstance(post.published, datetime) and updated.date() > post.published.date():
        post.updated = updated.date()
    _note_losses(post, item, status)
    if not post.text.strip() and not post.picture:
        export.leave_out(title or post.id, "It has no text.")
        return None
    return post


def _note_losses(post: Post, item: WxrItem, status: str) -> None:
    if item.get("post_password"):
        post.note("It had a password and is a draft: remove `draft: true` to let everyone read it.")
    elif status == "private":
        post.note("It was private and is a draft: remove `draft: true` to let everyone read it.")
    others = sorted({domain for domain, _, _ in item.terms} - {"category", "post_tag", "tag", "post_format"})
    if others:
        post.note(f"Its {', '.join(others)} was left out: only categories and tags become topics.")


def _set_old_paths(post: Post, address: str) -> None:
    parts = urlsplit(address)
    if parts.query and not parts.path.strip("/"):
        if not post.draft:
            post.note(f"Nothing redirects from {address}: only paths can, and this one is in the query.")
    elif parts.path.strip("/"):
        post.old_paths.append(unquote(parts.path))


def _moment(in_utc: str, local: str) -> datetime | None:
    for written in (in_utc, local):
        try:
            if written and not written.startswith("0000"):
                return datetime.fromisoformat(written).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _footnotes(written: str) -> dict[str, str]:
    try:
        return {str(note["id"]): str(note["content"]) for note in json.loads(written or "[]")}
    except (ValueError, KeyError, TypeError):
        return {}


def _find_file(files: SourceFiles, export: Export, address: str) -> tuple[PurePosixPath, bytes] | None:
    """A picture of the site's uploads: the file itself rather than a smaller copy that WordPress made of it."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    inside = unquote(parts.path).partition(_UPLOADS)[2]
    if not inside and host.endswith(".files.wordpress.com"):
        inside = unquote(parts.path).lstrip("/")
    if (
        not inside
        or ".." in inside.split("/")
        or (host and host not in export.hosts and not host.endswith("wordpress.com"))
    ):
        return None
    for name in dict.fromkeys((_SIZE.sub("", inside), inside)):
        if data := files.find(f"{_UPLOADS}{name}", f"uploads/{name}", name):
            return PurePosixPath(FOLDER) / name, data
    return None
