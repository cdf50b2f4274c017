"""Languages: their tags, which way they are written, and how words of one stand among words of another."""

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from carrel.languages import attributes, check_language, direction, english, open_graph_locale, turned
from carrel.settings import SettingsError, load


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("en_us", "en-US"), ("ar", "ar"), ("ZH-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), (" de ", "de"),
        ("iw", "he"), ("la", "la"), ("ca-valencia", "ca-valencia"), ("grc", "grc"), ("lld", "lld"),
    ],
)  # fmt: skip
def test_a_tag_is_spelled_as_bcp_47_does(written: str, tag: str) -> None:
    assert check_language(written) == tag


@pytest.mark.parametrize(
    "nonsense", ["", "english", "xx", "en-XX", "en-Zzzz-US-", "e", "a b", "<ar>", "العربية"]
)
def test_nonsense_gets_one_sentence(nonsense: str) -> None:
    with pytest.raises(ValueError, match="is not a language; write a tag such as en-US, de or ar"):
        check_language(nonsense)
    with pytest.raises(SettingsError, match=r"SITE_LANGUAGE.*is not a language"):
        load({"SITE_LANGUAGE": nonsense})


@pytest.mark.sweep
def test_the_direction_is_that_of_unicode_for_every_locale_that_babel_has() -> None:
    ways = {"right-to-left": "rtl", "left-to-right": "ltr", "top-to-bottom": "ltr"}  # Mongolian, which turns
    locales = {name: Locale.parse(name) for name in locale_identifiers()}
    wrong = {
        name: locale.character_order
        for name, locale in locales.items()
        if name.partition("_")[0] != "root"
        and direction(check_language(name)) != ways[locale.character_order]
    }
    assert not wrong
    assert len(locales) > 500


@pytest.mark.parametrize("language", ["ar", "he", "fa", "ur", "yi", "ckb", "dv", "az-Arab", "ku-Arab", "syr"])
def test_these_run_from_right_to_left(language: str) -> None:
    assert direction(language) == "rtl"


def test_words_say_what_differs_from_the_words_around_them() -> None:
    assert attributes("en-US", "en-US") == ""
    assert attributes("de", "en-US") == ' lang="de"'
    assert attributes("ar", "en-US") == ' lang="ar" dir="rtl"'
    assert attributes("en-US", "ar") == ' lang="en-US" dir="ltr"'


def test_only_what_runs_from_right_to_left_says_so_where_others_show_it() -> None:
    assert turned("<p>x</p>", "de") == "<p>x</p>"
    assert turned("<p>x</p>", "he") == '<div lang="he" dir="rtl"><p>x</p></div>'
    assert '<pre dir="ltr"><code dir="ltr">&lt;pre' in turned("<pre><code>&lt;pre></code></pre>", "ar")
    assert turned('<code dir="rtl">x</code>', "ar").count("dir=") == 2


def test_pages_speak_the_sites_english_or_else_american() -> None:
    spoken = {tag: str(english(tag)) for tag in ("en-GB", "en-IN", "en", "de", "ar", "en-DE", "en-BR")}
    assert spoken == {
        "en-GB": "en_GB", "en-IN": "en_IN", "en": "en", "de": "en_US", "ar": "en_US", "en-DE": "en_DE", "en-BR": "en_US",
    }  # fmt: skip
    assert load({"SITE_LANGUAGE": "de"}).page_language == "en-US"
    assert load({"SITE_LANGUAGE": "en_gb"}).page_language == "en-GB"


def test_open_graph_gets_the_likeliest_region() -> None:
    assert [open_graph_locale(tag) for tag in ("en-US", "de", "ar", "he", "zh-Hant", "pt-BR")] == [
        "en_US", "de_DE", "ar_EG", "he_IL", "zh_TW", "pt_BR",
    ]  # fmt: skip
