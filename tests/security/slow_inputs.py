"""Look for texts and queries that take longer than their length explains: `python -m tests.security.slow_inputs EXAMPLES`.

It runs in a process of its own, which native code may end, and says what it tries before it tries it. Time is the
processor's own, so that a busy machine changes little.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from articles.render import render
from articles.search.document import read_body
from articles.search.lexicon import Lexicon
from articles.search.query import search
from articles.search.snippets import snippet
from articles.search.terms import parse
from articles.words import words
from carrel import clock
from carrel.db import Database
from tests.articles.render.hostile import REPEATED
from tests.articles.render.test_pipeline import PARTS
from tests.support.articles import put_article
from website.migrations import migrate

SHORT, TIMES = 6_000, 16  # characters, and how many times as long the second text is
SLOWER = 48  # times: three times what a linear function takes, a fifth of what a quadratic one takes
NOTICED_SECONDS = 0.5  # below it the clock says little, and nobody minds

PIECES = (*PARTS, *REPEATED, "appeal ", "A", "ﬁ", "e\u0301", "1")
SMALL = st.sampled_from(PIECES)
SHELF = 40  # articles, in each of which every word of a query stands
TEXTS = st.tuples(*(st.lists(SMALL, min_size=low, max_size=4).map("".join) for low in (0, 1, 0)))


def takes(work: Callable[[str], object], text: str) -> float:
    """Seconds of the processor."""
    before = time.process_time()
    work(text)
    return time.process_time() - before


def is_slow(work: Callable[[str], object], parts: tuple[str, str, str]) -> bool:
    """Whether a text of one part that is repeated between two takes more than linear time."""
    start, part, end = parts
    short, long = (start + part * (size // len(part)) + end for size in (SHORT, SHORT * TIMES))
    spent = takes(work, long)
    if spent < NOTICED_SECONDS:
        return False
    once = min(takes(work, short) for _ in range(3))
    return min(spent, takes(work, long)) > SLOWER * max(once, NOTICED_SECONDS / SLOWER / 2)


def found_in(text: str) -> object:
    """What search does with a text: its words, and a snippet for a query of some of them."""
    terms = parse(text[:200], Lexicon({}))
    read_body(text, [])
    return snippet(text, terms) if terms else None


@contextmanager
def shelf() -> Iterator[Callable[[str], object]]:
    """What a query costs where every article has all of its words: a search."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{Path(folder, 'carrel.db')}")
        migrate(db)
        text = " ".join(words(" ".join(PIECES)) * 20)
        with db.write() as session:
            for number in range(SHELF):
                put_article(session, f"article-{number}", text=text)

        def searched(query: str) -> object:
            with db.read() as session:
                return search(session, query, clock.now())

        yield searched
        db.close()


def look(examples: int, *works: Callable[[str], object]) -> None:
    """Raises `AssertionError` with the shortest parts that are slow."""

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(TEXTS)
    @example(("|-|\n>", "<!--", ""))  # each looked for its end, all the way
    @example(("&[ ] \n\n", "[a](<b[a](<b&#1;</p>", ""))  # each anchor looked for the block behind it
    def try_one(parts: tuple[str, str, str]) -> None:
        for work in works:
            sys.stdout.write(f"{work.__name__} {parts!a}\n")
            sys.stdout.flush()
            assert not is_slow(work, parts), f"{work.__name__} is slower than linear for {parts!a}"

    try_one()


if __name__ == "__main__":
    with shelf() as searched:
        look(int(sys.argv[1]), render, found_in, searched)
