"""What a page costs that nobody has asked for before, among 10,000 articles: processor time and questions to the database.

Each page is asked for several times, without the cache; the smallest and the middle time are printed.

python -m tests.benchmarks.cold_bench [articles]
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from articles.publish import publish
from carrel.page_cache import PageCache
from carrel.services import Services, make_services
from carrel.settings import load
from tests.benchmarks.corpus import write_for_carrel
from website.app import create_app
from website.migrations import migrate

COUNT, ROUNDS = 10_000, 12
KEY = "a-key-for-benchmarks-only-of-32-bytes"
PAGES = {
    "article": "/articles/article-{:05}/",
    "article as Markdown": "/articles/article-{:05}.md",
    "home": "/",
    "exam, first page": "/exams/bench/",
    "exam, page 100": "/exams/bench/?page=100",
    "topic": "/topics/topic-1/",
    "feed": "/feed.xml",
    "feed of a topic": "/topics/topic-1/atom.xml",
    "sitemap": "/sitemap.xml",
    "sitemap, one file": "/sitemap-1.xml",
    "llms.txt": "/llms.txt",
    "search": "/search?q=article+{}",
}


def main(count: int = COUNT) -> None:
    """Publish a library that is made up, unless CARREL_BENCH_HOME has one, and print a line for each page."""
    with tempfile.TemporaryDirectory() as folder:
        home = os.environ.get("CARREL_BENCH_HOME", "")
        services = _services(Path(home or folder), Path(folder) / "content")
        if not home:
            write_for_carrel(Path(folder) / "content", count)
            migrate(services.db)
            publish(services.settings, services.db)
        client = create_app(services).test_client()
        for name, path in PAGES.items():
            _show(client, name, path)
        services.db.close()


def _services(home: Path, content: Path) -> Services:
    environ = {"CARREL_HOME": str(home), "CARREL_CONTENT": str(content), "CARREL_SECRET_KEYS": KEY}
    return make_services(load(environ, demo=True))


def _show(client: FlaskClient, name: str, path: str) -> None:
    spent, asked, status = list[float](), 0, 0
    for number in range(ROUNDS + 1):  # the first time, what is read once for each process is read too
        with mock.patch.object(PageCache, "get", return_value=None), _counted() as statements:
            began = time.process_time()
            status = client.get(path.format(number * 7)).status_code
            spent.append((time.process_time() - began) * 1_000)
        asked = max(asked, len(statements))
    spent = spent[1:]
    middle = statistics.median(spent)
    print(
        f"  {name:20} {status} {min(spent):7.1f} ms at least, {middle:7.1f} in the middle, {asked:3} queries"
    )


@contextmanager
def _counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
