"""Our mails use what mail programs understand, and lose nothing that matters where they do not."""

import re
from collections.abc import Iterator

import html5lib
import pytest
from lxml import etree

from articles.render.clean import FORMULAS, TAGS
from newsletter.issues.mail_html import with_mail_elements
from tests.mails import mail_programs as known

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.S)
_MEDIA = re.compile(r"@media ([^{]+)\{((?:[^{}]+\{[^{}]*\}\s*)*)\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def elements(page: str) -> Iterator[etree._Element]:
    yield from etree.fromstring(page, etree.HTMLParser()).iter(etree.Element)


def declarations(style: str) -> list[tuple[str, str]]:
    pairs = (declaration.partition(":") for declaration in style.split(";") if declaration.strip())
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def complaints(name: str, value: str, tags: set[str]) -> str:
    """Why a declaration is not understood by all, or ''."""
    values, on = known.PROPERTIES.get(name, ("(?!)", None))
    if re.fullmatch(values, value) and (on is None or tags <= on):
        return ""
    extra = f"{name} of others" if name == "padding" else name
    is_extra = extra in known.EXTRAS and re.fullmatch(known.EXTRA_VALUES.get(extra, ".*"), value)
    return "" if is_extra else f"{name}: {value} on {sorted(tags)}"


def test_every_element_is_known_to_all(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        unknown = {str(element.tag) for element in elements(page)} - known.ELEMENTS - known.INLINE_EXTRAS
        assert unknown == set(), name


def test_whatever_an_author_may_write_is_known_to_all_once_it_is_in_a_mail() -> None:
    tags = TAGS - FORMULAS - {"section", "details", "summary", "input"}  # which no feed has
    html = with_mail_elements("".join(f"<{tag}>x</{tag}>" for tag in sorted(tags)))
    used = {str(element.tag) for element in elements(f"<body>{html}</body>")}
    assert used - known.ELEMENTS - known.INLINE_EXTRAS == set()
    assert not used & known.NEVER


def test_every_style_of_an_element_is_known_to_all_or_does_no_harm(pages: dict[str, str]) -> None:
    bad = {
        complaint
        for page in pages.values()
        for element in elements(page)
        for name, value in declarations(element.get("style", ""))
        if (complaint := complaints(name, value, {str(element.tag)}))
    }
    assert bad == set()


def test_rules_in_the_head_are_such_as_all_understand(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        styles = _STYLE.findall(page)
        assert sum(len(style.encode()) for style in styles) <= known.GMAIL_STYLE_BYTES, name
        for style in styles:
            assert not re.search(r"/\*|url\(|@(?!media)", style), name  # comments confuse one, url() Gmail
            assert not _MEDIA.sub("", style).strip(), name
            for condition, rules in _MEDIA.findall(style):
                assert condition.strip() in known.CONDITIONS, name
                assert [*_bad_rules(rules)] == [], name


def _bad_rules(rules: str) -> Iterator[str]:
    for selectors, body in _RULE.findall(rules):
        yield from (each for each in selectors.split(",") if not re.fullmatch(known.SELECTOR, each.strip()))
        for name, value in declarations(body):
            if not value.endswith(" !important"):  # with the space, or Outlook drops it
                yield f"{name}: {value}"
            elif complaint := complaints(name, value.removesuffix(" !important"), set()):
                yield complaint


def test_the_mail_is_six_hundred_pixels_wide_also_for_word(pages: dict[str, str]) -> None:
    """Outlook for Windows knows no max-width: a table around ours, which no other program sees, has the width."""
    for name, page in pages.items():
        assert '<!--[if mso]><table role="presentation" width="600" align="center"' in page, name
        assert page.count("<!--[if mso]>") == page.count("<![endif]-->") == 3, name


def test_every_picture_is_a_png_or_jpeg_with_its_size(pages: dict[str, str]) -> None:
    pictures = [element for page in pages.values() for element in elements(page) if element.tag == "img"]
    assert len(pictures) >= 4
    for picture in pictures:
        assert re.fullmatch(r"https://.+\.(png|jpg)", picture.get("src", ""))
        assert 1 <= int(picture.get("width", "0")) <= 536
        assert int(picture.get("height", "0")) >= 1


def test_no_picture_lies_behind_words(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        assert not re.search(r"background-image|background=|url\(|position:|float:", page), name


def test_html5lib_reads_it_without_an_error(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        parser = html5lib.HTMLParser()
        parser.parse(page)
        assert [code for _, code, _ in parser.errors] == [], name


@pytest.mark.parametrize(
    ("name", "value", "tags"),
    [
        ("padding", "-4px", {"td"}),
        ("font-size", "1rem", {"p"}),
        ("margin", "-8px", {"p"}),
        ("position", "absolute", {"p"}),
        ("display", "flex", {"p"}),
        ("width", "300px", {"div"}),
    ],
)
def test_what_is_not_understood_is_seen(name: str, value: str, tags: set[str]) -> None:
    assert complaints(name, value, tags)
