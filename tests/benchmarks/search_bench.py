"""Milliseconds of one processor that a search costs in a library of 1,517 articles, by what is searched for.

Each figure is the best of ten searches for the same words, without the page around the hits.
"""

import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from articles.models import ArticleBody
from articles.publish import publish
from articles.search.query import MAX_WORDS, search
from articles.words import words
from carrel import clock
from carrel.db import Database
from carrel.settings import load
from tests.benchmarks.corpus import write_for_carrel
from website.migrations import migrate

COUNT, ROUNDS = 1_517, 10


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_for_carrel(home / "content", COUNT)
        settings = load({}, demo=True, home=home, content=home / "content", secret_keys=("k" * 32,))
        db = Database(f"sqlite:///{home / 'carrel.db'}")
        migrate(db)
        publish(settings, db)
        for kind, query in queries(db).items():
            total, milliseconds = measure(db, query)
            print(f"  {kind:24} {milliseconds:6.1f} ms   {total:5} hits")
        db.close()


def queries(db: Database) -> dict[str, str]:
    """Words as common as a searcher could wish."""
    with db.read() as session:
        texts = session.scalars(select(ArticleBody.text).limit(200)).all()
    common = [word for word, _ in Counter(words(" ".join(texts))).most_common(400)]
    return {
        "the most common word": common[0],
        "a rarer word": common[-1],
        "one letter": "a",
        f"{MAX_WORDS} common words": " ".join(common[:MAX_WORDS]),
        "words that nobody wrote": "qqqq zzzz",
    }


def measure(db: Database, query: str) -> tuple[int, float]:
    """How many hits there are, and the milliseconds."""
    spent, total = [], 0
    for _ in range(ROUNDS):
        with db.read() as session:
            began = time.process_time()
            total = search(session, query, clock.now(), limit=10).total
            spent.append(time.process_time() - began)
    return total, min(spent) * 1000
