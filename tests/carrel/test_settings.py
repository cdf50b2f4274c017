"""Settings fail loudly, and say what to do."""

import re
from pathlib import Path

import pytest

from carrel.settings import Settings, SettingsError, environment_name, load, require_production

KEY = "kMv2c9TqLx7RzNw4YbHs8PdJf3GaUe6W"
PRODUCTION = {
    "CARREL_BASE_URL": "https://example.org",
    "CARREL_SECRET_KEYS": KEY,
    "SMTP_URL": "smtp://user:word@mail.example.org:587",
    "MAIL_FROM": "desk@example.org",
    "CONTACT_EMAIL": "help@example.org",
}


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    config = tmp_path / "carrel.toml"
    config.write_text('site_name = "From the file"\npass_price_cents = 725\n')
    settings = load({"SITE_NAME": "From the environment"}, config)
    assert (settings.site_name, settings.pass_price_cents) == ("From the environment", 725)


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    settings = load({"CARREL_SECRET_KEYS_FILE": str(tmp_path / "key")})
    assert [key.get_secret_value() for key in settings.secret_keys] == [KEY]


def test_a_secret_never_shows_when_settings_are_printed() -> None:
    assert KEY not in repr(load({"CARREL_SECRET_KEYS": KEY, "STRIPE_SECRET_KEY": "sk_test_hush"}))


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"CARREL_HOEM": "x"}, "CARREL_HOEM is not a Carrel setting"),
        ({"PASS_PRICE_CENTS": "4.99"}, "PASS_PRICE_CENTS is wrong"),
        ({"PASS_PRICE_CENTS": "-1"}, "PASS_PRICE_CENTS is wrong"),
        ({"PASS_CURRENCY": "dollars"}, "PASS_CURRENCY is wrong"),
        ({"TIME_ZONE": "Chicago"}, "'Chicago' is not a time zone"),
        ({"CARREL_BASE_URL": "example.org"}, "CARREL_BASE_URL is wrong"),
        ({"CARREL_BASE_URL": "https://example.org/blog"}, "CARREL_BASE_URL is wrong"),
        ({"CARREL_PROXIES": "many"}, "CARREL_PROXIES is wrong"),
        ({"STRIPE_WEBHOOK_SECRET": "a,b,c"}, "STRIPE_WEBHOOK_SECRET is wrong"),
        ({"SMTP_URL_FILE": "/nowhere"}, "SMTP_URL_FILE cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load(environ)


@pytest.mark.parametrize("text", ['sitename = "x"', "site_name = ", "\x00"])
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "carrel.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"carrel\.toml"):
        load({}, tmp_path / "carrel.toml")


def test_a_footer_with_other_braces_is_one_sentence() -> None:
    with pytest.raises(SettingsError, match=r"SITE_FOOTER is wrong: it may use \{site\} and \{bodies\}"):
        load({"SITE_FOOTER": "Run by {board}."})


def test_production_runs_on_complete_settings() -> None:
    assert require_production(load(PRODUCTION)).host == "example.org"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"CARREL_BASE_URL": ""}, "CARREL_BASE_URL is missing"),
        ({"CARREL_BASE_URL": "http://example.org"}, "https://"),
        ({"CARREL_SECRET_KEYS": ""}, "CARREL_SECRET_KEYS is missing"),
        ({"CARREL_SECRET_KEYS": "short"}, "too short"),
        ({"CARREL_SECRET_KEYS": f"{KEY},short"}, "too short"),
        ({"CARREL_SECRET_KEYS": "example-" + KEY}, "example"),
        ({"CARREL_SECRET_KEYS": "a" * 40}, "example"),
        ({"STRIPE_SECRET_KEY": "sk_live_x"}, "STRIPE_WEBHOOK_SECRET is missing"),
        ({"SMTP_URL": ""}, "SMTP_URL is missing"),
        ({"MAIL_FROM": ""}, "MAIL_FROM is missing"),
        ({"CONTACT_EMAIL": ""}, "CONTACT_EMAIL is missing"),
    ],
)
def test_pay_02_auth_15_production_fills_nothing_in(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        require_production(load(PRODUCTION | change))


def test_pay_02_without_a_webhook_secret_nothing_is_sold() -> None:
    assert not load({"STRIPE_SECRET_KEY": "sk_test_x"}).sells
    assert load({"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"}).sells


def test_every_setting_is_in_the_docs_and_the_docs_name_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([A-Z0-9_]+|\[[a-z_.]+\])`", page, re.MULTILINE))
    tables = {"slots": "[slots]", "network_ad": "[network_ad]", "footer_links": "[footer_links]"}
    fields = set(Settings.model_fields) - {"demo"}
    assert named == {tables.get(field, environment_name(field)) for field in fields}


@pytest.mark.parametrize(
    ("desk_url", "sentence"),
    [
        ("https://desk.example.org/admin", "without a path"),
        ("https://example.org", "hostname must differ from CARREL_BASE_URL"),
        ("https://example.org:8443", "hostname must differ from CARREL_BASE_URL"),
        ("http://desk.example.org", "https://, as CARREL_BASE_URL does"),
        ("desk.example.org", "such as https://example.org"),
    ],
)
def test_a_name_that_would_part_nothing_is_refused(desk_url: str, sentence: str) -> None:
    """Cookies know no port, so another port is no other host."""
    with pytest.raises(SettingsError, match=f"^CARREL_DESK_URL is wrong: .*{sentence}"):
        load({"CARREL_BASE_URL": "https://example.org", "CARREL_DESK_URL": desk_url})


def test_production_may_do_with_and_without(settings: Settings) -> None:
    complete = {"smtp_url": "smtp://127.0.0.1", "secret_keys": settings.secret_keys}
    for desk_url in ("", "https://desk.carrel.test"):
        require_production(load({}, **settings.model_dump() | complete | {"desk_url": desk_url}))
