"""What the demo fills in, and what it refuses."""

from pathlib import Path

import pytest

from carrel.settings import SettingsError, load
from website.demo.environment import (
    Neighbors,
    check_operators_settings,
    fill_in,
    of_running_demo,
    port,
    write_down,
)

NEIGHBORS = Neighbors("http://127.0.0.1:1", "sk_test_standin", "whsec_demo", "smtp://127.0.0.1:2")


def filled(environ: dict[str, str], home: Path) -> dict[str, str]:
    environ = {"CARREL_HOME": str(home)} | environ
    return fill_in(environ, check_operators_settings(environ), NEIGHBORS)


def test_what_is_missing_is_filled_with_examples(tmp_path: Path) -> None:
    settings = load(filled({}, tmp_path), demo=True)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.stripe_api_base == NEIGHBORS.stripe_api_base
    assert settings.smtp_url.get_secret_value() == NEIGHBORS.smtp_url
    assert settings.sells


def test_what_the_operator_set_stays(tmp_path: Path) -> None:
    environ = filled(
        {
            "SMTP_URL": "smtp://mine:25",
            "STRIPE_SECRET_KEY": "sk_test_mine",
            "STRIPE_WEBHOOK_SECRET": "whsec_mine",
        },
        tmp_path,
    )
    assert environ["SMTP_URL"] == "smtp://mine:25"
    assert environ["STRIPE_SECRET_KEY"] == "sk_test_mine"
    assert "STRIPE_API_BASE" not in environ


def test_the_key_stays_the_same_so_that_sessions_outlive_a_restart(tmp_path: Path) -> None:
    first, second = filled({}, tmp_path), filled({}, tmp_path)
    assert first["CARREL_SECRET_KEYS"] == second["CARREL_SECRET_KEYS"]
    assert (tmp_path / "demo-key").stat().st_mode & 0o077 == 0


def test_other_commands_see_what_was_filled_in_and_no_more_while_the_demo_runs(tmp_path: Path) -> None:
    own = {"CARREL_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "MAIL_FROM": "My desk <desk@example.org>"}
    path = write_down(tmp_path, own, filled(own, tmp_path))
    assert path.stat().st_mode & 0o077 == 0
    seen = of_running_demo(tmp_path)
    assert own | seen == filled(own, tmp_path)
    assert not seen.keys() & own.keys()
    path.unlink()
    with pytest.raises(SettingsError, match="No demo is running in"):
        of_running_demo(tmp_path)


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_a_live_key_is_refused(key: str) -> None:
    with pytest.raises(SettingsError, match="not accept a live Stripe key"):
        check_operators_settings({"STRIPE_SECRET_KEY": key})


@pytest.mark.parametrize("url", ["https://example.org", "http://192.168.1.7:8000"])
def test_a_public_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="this machine only"):
        check_operators_settings({"CARREL_BASE_URL": url})


@pytest.mark.parametrize("given", ["0", "65536", "-1", "http", ""])
def test_a_wrong_port_is_one_sentence(given: str) -> None:
    with pytest.raises(SettingsError, match="is not a port"):
        port({"PORT": given})


def test_in_the_demo_it_is_a_name_of_this_machine() -> None:
    check_operators_settings({"CARREL_DESK_URL": "http://localhost:8000"})
    with pytest.raises(SettingsError, match="remove CARREL_DESK_URL"):
        check_operators_settings({"CARREL_DESK_URL": "https://desk.example.org"})
