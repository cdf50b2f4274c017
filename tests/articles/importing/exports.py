"""Exports of Ghost, written by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from articles.importing.importer import ImportReport

NOW = datetime(2026, 11, 28, tzinfo=UTC)


Import = Callable[..., ImportReport]


def ghost(*posts: dict[str, Any], **tables: Any) -> str:
    """An export of Ghost."""
    rows = [{"id": str(number), "status": "published", "type": "post", "visibility": "public", "created_at": f"2020-01-0{number}",
             "published_at": "2020-05-01T08:00:00.000Z"} | post for number, post in enumerate(posts, 1)]  # fmt: skip
    data = {"posts": rows, "settings": [{"key": "title", "value": "Old desk"}]} | tables
    return json.dumps({"db": [{"meta": {"version": "5.0"}, "data": data}]})


TWO = ghost(
    {"slug": "one", "title": "One", "html": '<p>See <a href="__GHOST_URL__/two/#rule">two</a>.</p><img src="__GHOST_URL__/content/images/2020/05/a.png" alt="A chart">'},
    {"slug": "two", "title": "Two", "html": '<h2 id="rule">Rule</h2><p>Text.</p>', "status": "draft", "published_at": None},
)  # fmt: skip
