"""How a mail reads: in the inbox's list, with pictures off, aloud, in the light, in the dark, and in a dark that nobody asked us for."""

import colorsys
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from itertools import pairwise

import css_inline
import pytest
from lxml import etree

from carrel.colors import MIN_CONTRAST, Rgb, contrast, parse

GMAIL_CUTS_AT = 102_000
PREVIEW = 30, 140  # characters: most of what a phone shows, what the widest inbox has room for
EMPTY_WORDS = {"here", "click here", "more", "read", "read more", "link", "this", "open"}
Shade = Callable[[Rgb], Rgb]


def tree(page: str) -> etree._Element:
    return etree.fromstring(page, etree.HTMLParser(remove_comments=True))


def words(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def by_class(page: str, name: str) -> etree._Element:
    (element,) = (each for each in tree(page).iter() if each.get("class") == name)
    return element


def test_the_inbox_shows_a_sentence_beside_the_subject_and_then_nothing(
    parsed: dict[str, EmailMessage], pages: dict[str, str]
) -> None:
    previews = {name: by_class(page, "preheader") for name, page in pages.items()}
    for name, element in previews.items():
        text, _, blanks = words(element).partition("\u034f")
        assert PREVIEW[0] <= len(text.strip()) <= PREVIEW[1], (name, text)
        assert text.strip() != parsed[name]["Subject"], name
        assert len(blanks) > 150, name
        assert not re.search(r"\w", blanks), name
        assert element.get("style", "").startswith("display: none"), name


def test_the_preview_is_the_first_thing_in_the_mail(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        body = tree(page).find("body")
        assert body is not None, name
        assert body[0].get("class") == "preheader", name


def test_no_mail_is_so_long_that_gmail_cuts_it(pages: dict[str, str]) -> None:
    assert max(len(page.encode()) for page in pages.values()) < GMAIL_CUTS_AT


def test_the_longest_digest_says_what_it_leaves_out(pages: dict[str, str]) -> None:
    page = pages["newsletter-digest-monthly-many"]
    assert '<a href="https://carrel.test/newsletter/archive/12/"' in page
    assert "And 30 more on the site" in words(tree(page))


def test_pictures_that_are_off_are_words(pages: dict[str, str]) -> None:
    alts = {picture.get("alt", "") for page in pages.values() for picture in tree(page).iter("img")}
    assert alts == {
        "A calendar: day 0 is the date of service, day 365 is the limit",
        "Quiet Books: a shelf of manuals",
    }


def test_a_screen_reader_knows_language_direction_and_what_is_layout(
    parsed: dict[str, EmailMessage], pages: dict[str, str]
) -> None:
    for name, page in pages.items():
        html = tree(page)
        assert (html.get("lang"), html.get("dir")) == ("en-US", "ltr"), name
        assert (html.findtext("head/title") or "") == parsed[name]["Subject"], name
        # Webmail drops <html>: what is in the body says it again.
        (whole,) = (each for each in html.iter("div") if each.get("role") == "article")
        assert (whole.get("lang"), whole.get("dir")) == ("en-US", "ltr"), name
        for table in html.iter("table"):
            is_data = table.find(".//th") is not None and table.find(".//table") is None
            assert (table.get("role") == "presentation") != is_data, name


def test_headings_begin_with_one_of_the_first_level_and_leave_none_out(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        levels = [int(str(each.tag)[1]) for each in tree(page).iter("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name


def test_every_link_says_where_it_leads(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        targets: dict[str, set[str]] = {}
        for link in tree(page).iter("a"):
            text = words(link) or "".join(image.get("alt", "") for image in link.iter("img"))
            assert len(text) > 2, name
            assert text.lower() not in EMPTY_WORDS, (name, text)
            targets.setdefault(text, set()).add(link.get("href", ""))
        assert {text: urls for text, urls in targets.items() if len(urls) > 1} == {}, name


def dark(page: str) -> str:
    """The page as a program shows it that knows `prefers-color-scheme`."""
    rules = "".join(re.findall(r"@media \(prefers-color-scheme: dark\) \{((?:[^{}]+\{[^{}]*\}\s*)*)\}", page))
    assert rules
    plain = re.sub(r"<style[^>]*>.*?</style>", "", page, flags=re.S)
    return css_inline.CSSInliner().inline(plain.replace("</head>", f"<style>{rules}</style></head>"))


def as_it_is(color: Rgb) -> Rgb:
    return color


def turned(color: Rgb) -> Rgb:
    """Lightness turned round, hue kept: Outlook for Windows, Gmail for iOS."""
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in color))
    return Rgb(*(round(part * 255) for part in colorsys.hls_to_rgb(hue, 1 - light, saturation)))


def is_light(color: Rgb) -> bool:
    return max(color) + min(color) > 255


def ground_turned(color: Rgb) -> Rgb:
    """Only light grounds are darkened: Outlook.com, Gmail for Android."""
    return turned(color) if is_light(color) else color


def words_turned(color: Rgb) -> Rgb:
    """Only dark words are lightened: the same programs."""
    return color if is_light(color) else turned(color)


@pytest.mark.parametrize(
    ("scheme", "ground", "ink"),
    [
        (as_it_is, as_it_is, as_it_is),
        (dark, as_it_is, as_it_is),
        (as_it_is, turned, turned),
        (as_it_is, ground_turned, words_turned),
    ],
    ids=["light", "dark", "turned by force", "turned in part by force"],
)
def test_every_word_can_be_read(
    pages: dict[str, str], scheme: Callable[[str], str], ground: Shade, ink: Shade
) -> None:
    """WCAG 2.2, 1.4.3, for each piece of text on the nearest ground below it."""
    faint = {
        f"{name}: {text[:30]} {color} on {below}"
        for name, page in pages.items()
        for text, color, below in texts(tree(scheme(page)))
        if contrast(ink(color), ground(below)) < MIN_CONTRAST
    }
    assert faint == set()


def test_a_faint_word_is_seen() -> None:
    page = '<body style="background-color: #ffffff"><p style="color: #999999">x</p></body>'
    ((_, color, below),) = texts(tree(page))
    assert contrast(color, below) < MIN_CONTRAST


def texts(
    element: etree._Element, color: str = "#000000", ground: str = "#ffffff"
) -> Iterator[tuple[str, Rgb, Rgb]]:
    """Every piece of text that shows, with its color and its ground."""
    style = dict(re.findall(r"(?:^|;)\s*([\w-]+): ?([^;!]+)", element.get("style", "")))
    if style.get("display", "").strip() == "none" or element.tag in ("head", "title", "style"):
        return
    color, ground = style.get("color", color).strip(), style.get("background-color", ground).strip()
    if (element.text or "").strip():
        yield str(element.text).strip(), parse(color), parse(ground)
    for child in element:
        yield from texts(child, color, ground)
        if (child.tail or "").strip():
            yield str(child.tail).strip(), parse(color), parse(ground)
