"""The three formats hold whatever an article may hold."""

import json
import locale
import random
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import feedparser
import html5lib
import pytest
import time_machine

from newsletter.feeds.feed import Feed, FeedImage, FeedItem, clean
from newsletter.feeds.formats import FORMATS, write
from newsletter.feeds.xml import MARKUP

MORNING = datetime(2026, 11, 1, 8, tzinfo=UTC)
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}"
FRAGMENTS = [
    "]]>", "<![CDATA[", "<!--", "-->", "<?xml ?>", "</item>", "</entry>", "&amp;", "&", "&#0;", "&nbsp;",
    "<script>alert(1)</script>", "\r\n", "\r", "\t", "\x00", "\x0b", "\x1f", "\x7f", "\x85", "\u2028", "\u202e",
    "\ufeff", "\ufffe", "\uffff", "\ud800", "\udfff", "\U0001f600", "👩‍⚕️", "עברית", "العربية", "e\u0301", "İ", "\"", "'",
]  # fmt: skip


def entry(number: int = 1, **changed: object) -> FeedItem:
    values: dict[str, object] = {
        "id": f"tag:carrel.test,2026:article/{number}",
        "url": f"https://carrel.test/articles/a-{number}/",
        "title": "Clean claims",
        "summary": "What makes a claim clean.",
        "html": "<p>Nothing is missing.</p>",
        "author": "the editors",
        "published": MORNING,
        "updated": MORNING,
    }
    return FeedItem(**(values | changed))  # type: ignore[arg-type]


def feed(*items: FeedItem, self_url: str | None = "https://carrel.test/feed.xml") -> Feed:
    return Feed(
        id="tag:carrel.test,2026:feed/site",
        title="Carrel",
        description="Study articles",
        home="https://carrel.test/",
        self_url=self_url,
        author="Carrel",
        changed=MORNING,
        items=items,
    )


def nasty(chance: random.Random) -> str:
    """A text of fragments that break documents, among random characters of every plane."""
    pieces = [
        chance.choice(FRAGMENTS) if chance.random() < 0.5 else chr(chance.randrange(0x110000))
        for _ in range(chance.randrange(12))
    ]
    return "".join(pieces)


@pytest.mark.sweep
def test_con_05_five_thousand_nasty_titles_and_as_many_bodies_come_back_as_they_were() -> None:
    chance = random.Random(20261101)
    for _ in range(50):
        entries = [
            entry(
                number,
                title=nasty(chance),
                summary=nasty(chance),
                html=f"<p>{nasty(chance)}",
                author=nasty(chance),
            )
            for number in range(100)
        ]
        titles = [clean(item.title).strip() or "Untitled" for item in entries]
        bodies = [clean(item.html) for item in entries]
        rss, atom, plain = (write(feed(*entries), name, "/feed.css") for name in FORMATS)
        items = ET.fromstring(rss).findall("channel/item")
        assert [as_read(item.findtext("title") or "") for item in items] == titles
        assert [_said(item, CONTENT, "description") for item in items] == bodies
        elements = ET.fromstring(atom).findall(f"{ATOM}entry")
        assert [element.findtext(f"{ATOM}title") for element in elements] == titles
        assert [element.findtext(f"{ATOM}content") or "" for element in elements] == bodies
        read = json.loads(plain.encode())["items"]
        assert [(item["title"], item["content_html"]) for item in read] == list(
            zip(titles, bodies, strict=True)
        )


def as_read(title: str) -> str:
    """What a reader shows of a title in RSS: those that look like markup are escaped for it."""
    return (
        unescape(title)
        if title != unescape(title) and "&" in title and MARKUP.search(unescape(title))
        else title
    )


@pytest.mark.parametrize(
    "title", ["The <table> element & <b>bold</b> claims", "AT&T < IBM", "&lt; and &amp;", "a < b > c"]
)
def test_a_title_with_markup_is_shown_by_readers_that_take_it_for_markup(title: str) -> None:
    read = ET.fromstring(write(feed(entry(title=title, summary=title)), "feed.xml", "/feed.css"))
    for name in ("title", "description"):
        shown = html5lib.parseFragment(
            read.findtext(f"channel/item/{name}") or "", namespaceHTMLElements=False
        )
        assert "".join(shown.itertext()) == title


