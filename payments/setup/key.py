"""The key: from the settings or typed in, of the right kind for this site, and into a file that only its owner reads."""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import click
from pydantic import SecretStr

from carrel.command_line import CommandError
from carrel.private_file import secret_file
from carrel.settings import Settings, is_demo
from payments.stripe.permissions import new_key_url

KEY = re.compile(r"(sk|rk)_(test|live)_\w+")


def key_for(settings: Settings, *, ask: bool) -> str:
    """The key of the settings; without one, or to replace it, the one that is typed in. Raises `CommandError`."""
    key = "" if ask else settings.stripe_secret_key.get_secret_value()
    key = key or _typed_in()
    if not (kind := KEY.fullmatch(key)):
        raise CommandError(
            "This is not a secret or restricted key. Those begin with sk_test_, sk_live_, rk_test_ or rk_live_."
        )
    if kind[2] == "live" and is_demo(settings):
        raise CommandError(
            "The demo does not accept a live Stripe key: use a test key (sk_test_… or rk_test_…)."
        )
    if kind[2] == "live" and not settings.is_https:
        raise CommandError(
            "A live key is for a public site: set CARREL_BASE_URL to its https:// address first."
        )
    return key


def with_key(settings: Settings, key: str) -> Settings:
    """The settings with this key."""
    return settings.model_copy(update={"stripe_secret_key": SecretStr(key)})


def file_of(settings: Settings, name: str) -> Path:
    """The file of a secret: the one that `<NAME>_FILE` names, or one in `CARREL_HOME`, which is made."""
    if named := os.environ.get(f"{name}_FILE"):
        return Path(named)
    with suppress(OSError):  # whoever writes the file says what is wrong
        settings.home.mkdir(parents=True, exist_ok=True)
    return settings.home.absolute() / name.lower()


def keep_key(path: Path, key: str) -> None:
    """Write the key into its file. Raises `CommandError`."""
    try:
        with secret_file(path) as write:
            write(key)
    except OSError as problem:
        raise CommandError(not_writable(path, "STRIPE_SECRET_KEY", problem)) from None


def not_writable(path: Path, name: str, problem: OSError) -> str:
    """One sentence."""
    return f"{path} cannot be written ({problem.strerror}): name a writable file with {name}_FILE."


def _typed_in() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    click.echo("Make a restricted key; the form is already filled in.")
    click.echo(f"  For a trial: {new_key_url(test=True)}\n  For real money: {new_key_url(test=False)}")
    return str(click.prompt("The key (it is not shown)", hide_input=True)).strip()
