"""N7, N8: many people through one cache, and nobody meets another's page."""

import os
import random
import re
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from queue import SimpleQueue

import pytest

from tests.caches.people import Person
from tests.caches.served_site import CacheSite
from tests.caches.wire import Answer, Front, Wire

pytestmark = pytest.mark.faults
FULL = bool(os.environ.get("CARREL_FULL_FAULTS"))
REQUESTS = 10_000 if FULL else 800
THREADS = 8
SEED = 20261121

ARTICLES = [
    "what-cmp-means",
    "denials-and-appeals",
    "timely-filing",
    "utilization-management",
    "care-transitions",
]
WITH_ADS = ["/", "/exams/cpb/", "/topics/medicare/", *(f"/articles/{slug}/" for slug in ARTICLES)]
SHARED = [
    "/about/",
    "/articles/what-cmp-means.md",
    "/sitemap.xml",
    "/robots.txt",
    "/llms.txt",
    "/feed.xml",
    "/no/such/page",
]
PERSONAL = [
    "/me",
    "/account/",
    "/search?q=appeal",
    "/pass/",
    "/subscribe/",
    "/account/x.css",
    "/me.js",
    "/account/data.json",
]
TAILS = ["", "", "", "", "?utm_source=mail", "?x=1"]
# What advertising leaves in a page; none of it may reach a holder.
TRACES = re.compile(
    rb'class="slot|\.slot-label\b|sendBeacon\("/seen"|network\.[0-9a-f]+\.js|Advertisement|Sponsored|data-house|>Sample '
)


def path_of(draw: random.Random) -> str:
    kind = draw.choices([WITH_ADS, SHARED, PERSONAL], [6, 2, 3])[0]
    path = draw.choice(kind)
    return path if "?" in path else path + draw.choice(TAILS)


def faults(person: Person, path: str, answer: Answer, people: Iterable[Person]) -> list[str]:
    """What is wrong with this answer for this person."""
    found = []
    page, _, _ = path.partition("?")
    if answer.status >= 500:
        found.append(f"failed with {answer.status}")
    if [other.name for other in people if other is not person and other.email.encode() in answer.body]:
        found.append("holds another's address")
    # The public feed is one for everybody and holds a labeled ad; holders have a private one (decision 11).
    if person.kind == "holder" and page != "/feed.xml" and TRACES.search(answer.body):
        found.append("shows a holder an ad")
    if person.kind != "holder" and page in WITH_ADS and not TRACES.search(answer.body):
        found.append("shows no ad to somebody without the pass")
    if page == "/account/" and person.kind != "guest" and person.email.encode() not in answer.body:
        found.append("is not their own account")
    if path in PERSONAL and answer.kept:
        found.append("came out of the cache")
    if "set-cookie" in answer.headers:
        found.append("sets a cookie")
    if page in {"/me", "/account/"} and "no-store" not in answer.headers.get("cache-control", ""):
        found.append("may be kept")
    return found


def test_n7_n8_nobody_meets_anothers_page(cache_site: CacheSite, front: Front) -> None:
    draw = random.Random(SEED)
    visits = [(draw.choice(cache_site.people), path_of(draw)) for _ in range(REQUESTS)]
    wrong, seen = Counter[str](), Counter[str]()
    wires = SimpleQueue[Wire]()

    def visit(one: tuple[Person, str]) -> None:
        person, path = one
        wire = wires.get()
        answer = wire.get(path, person.headers)
        wires.put(wire)
        seen[f"{person.kind} {'kept' if answer.kept else 'fresh'}"] += 1
        for fault in faults(person, path, answer, cache_site.people):
            wrong[f"{fault}: {path} for {person.name}, {answer.status} {answer.headers.get('x-cache')}"] += 1

    with ExitStack() as stack, ThreadPoolExecutor(THREADS) as pool:
        for _ in range(THREADS):
            wires.put(stack.enter_context(closing(front.connect())))
        list(pool.map(visit, visits))
    assert wrong == {}
    assert sum(seen.values()) == REQUESTS
    # The caches did keep something: else this would prove nothing.
    assert seen["guest kept"] > REQUESTS / 30
    if front.name == "nginx":
        assert seen["reader kept"] == seen["holder kept"] == 0
