"""The file of an imported article: front matter as ours is written, then the text."""

import re
from datetime import date, datetime

from articles.importing.export import Post
from articles.loading.characters import CONTROLS, OVERRIDES
from articles.loading.strict_yaml import quoted

_LONGEST_TITLE, _LONGEST_SUMMARY, _LONGEST_AUTHOR, MOST_TOPICS = 200, 500, 120, 12


def one_line(text: str, longest: int) -> str:
    """A text that front matter takes: one line, no controls, not too long."""
    plain = " ".join(OVERRIDES.sub("", CONTROLS.sub("", text)).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rsplit(' ', 1)[0]}…"


def article_text(post: Post, topics: list[str], tags: list[str], body: str, *, is_old: bool) -> str:
    """The whole file. An article that readers of the old site have seen is none that a digest brings."""
    lines = [f"title: {quoted(one_line(post.title, _LONGEST_TITLE))}"] if post.title.strip() else []
    if summary := one_line(post.summary, _LONGEST_SUMMARY):
        lines.append(f"summary: {quoted(summary)}")
    if post.slug:
        lines.append(f"slug: {quoted(post.slug) if post.slug.isdigit() else post.slug}")
    if author := one_line(post.author, _LONGEST_AUTHOR):
        lines.append(f"author: {quoted(author)}")
    if topics:
        lines.append(f"topics: [{', '.join(topics[:MOST_TOPICS])}]")
    if post.order is not None:
        lines.append(f"order: {post.order}")
    lines += _dates(post)
    if post.draft:
        lines.append("draft: true")
    elif is_old:
        lines.append("newsletter: false")
    if post.old_paths:
        lines += ["aliases:", *(f"  - {quoted(path)}" for path in post.old_paths)]
    if tags:
        lines += ["# Tags that exam.toml has no topic for:", *(f"#   {one_line(tag, 120)}" for tag in tags)]
    front = "\n".join(["---", *lines, "---"])
    return f"{front}\n\n{_without_controls(body).strip()}\n"


def _dates(post: Post) -> list[str]:
    lines = []
    for name in ("published", "expires"):
        if (value := getattr(post, name)) is not None:
            lines.append(f"{name}: {_moment(value)}")
    if post.updated:
        lines.append(f"updated: {post.updated.isoformat()}")
    return lines


def _moment(value: datetime | date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")


def _without_controls(text: str) -> str:
    return OVERRIDES.sub("", CONTROLS.sub("", re.sub(r"\r\n?", "\n", text)))
