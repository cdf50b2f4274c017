"""The brand's color: readable or refused, and the same on pages and in mails."""

import pytest
from flask import Flask

from carrel.colors import DARK_GROUNDS, LIGHT_GROUNDS, accent_of, contrast, parse
from carrel.mail.compose import compose
from carrel.services import make_services
from carrel.settings import Settings, SettingsError, load
from newsletter.subscribers import links
from website.app import create_app


@pytest.fixture
def branded(settings: Settings) -> Settings:
    return settings.model_copy(update={"accent_color": "#7a1f5c"})


def test_the_shipped_colors_need_no_rule() -> None:
    assert accent_of("", "").css == ""


@pytest.mark.parametrize("color", ["#7a1f5c", "#17408b", "#5a3b00", "#000000"])
def test_the_color_of_the_night_is_made_from_the_days_and_can_be_read(color: str) -> None:
    accent = accent_of(color, "")
    assert all(contrast(parse(accent.day), parse(ground)) >= 4.5 for ground in LIGHT_GROUNDS)
    assert all(contrast(parse(accent.night), parse(ground)) >= 4.5 for ground in DARK_GROUNDS)
    assert contrast(parse(accent.on_day), parse(accent.day)) >= 4.5
    assert contrast(parse(accent.on_night), parse(accent.night)) >= 4.5


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"ACCENT_COLOR": "#ffcc00"}, r"ACCENT_COLOR.*cannot be read.*#[0-9a-f]{6} can"),
        ({"ACCENT_COLOR_DARK": "#222222"}, "cannot be read"),
        ({"ACCENT_COLOR": "green"}, "ACCENT_COLOR is wrong: write a color such as #17594a"),
        ({"ACCENT_COLOR": "#12345"}, "write a color such as"),
    ],
)
def test_a_color_that_nobody_could_read_stops_the_start(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load(environ)


def test_the_shade_that_the_refusal_names_is_taken() -> None:
    with pytest.raises(SettingsError) as refused:
        load({"ACCENT_COLOR": "#ffcc00"})
    named = str(refused.value).rpartition("; ")[2].partition(" ")[0]
    assert load({"ACCENT_COLOR": named}).accent.day == named


def test_pages_and_the_icon_have_it_and_the_shipped_one_is_gone(branded: Settings) -> None:
    services = make_services(branded)
    app = create_app(services)
    assert "--accent: light-dark(#7a1f5c" in static(app, "css/site.css")
    assert "#7a1f5c" in static(app, "img/favicon.svg")
    assert "#17594a" not in static(app, "img/favicon.svg")
    services.db.close()


def static(app: Flask, name: str) -> str:
    address = app.extensions["asset_paths"][name]
    body: bytes = app.extensions["assets"][address].body
    return body.decode()


def test_mails_have_it_by_day_and_by_night(branded: Settings) -> None:
    html = compose(branded, "newsletter", "already", links=links.with_token(branded, "token")).html
    assert "#7a1f5c" in html
    assert branded.accent.night in html
    assert "#17594a" not in html
