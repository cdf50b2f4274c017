"""The words to which people say yes are those that the evidence names."""

from html.parser import HTMLParser

import pytest

from newsletter.subscribers import consent
from tests.support.browser import Browser


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def words_of(page: str) -> str:
    parser = _Words()
    parser.feed(page)
    return " ".join(parser.text.split())


@pytest.mark.parametrize(
    "path", ["/articles/clean-claims/", "/exams/cpb/", "/topics/medicare/", "/", "/subscribe/"]
)
def test_mail_12_every_form_says_what_the_evidence_will_say(anna: Browser, path: str) -> None:
    words = words_of(anna.get(path).text)
    for sentence in consent.TEXTS[consent.CURRENT].format(site="Carrel").split(". "):
        assert sentence.rstrip(".") in words


def test_a_changed_text_gets_a_new_version() -> None:
    """The words of a version are for ever: people said yes to them."""
    assert consent.TEXTS["1"] == (
        "Subscribe — get the latest from {site}. You can unsubscribe at any time. Read our privacy policy."
    )
