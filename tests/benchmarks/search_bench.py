"""How good and how fast search is, on both databases: right answers among the first, and milliseconds.

Without more, it asks the articles of this repository. `CARREL_SEARCH_CORPUS` names a folder with others: of
freeCodeCamp/guide at 011f38c and anything beside it, for the questions of `search_queries/public_*.tsv`. Those of
`public_tuning` were looked at while the ranking was made, those of `public_held_out` were written before and not.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from articles.publish import publish
from articles.search import vocabulary
from articles.search.query import search
from carrel import clock
from carrel.db import Database
from carrel.settings import load
from tests.benchmarks.rounds import Report
from tests.benchmarks.search_corpus import load_corpus
from tests.support.postgres import Cluster, find_binaries
from website.migrations import migrate

QUERIES = Path(__file__).parent / "search_queries"
MOST, ROUNDS = 10_000, 5


def main(report: Report) -> None:
    """Print the figures."""
    corpus = os.environ.get("CARREL_SEARCH_CORPUS", "")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        urls = [f"sqlite:///{folder}/carrel.db"]
        if find_binaries():
            urls.append(stack.enter_context(cluster()))
        for url in urls:
            db = Database(url)
            migrate(db)
            began = time.process_time()
            count = fill(db, Path(folder), corpus)
            print(f"  {db.url.get_backend_name()}: {count:,} articles in {time.process_time() - began:.1f} s")
            for name in ("public_tuning", "public_held_out") if corpus else ("shipped",):
                measure(db, name)
            db.close()


@contextmanager
def cluster() -> Iterator[str]:
    """A PostgreSQL of its own; its address."""
    server = Cluster()
    yield server.start()
    server.stop()


def fill(db: Database, home: Path, corpus: str) -> int:
    """Put the articles of the corpus, or ours, into the database. How many."""
    if corpus:
        count = load_corpus(db, Path(corpus), MOST)
        vocabulary.count_new(db)
        db.analyze(
            "article", "article_body", "article_search_tokens", "article_search_word"
        )  # as publishing does
        return count
    return len(publish(load({}, demo=True, home=home, secret_keys=("k" * 32,)), db).diff.added)


def measure(db: Database, name: str) -> None:
    """Print how many right answers come first and among three, and the milliseconds of a search with its snippets."""
    lines = [line.split("\t") for line in (QUERIES / f"{name}.tsv").read_text("utf-8").splitlines()]
    places, milliseconds = [], []
    ask(db, "nothing")  # reads the vocabulary, as the first search of a process does
    for query, answers in lines:
        paths = ask(db, query)
        right = [path.endswith(tuple(f"/{answer}" for answer in answers.split("|"))) for path in paths]
        places.append(right.index(True) + 1 if any(right) else 0)
        milliseconds.append(min(timed(db, query) for _ in range(ROUNDS)))
    first, among_three = places.count(1), sum(1 <= place <= 3 for place in places)
    spent = sorted(milliseconds)
    p50, p99 = spent[len(spent) // 2], spent[int(len(spent) * 0.99)]
    print(
        f"    {name:16} {first / len(lines):4.0%} first, {among_three / len(lines):4.0%} among three of {len(lines)};"
        f"   p50 {p50:.1f} ms, p99 {p99:.1f} ms"
    )


def timed(db: Database, query: str) -> float:
    """Milliseconds of one search."""
    began = time.perf_counter()
    ask(db, query)
    return (time.perf_counter() - began) * 1000


def ask(db: Database, query: str) -> list[str]:
    """The files of the first ten articles, from the root, without their endings."""
    with db.read() as session:
        hits = search(session, query, clock.now(), limit=10).hits
    return [f"/{hit.article.path.removesuffix('.md').removesuffix('/index')}" for hit in hits]