def _said(item: ET.Element, *names: str) -> str:
    return next((text for name in names if (text := item.findtext(name))), "")


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_feedparser_reads_a_feed_without_complaint(name: str) -> None:
    one = entry(categories=("CPB", "Clean claims"), image=FeedImage("https://carrel.test/media/x.webp"))
    read = feedparser.parse(write(feed(one, entry(2)), name, "/feed.css"))
    assert not read.bozo
    assert (read.feed.title, read.feed.link) == ("Carrel", "https://carrel.test/")
    first = read.entries[0]
    assert (first.id, first.link, first.title) == (one.id, one.url, one.title)
    assert first.author == "the editors"
    assert [tag.term for tag in first.tags] == ["CPB", "Clean claims"]
    assert first.content[0].value == one.html
    assert first.media_thumbnail[0]["url"] == "https://carrel.test/media/x.webp"
    assert first.published_parsed[:6] == MORNING.timetuple()[:6]
    assert [item.id for item in read.entries] == [one.id, entry(2).id]


@pytest.mark.parametrize("name", FORMATS)
def test_a_feed_says_where_it_is_unless_its_address_is_a_secret(name: str) -> None:
    address = f"https://carrel.test/{name}"
    assert address in write(feed(entry(), self_url=address), name, "/feed.css")
    assert "feeds/" not in write(feed(entry(), self_url=None), name, "/feed.css")


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_feed_is_written_alike_an_hour_later(name: str) -> None:
    with time_machine.travel(MORNING, tick=False):
        first = write(feed(entry()), name, "/feed.css")
    with time_machine.travel(MORNING + timedelta(hours=1), tick=False):
        assert write(feed(entry()), name, "/feed.css") == first


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_a_person_who_opens_a_feed_gets_a_style_sheet_and_links(name: str) -> None:
    text = write(feed(entry()), name, "/static/css/feed.css?a&b")
    assert text.splitlines()[1] == '<?xml-stylesheet type="text/css" href="/static/css/feed.css?a&amp;b"?>'
    links = ET.fromstring(text).iter("{http://www.w3.org/1999/xhtml}a")
    assert [link.get("href") for link in links] == ["https://carrel.test/", entry().url]


def test_json_feed_has_what_version_1_1_asks_for() -> None:
    read = json.loads(write(feed(entry(image=FeedImage("https://carrel.test/x.webp"))), "feed.json", ""))
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert read["feed_url"] == "https://carrel.test/feed.xml"
    assert read["items"][0]["image"] == "https://carrel.test/x.webp"
    assert datetime.fromisoformat(read["items"][0]["date_published"]) == MORNING


def test_writing_a_date_leaves_the_locale_of_the_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the locale belongs to every thread")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert "Sun, 01 Nov 2026 08:00:00 +0000" in write(feed(entry()), "feed.xml", "")


@pytest.mark.parametrize("file", FORMATS)
def test_a_feed_says_its_language_and_which_articles_have_another(
    file: str,
) -> None:
    both = replace(feed(entry(1, language="he"), entry(2, language="ar")), language="he")
    written = write(both, file, "/feed.css")
    if file == "feed.json":
        data = json.loads(written)
        found = [data["language"], *(item.get("language") for item in data["items"])]
    else:
        parsed = feedparser.parse(written)
        assert not parsed.bozo
        if file == "feed.xml":
            found = [parsed.feed.language, *(item.get("language") for item in parsed.entries)]
        else:
            lang = "{http://www.w3.org/XML/1998/namespace}lang"
            root = ET.fromstring(written)
            found = [root.get(lang), *(item.get(lang) for item in root.iter(f"{ATOM}entry"))]
            assert parsed.entries[1].title_detail.language == "ar"
    assert found == ["he", None, "ar"]
