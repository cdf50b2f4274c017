"""Reading the settings: the file, overridden by the environment."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from carrel.settings.model import Settings

CONFIG_FILE = "carrel.toml"
OUR_NAMES = {"home", "content", "base_url", "desk_url", "secret_keys", "proxies"}
LISTS = {"secret_keys", "stripe_webhook_secret", "pass_extras", "pass_payment_methods", "backup_public_keys"}
TABLES = {
    "slots",
    "network_ad",
    "footer_links",
}  # only in carrel.toml: an environment variable holds no table


class SettingsError(Exception):
    """A setting is missing or wrong. The message is one sentence for the operator."""


def environment_name(field: str) -> str:
    """The public name of a setting: `home` → `CARREL_HOME`, `smtp_url` → `SMTP_URL`."""
    return f"CARREL_{field.upper()}" if field in OUR_NAMES else field.upper()


def load(environ: Mapping[str, str] | None = None, config: Path | None = None, **extra: Any) -> Settings:
    """Settings from the file, overridden by the environment, overridden by `extra`.

    Raises `SettingsError` with one sentence that names the setting and says how to fix it.
    """
    environ = os.environ if environ is None else environ
    values = _from_file(config or Path(CONFIG_FILE)) | _from_environment(environ) | extra
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    known = {
        environment_name(field): field for field in Settings.model_fields if field not in {"demo", *TABLES}
    }
    for name in environ:
        if name.startswith("CARREL_") and name.removesuffix("_FILE") not in known:
            raise SettingsError(f"{name} is not a Carrel setting: remove it or correct its spelling.")
    values = {field: _value(environ, name) for name, field in known.items()}
    return {field: _typed(field, value) for field, value in values.items() if value is not None}


def _value(environ: Mapping[str, str], name: str) -> str | None:
    if path := environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE cannot be read: {error.strerror}.") from None
    return environ.get(name)


def _typed(field: str, value: str) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if field in LISTS else value


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    field, *inside = [str(part) for part in first["loc"]] or ["network_ad"]
    if first["type"] == "extra_forbidden" and not inside:
        return f"{field!r} in {CONFIG_FILE} is not a Carrel setting: remove it or correct its spelling."
    name = f"[{field}] in {CONFIG_FILE}" if field in TABLES else environment_name(field)
    where = f"{inside[0]}: " if inside else ""  # a table's own setting
    return f"{name} is wrong: {where}{first['msg'].removeprefix('Value error, ')}."
