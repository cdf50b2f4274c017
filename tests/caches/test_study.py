"""N7: fifty people practice the same set, each in their own way, and no shared answer says what anybody did."""

import re
from collections import defaultdict
from contextlib import closing
from urllib.parse import urlencode

from tests.caches.people import Kind, Person
from tests.caches.served_site import CacheSite
from tests.caches.test_mixed import TRACES
from tests.caches.wire import Front, Wire

HUB, PRACTICE = "/study/cpb/", "/study/cpb/practice?article=what-cmp-means"
FORM = "application/x-www-form-urlencoded"
OPTION = re.compile(r'name="(answer\.[a-z0-9-]+)" value="(\d)"')
SEEN = re.compile(r'name="(seen\.[a-z0-9-]+)" value="(\w+)"')
# What only a page of checked answers has.
DONE = re.compile(
    r"study-verdict|study-said|Your answer, (?:right|wrong)|\d of \d+ right|<input[^>]* checked"
)


def answers(page: str, number: int) -> str:
    """The form of the set as this person fills it in: nobody else chooses the same throughout."""
    options = defaultdict(list)
    for name, value in OPTION.findall(page):
        options[name].append(value)
    chosen = {
        name: values[(number >> place) % len(values)] for place, (name, values) in enumerate(options.items())
    }
    return urlencode(dict(SEEN.findall(page)) | chosen)


def post(wire: Wire, path: str, body: str, person: Person) -> tuple[dict[str, str], str]:
    """What the site answers to a form of its own page; only to be read once."""
    origin = {"Host": "carrel.test", "Origin": "https://carrel.test", "Content-Type": FORM}
    wire.request("POST", path, body, origin | person.headers | {"Accept-Encoding": "identity"})
    response = wire.getresponse()
    assert response.status == 200
    return {name.lower(): value for name, value in response.getheaders()}, response.read().decode()


def test_n7_fifty_readers_practice_and_no_kept_page_knows(
    cache_site: CacheSite, front: Front, nginx: Front
) -> None:
    pages: dict[tuple[Kind, str], set[str]] = defaultdict(set)
    results = set()
    for number, person in enumerate(cache_site.people):
        with closing(front.connect()) as wire, closing(nginx.connect()) as to_nginx:
            opened = wire.get(PRACTICE, person.headers).text
            headers, checked = post(to_nginx, PRACTICE, answers(opened, number), person)
            results.add(checked)
            assert headers["cache-control"] == "private, no-store"
            assert headers.get("x-cache") not in {"HIT", "STALE", "UPDATING"}
            for path in (PRACTICE, HUB):
                pages[person.kind, path].add(wire.get(path, person.headers).text)
    assert len(results) > 20, "all were answered alike"
    assert all(len(texts) == 1 for texts in pages.values()), "a kept page differs between people of one kind"
    for (kind, path), (text,) in pages.items():
        assert not DONE.search(text), (kind, path)
        assert bool(TRACES.search(text.encode())) == (path == HUB and kind != "holder"), (kind, path)


def test_n7_a_set_has_one_place_in_the_cache_whatever_else_its_address_says(front: Front) -> None:
    for more in ("&utm_source=mail", "&x=1", "&set=0", "&set=0&domain="):
        answer = front.get(f"{PRACTICE}{more}")
        assert (
            answer.status,
            answer.headers["location"].partition("carrel.test")[2] or answer.headers["location"],
        ) == (301, PRACTICE)
        assert not answer.kept
