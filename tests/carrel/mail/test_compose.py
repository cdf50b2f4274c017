"""Composing a mail: a name, values, and nothing else."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from carrel.mail.compose import compose, environment_of
from carrel.mail.message import build, to_bytes
from carrel.settings import Settings

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with one mail that uses every part."""
    folder = tmp_path / "some_mails" / "templates" / "mails" / "everything"
    folder.mkdir(parents=True)
    (tmp_path / "some_mails" / "__init__.py").write_text("")
    (folder / "subject.txt").write_text("{{ title }}\n")
    (folder / "body.txt").write_text(
        '{% extends "mails/base.txt" %}\n{% block body %}\n{{ title }} & more\n{% endblock %}\n'
    )
    (folder / "body.html").write_text(
        '{% extends "mails/base.html" %}\n{% block preheader %}Look inside{% endblock %}\n{% block body %}\n'
        '<h1>{{ title }}</h1>{{ parts.button("https://carrel.test/x", "Open") }}{{ parts.code("1234 5678") }}'
        '{{ parts.facts([("Paid", "$4.99")]) }}\n{% endblock %}\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    environment_of.cache_clear()
    return "some_mails"


def test_a_mail_is_made_of_its_three_templates(package: str, settings: Settings) -> None:
    mail = compose(settings, package, "everything", title="Tom & Anna")
    assert (mail.name, mail.subject) == ("some_mails/everything", "Tom & Anna")
    assert mail.text.startswith("Tom & Anna & more\n")
    assert "<h1 style=" in mail.html
    assert "Tom &amp; Anna" in mail.html


def test_the_text_ends_with_who_wrote_it_and_why(package: str, settings: Settings) -> None:
    text = compose(settings, package, "everything", title="x").text
    assert text.endswith(
        "\n-- \nYou received this email because it concerns your account at Carrel. It is not part of the newsletter.\n\n"
        "Carrel · Carrel, 1 Quiet Street, Springfield · help@carrel.test\nhttps://carrel.test/\n"
    )


def test_a_value_that_nobody_gave_is_an_error(package: str, settings: Settings) -> None:
    with pytest.raises(UndefinedError, match="title"):
        compose(settings, package, "everything")


def test_mf_27_a_subject_is_one_line_whatever_the_title(package: str, settings: Settings) -> None:
    subject = compose(settings, package, "everything", title="Two\r\nlines\r\nBcc: eve@example.org").subject
    assert subject == "Two lines Bcc: eve@example.org"


def test_styles_are_in_the_elements_and_the_dark_scheme_stays_a_rule(
    package: str, settings: Settings
) -> None:
    html = compose(settings, package, "everything", title="x").html
    styles = "".join(re.findall(r"<style[^>]*>(.*?)</style>", html, re.S))
    assert "prefers-color-scheme: dark" in styles
    assert "max-width: 480px" in styles
    assert not re.search(r"(?m)^\.wordmark", styles)
    assert re.search(r'<td class="button"[^>]* style="[^"]*background-color: ?#17594a', html)


def test_a_mail_loads_nothing_from_anywhere(package: str, settings: Settings) -> None:
    html = compose(settings, package, "everything", title="x").html
    assert not re.search(r"<(?:img|script|link|iframe|form)\b|url\(|@import", html)
    assert set(re.findall(r'(?:href|src)="([^"]+)"', html)) == {
        "https://carrel.test/",
        "https://carrel.test/x",
        "mailto:help@carrel.test",
    }


def test_a_mail_has_the_sites_own_colors_and_no_others() -> None:
    site = Path(__file__).parents[3] / "site"
    style = (site / "carrel" / "mail" / "templates" / "mails" / "style.html").read_text("utf-8")
    palette = (site / "website" / "static" / "css" / "variables.css").read_text("utf-8")
    assert set(re.findall(r"#[0-9a-f]{6}", style)) <= set(re.findall(r"#[0-9a-f]{6}", palette))


def test_a_composed_mail_can_be_built(package: str, settings: Settings) -> None:
    mail = compose(settings, package, "everything", title="Ä“x”")
    wire = to_bytes(
        build(mail, sender=settings.mail_from, to="a@example.org", message_id="<x@y.z>", date=NOON)
    )
    assert len(wire) < 20_000
