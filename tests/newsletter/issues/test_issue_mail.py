"""The digest as a mail: what it says, how large it is, and what is not in it."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest

from articles.models import Article
from carrel.ads.slot_view import FilledSlot
from carrel.mail.message import Content, build
from carrel.services import Services
from carrel.settings import Settings, load
from newsletter.issues.composition import operator_text
from newsletter.issues.issue_mail import (
    LARGEST_HTML,
    TOKEN_PLACEHOLDER,
    OperatorText,
    compose_broadcast,
    compose_issue,
)
from newsletter.subscribers import mails
from newsletter.subscribers.links import Links
from newsletter.subscribers.models import Frequency
from newsletter.writing.models import IssueText
from tests.support.articles import SUMMARY

HERE = Path(__file__).parent
VIEW = "https://carrel.test/newsletter/archive/7/"
LINKS = Links("https://carrel.test/newsletter/preferences/T", "https://carrel.test/newsletter/unsubscribe/T")
AD = FilledSlot("digest", "Advertisement", "1", "Good books", "Cheap & new.", "https://carrel.test/out/1")
TEXT = OperatorText(
    "Before the exam",
    "<p>Read <strong>these</strong>, and "
    "<a href='https://carrel.test/pass/'>the pass</a>.</p><ol><li>One</li><li>Two</li></ol>",
)
BEST = [Article(slug=f"best-{n}", title=f"Best {n}", summary=SUMMARY) for n in (1, 2, 3)]
SETTINGS: Settings = load(
    {},
    base_url="https://carrel.test",
    mail_from="Carrel <desk@carrel.test>",
    contact_email="help@carrel.test",
    postal_address="Carrel, 1 Quiet Street, Springfield",
)


def piece(number: int, **changed: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": number,
        "url": f"https://carrel.test/articles/a-{number}/",
        "title": f"Title {number}",
        "summary": SUMMARY,
        "minutes": 5,
        "exam": "CPB" if number % 2 else "CCM",
        "exam_slug": "cpb" if number % 2 else "ccm",
        "html": "<h2>The rule</h2><p>Nothing is <em>missing</em>.</p><ul><li>One</li><li>Two</li></ul>",
        "ads": True,
    }
    return values | changed


def digest(
    *numbers: int, ad: FilledSlot | None = AD, frequency: Frequency = Frequency.WEEKLY, **changed: Any
) -> Content:
    pieces = [piece(number, **changed) for number in numbers]
    return compose_issue(SETTINGS, frequency, pieces, ad=ad, view_url=VIEW)


MAILS: dict[str, Callable[[], Content]] = {
    "broadcast": lambda: compose_broadcast(SETTINGS, TEXT, ad=AD, view_url=VIEW),
    "digest-with-introduction": lambda: compose_issue(
        SETTINGS, Frequency.WEEKLY, [piece(1), piece(2)], ad=AD, view_url=VIEW, text=TEXT
    ),
    "digest-of-one": lambda: digest(1, frequency=Frequency.EACH),
    "digest-of-several": lambda: digest(1, 2, 3),
    "digest-without-ads": lambda: digest(1, 2, ad=None),
    "confirm": lambda: mails.confirm(SETTINGS, "https://carrel.test/newsletter/confirm/T"),
    "already": lambda: mails.already(SETTINGS, LINKS),
    "welcome": lambda: mails.welcome(SETTINGS, LINKS, "CPB and CCM", "once a week", BEST),
}


@pytest.mark.parametrize("name", MAILS)
def test_mail_08_the_text_part_says_it_all(name: str) -> None:
    """Each text is kept beside this file; CARREL_KEEP_TEXTS=1 writes it anew, for a person to look at."""
    mail, file = MAILS[name](), HERE / "texts" / f"{name}.txt"
    said = f"Subject: {mail.subject}\n\n{mail.text}"
    if os.environ.get("CARREL_KEEP_TEXTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8")


@pytest.mark.parametrize("count", [1, 2, 60, 200])
def test_mail_29_a_mail_stays_below_what_mailboxes_cut_off(count: int) -> None:
    long = f"<p>{'A long article. ' * 12_000}</p>"
    mail = digest(
        *range(1, count + 1), html=long, title="A long title of an article " * 6, summary="Word " * 50
    )
    assert len(mail.html.encode()) <= LARGEST_HTML < 100_000
    assert "https://carrel.test/articles/a-1/" in mail.html
    left_out = {1: "This article is too long for an email", 200: r"And 1\d\d more on the site"}.get(count, "")
    assert re.search(left_out, mail.html)
    assert re.search(left_out, mail.text)


@pytest.mark.parametrize("count", [1, 3])
def test_mail_29_every_link_is_absolute_https_and_on_our_host(count: int) -> None:
    mail = digest(*range(1, count + 1))
    addresses = re.findall(r'(?:href|src)="([^"]+)"', mail.html) + re.findall(r"\w+://\S+", mail.text)
    assert len(addresses) > 5
    assert all(address.startswith(("https://carrel.test/", "mailto:help@")) for address in addresses)


def test_con_06_mails_hold_no_script_no_form_no_frame_and_no_picture_of_ours() -> None:
    for make in MAILS.values():
        assert not re.search(r"<(script|form|iframe|input|link|object|img)\b", make().html)


@pytest.mark.parametrize("name", [name for name in MAILS if name.startswith("digest")])
def test_mail_24_every_digest_names_where_we_are_why_it_came_and_how_to_leave(name: str) -> None:
    mail = MAILS[name]()
    for part in (mail.text, mail.html):
        assert "1 Quiet Street, Springfield" in part
        assert "because you subscribed to the newsletter of Carrel" in part
        for door in ("preferences", "unsubscribe"):
            assert f"https://carrel.test/newsletter/{door}/{TOKEN_PLACEHOLDER}" in part
    assert ("Advertisement" in mail.text) == ("Advertisement" in mail.html) == (name != "digest-without-ads")


@pytest.mark.parametrize("between", [TOKEN_PLACEHOLDER, "<b></b>"])
def test_mail_23_what_an_operator_writes_carries_no_readers_token_to_another_site(
    services: Services, between: str
) -> None:
    half = len(TOKEN_PLACEHOLDER) // 2
    hidden = TOKEN_PLACEHOLDER[:half] + between + TOKEN_PLACEHOLDER[half:]
    html = f'<p><a href="https://other.example/{hidden}">{hidden}</a></p>'
    if "<" in between:
        html = f"<p>https://other.example/{hidden}</p>"
    text = operator_text(IssueText(subject=hidden, html=html))
    assert TOKEN_PLACEHOLDER not in text.subject + text.html + text.preheader
    mail = compose_broadcast(services.settings, text, ad=None, view_url="https://carrel.test/")
    assert f"other.example/{TOKEN_PLACEHOLDER}" not in mail.text + mail.html


def test_the_preheader_says_more_than_the_subject() -> None:
    (hidden,) = re.findall(r'class="preheader"[^>]*>([^<]*)<', digest(1, 2, 3).html)
    assert hidden.partition("\u034f")[0] == "Title 2 · Title 3"  # then blanks


def test_nothing_depends_on_a_style_sheet_that_a_client_drops() -> None:
    """Plain rules are in the elements; what is left in <style> asks for the reader's scheme or width."""
    html = digest(1, 2, 3).html
    body = html.partition("<body")[2]
    assert body.count("style=") > 20
    assert "<style" not in body


