"""Where to go afterwards: never to another site."""

from urllib.parse import urljoin, urlsplit

import pytest

from carrel.accounts.paths import safe_path

ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "\\/evil.example", "/\\/evil.example", "https://evil.example", "http://evil.example", "HTTPS://evil.example",
    "https:evil.example", "https:/evil.example", "https:///evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "mailto:x@evil.example", "ftp://evil.example",
    "evil.example", "www.evil.example/x", "@evil.example", "user@evil.example", "/@evil.example",
    "https://carrel.test@evil.example", "https://carrel.test.evil.example", "//carrel.test@evil.example",
    "/%09/evil.example", "/%0a/evil.example", "/%0d%0aLocation: x", "/%5cevil.example", "/%5Cevil.example",
    "/%2f/evil.example", "/%2F%2Fevil.example", "/%00", "/\t/evil.example", "/\n/evil.example", "\t//evil.example",
    " //evil.example", "/ /evil.example", "/\r\nSet-Cookie: x=1", "/x\0", "/\u2028", "/\u3002evil", "/／evil.example",
    "/x//evil.example", "/..//evil.example", "/./../x", "/.//evil.example", "/x/../../evil", "?next=//evil", "#x", "",
    "/" + "a" * 600, "/;//evil.example", "/x?y=\\evil", "/x?a=%0d%0aSet-Cookie:x", "/%zz", "/%", "/x#//evil.example",
]  # fmt: skip
HERE = [
    "/", "/account/", "/articles/what-cmp-means/", "/articles/what-cmp-means.md", "/articles/x/#thanks",
    "/search?q=place+of+service&page=2", "/search?q=caf%C3%A9%20x", "/exams/cpb/#page-claims", "/pass/?next=/articles/x/",
]  # fmt: skip


def test_the_corpus_is_large_enough() -> None:
    assert len(ELSEWHERE) >= 40


@pytest.mark.parametrize("value", ELSEWHERE)
def test_auth_05_what_could_lead_elsewhere_is_not_followed(value: str) -> None:
    assert safe_path(value, "/account/") == "/account/"


@pytest.mark.parametrize("value", HERE)
def test_auth_05_our_own_pages_are_followed(value: str) -> None:
    assert safe_path(value) == value
    assert urlsplit(urljoin("https://carrel.test/sign-in/", value)).netloc == "carrel.test"


def test_auth_05_nothing_given_is_the_default() -> None:
    assert safe_path(None, "/account/") == "/account/"
