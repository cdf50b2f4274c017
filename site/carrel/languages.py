"""Languages by their BCP 47 tags: which there are, which way they are written, and how HTML says so.

Pages speak English. What is written in another language says which and how it runs (WCAG 3.1.2).
"""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global, parse_locale
from markupsafe import Markup

LONGEST = 35  # characters (RFC 5646, 4.4.1)
AMERICAN = "en-US"
# Scripts that run from right to left and are written today, as ISO 15924 names them.
_RIGHT_TO_LEFT = frozenset(
    ["Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"]
)
_CODE = re.compile(r"<(pre|code)\b(?![^<>]*\sdir=)")
_ENGLISH = Locale("en")


def check_language(value: str) -> str:
    """The tag as BCP 47 spells it: `en_us` is `en-US`. Raises `ValueError` with a sentence for whoever wrote it."""
    try:
        language, region, script, variant, *_ = parse_locale(value.strip().replace("_", "-"), sep="-")
    except ValueError:
        raise ValueError(f"“{value}” is not a language; write a tag such as en-US, de or ar") from None
    language = get_global("language_aliases").get(language, language)
    is_known = language in _ENGLISH.languages or language in get_global("likely_subtags")
    if (
        not is_known
        or (script or "Latn") not in _ENGLISH.scripts
        or (region or "US") not in _ENGLISH.territories
    ):
        raise ValueError(f"“{value}” is not a language; write a tag such as en-US, de or ar")
    return "-".join(part for part in (language, script, region, (variant or "").lower()) if part)


@lru_cache
def direction(language: str) -> str:
    """`rtl` for what is written from right to left, else `ltr`."""
    return "rtl" if _parts(language)[1] in _RIGHT_TO_LEFT else "ltr"


@lru_cache
def open_graph_locale(language: str) -> str:
    """`ar` → `ar_EG`: Open Graph wants a region, so a language without one has the likeliest."""
    spoken, _, region = _parts(language)
    return f"{spoken}_{region}" if region else spoken


def _parts(language: str) -> tuple[str, str, str]:
    """Language, script and region; what the tag leaves out is what is likely (Unicode TR 35)."""
    spoken, region, script, *_ = parse_locale(language, sep="-")
    likely = get_global("likely_subtags")
    candidates = [(spoken, script, region), (spoken, script), (spoken, region), (spoken,)]
    keys = ("_".join(part for part in parts if part) for parts in candidates)
    found = next((likely[key] for key in keys if key in likely), spoken)
    _, likely_region, likely_script, *_ = parse_locale(found)
    return spoken, script or likely_script or "", region or likely_region or ""


@lru_cache
def english(language: str) -> Locale:
    """The English of pages, dates and mails: the site's own, or the American beside any other language."""
    if language.split("-", maxsplit=1)[0] == "en":
        try:
            return Locale.parse(language, sep="-")
        except UnknownLocaleError:
            pass
    return Locale.parse(AMERICAN, sep="-")


def turned(html: str, language: str) -> str:
    """HTML that others show without our attributes and style: what runs from right to left says so, but for code in it."""
    if direction(language) == "ltr":
        return html
    inner = _CODE.sub(r'<\1 dir="ltr"', html)
    return f'<div lang="{language}" dir="rtl">{inner}</div>'


def xml_attributes(language: str) -> Markup:
    """The attributes of an XHTML document's root."""
    return Markup(' lang="{0}" xml:lang="{0}" dir="{1}"').format(language, direction(language))


def english_words(around: str) -> Markup:
    """The attributes of our own words in an XHTML document of another language."""
    return Markup() if around.split("-", maxsplit=1)[0] == "en" else xml_attributes("en")


def attributes(language: str, around: str) -> Markup:
    """` lang="ar" dir="rtl"` for an element whose language is not that around it, else nothing."""
    if language == around:
        return Markup()
    way = direction(language)
    turned = Markup(' dir="{}"').format(way) if way != direction(around) else ""
    return Markup(' lang="{}"{}').format(language, turned)
