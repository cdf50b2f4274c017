"""The pictures that the database names: in articles, pages, ads, and emails that were sent."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, Column, String, Text, cast, or_, select
from sqlalchemy.orm import Session

from articles.models import Article, ArticleBody
from carrel.media import NAME
from website.database_copy.schema import site_tables

SHORTEST = 60  # characters of a column that has room for a name
ENDINGS = (".webp", "-mail.png", "-mail.jpg")
_NAME = re.compile(rf"(?<![0-9a-f]){NAME.pattern}")
_ROWS = 500  # read at once


def named_pictures(session: Session) -> dict[str, str]:
    """Each picture's name, and a table that names it. All texts of the database are looked through: none is forgotten."""
    tables = site_tables(session.connection())
    columns = [column for table in tables for column in table.columns if _has_room(column)]
    named: dict[str, str] = {}
    for column in columns:
        text = cast(column, Text)
        query = select(text).where(or_(*(text.contains(ending) for ending in ENDINGS)))
        for (value,) in session.execute(query.execution_options(yield_per=_ROWS)):
            named.update(dict.fromkeys(_NAME.findall(value), column.table.name))
    return named


def _has_room(column: Column[Any]) -> bool:
    kind = column.type
    return isinstance(kind, JSON) or (isinstance(kind, String) and (kind.length or SHORTEST) >= SHORTEST)


def article_that_names(session: Session, name: str) -> str | None:
    """The file of an article with this picture."""
    body, picture = cast(ArticleBody.blocks, Text), cast(Article.image, Text)
    query = select(Article.path).outerjoin(ArticleBody, ArticleBody.id == Article.body_id)
    return session.scalar(query.where(or_(body.contains(name), picture.contains(name))).limit(1))


def missing_pictures(named: Iterable[str], stored: Iterable[str]) -> list[str]:
    """Those that are named and not stored, by name."""
    return sorted(set(named) - set(stored))