@pytest.mark.parametrize("number", range(3))
def test_mail_26_every_mail_says_that_a_machine_wrote_it(number: int) -> None:
    """So no holiday note answers it (RFC 3834); and nothing of ours reads what comes back."""
    mail = list(MAILS.values())[number * 2]()
    built = build(
        mail,
        sender=SETTINGS.mail_from,
        to="anna@example.org",
        message_id="<x@carrel.test>",
        date=datetime(2026, 11, 2, tzinfo=UTC),
    )
    assert built["Auto-Submitted"] == "auto-generated"


def test_the_parts_of_a_mail_say_their_language_and_the_mail_is_english() -> None:
    whole, several = digest(1, language="ar").html, digest(1, 2, 3, language="he").html
    for html, tag in ((whole, "ar"), (several, "he")):
        assert '<html lang="en-US" dir="ltr"' in html
        assert re.search(rf'<h[13][^>]* lang="{tag}"', html)
    parts = html5lib.parse(whole + several, namespaceHTMLElements=False).iter()
    marked = {(part.get("class"), part.get("lang"), part.get("dir")) for part in parts}
    assert marked >= {("article", "ar", "rtl"), ("summary", "he", "rtl")}


def test_a_text_that_was_kept_before_languages_has_the_sites() -> None:
    assert 'dir="rtl"' not in digest(1).html
