"""Front matter of other programs, loaded as an article."""

from pathlib import Path
from zoneinfo import ZoneInfo

from articles.loading.article_file import ArticleFile, load_article
from articles.loading.discovery import DiscoveredArticle
from articles.problems import Problem
from tests.support.articles import write_files

DAY = "One or two sentences long enough for the rule of fifty characters."
NEW_YORK = ZoneInfo("America/New_York")


def load(folder: Path, text: str, name: str = "cpb/one.md") -> tuple[ArticleFile, list[Problem]]:
    write_files(folder, {name: text})
    loaded = load_article(folder, DiscoveredArticle(name, "cpb"), 0, zone=NEW_YORK)
    assert loaded.article is not None
    return loaded.article, loaded.problems


def front(*lines: str) -> str:
    return "\n".join(["---", 'title: "A case"', *lines, "---", "", "Text.", ""])
