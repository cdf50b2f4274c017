"""The demo's settings: the operator's own, and an example for each that is missing."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from carrel.settings import EXAMPLE, Settings, SettingsError, is_local, load

DEFAULT_PORT = 8000
LARGEST_PORT = 65_535
RUNNING = "demo.json"
FILLED_IN = {
    "MAIL_FROM": "Carrel <desk@carrel.example>",
    "CONTACT_EMAIL": "hello@carrel.example",
    "ALARM_EMAIL": "operator@carrel.example",
    "POSTAL_ADDRESS": "1 Example Street, Springfield",
}


@dataclass(frozen=True)
class Neighbors:
    """The outside world of the demo, where the operator named none: addresses on this machine."""

    stripe_api_base: str
    stripe_key: str
    stripe_webhook_secret: str
    smtp_url: str  # empty where the operator has a mail server


def port(environ: Mapping[str, str]) -> int:
    """The port from `PORT`. Raises `SettingsError`."""
    given = environ.get("PORT", str(DEFAULT_PORT))
    if not given.isdigit() or not 0 < int(given) <= LARGEST_PORT:
        raise SettingsError(f"PORT={given} is not a port: use a number from 1 to {LARGEST_PORT}.")
    return int(given)


def check_operators_settings(environ: Mapping[str, str]) -> Settings:
    """The operator's own settings, refused where the demo could touch the public or real money."""
    settings = load(environ, demo=True)
    if settings.stripe_secret_key.get_secret_value().startswith(("sk_live", "rk_live")):
        raise SettingsError(
            "The demo does not accept a live Stripe key: use a test key (sk_test_…), or carrel serve."
        )
    for name, url in {"CARREL_BASE_URL": settings.base_url, "CARREL_DESK_URL": settings.desk_url}.items():
        if url and not is_local(url):
            raise SettingsError(f"The demo runs on this machine only: remove {name}, or use carrel serve.")
    return settings


def fill_in(environ: Mapping[str, str], settings: Settings, neighbors: Neighbors) -> dict[str, str]:
    """The environment of the demo's processes: what is missing gets an example."""
    examples = FILLED_IN | {
        "CARREL_BASE_URL": f"http://127.0.0.1:{port(environ)}",
        "CARREL_SECRET_KEYS": _key(settings.home),
        "SMTP_URL": neighbors.smtp_url,
    }
    if not settings.stripe_secret_key.get_secret_value():
        examples["STRIPE_SECRET_KEY"] = neighbors.stripe_key
        examples["STRIPE_WEBHOOK_SECRET"] = neighbors.stripe_webhook_secret
        examples["STRIPE_API_BASE"] = neighbors.stripe_api_base
    return dict(environ) | {
        name: value for name, value in examples.items() if not _is_set(environ, settings, name)
    }


def write_down(home: Path, environ: Mapping[str, str], filled: Mapping[str, str]) -> Path:
    """A file with what was filled in, for `carrel --demo …`.

    A shell is not to keep it: there it would outlive the demo, whose mail server and Stripe end with it.
    """
    path = home / RUNNING
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(json.dumps({name: value for name, value in filled.items() if environ.get(name) != value}))
    return path


def of_running_demo(home: Path) -> dict[str, str]:
    """What the demo that runs over this home has filled in. Raises `SettingsError` if none runs."""
    try:
        return dict(json.loads((home / RUNNING).read_text()))
    except OSError:
        raise SettingsError(
            f"No demo is running in {home}: start it with make run, in this folder."
        ) from None


def has_own_mail_server(environ: Mapping[str, str], settings: Settings) -> bool:
    """Whether the operator named one: then mails go out, and no mailbox keeps them."""
    return _is_set(environ, settings, "SMTP_URL")


def _is_set(environ: Mapping[str, str], settings: Settings, name: str) -> bool:
    field = name.lower().removeprefix("carrel_")
    return name in environ or f"{name}_FILE" in environ or field in settings.model_fields_set


def _key(home: Path) -> str:
    """A key of this demo alone, kept so that sessions outlive a restart."""
    path = home / "demo-key"
    if not path.exists():
        path.touch(0o600)
        path.write_text(EXAMPLE + secrets.token_urlsafe(48))
    return path.read_text()
