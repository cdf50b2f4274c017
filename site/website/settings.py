"""Settings: read once from `carrel.toml` and the environment, typed, and loud when they are wrong.

Names in the environment are the public ones (`CARREL_HOME`, `PASS_PRICE_CENTS` …); in `carrel.toml`
they are the same in lower case, without `carrel_`. Every one can come from a file named by
`<NAME>_FILE`, which is how secrets reach a container.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from website.slots import NetworkAd, Slot, check_network, declared

CONFIG_FILE = "carrel.toml"
OUR_NAMES = {"home", "content", "base_url", "secret_keys", "proxies"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
EXAMPLE = "example-"
MAKE_A_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
LISTS = {"secret_keys", "stripe_webhook_secret", "pass_extras", "pass_payment_methods"}
OFFER_WORDS = {"and_more": "", "noun": "", "price": ""}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TABLES = {"slots", "network_ad"}  # only in carrel.toml: an environment variable holds no table


class BadSettings(Exception):
    """A setting is missing or wrong. The message is one sentence for the operator."""


class Settings(BaseModel):
    """Everything an operator can set. Frozen: nothing changes while a process runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    demo: bool = False

    home: Path = Path("var")
    content: Path = Path("articles/content")
    base_url: str = ""
    secret_keys: tuple[SecretStr, ...] = ()
    proxies: int = Field(0, ge=0, le=5)
    database_url: str = ""
    redis_url: str = ""
    smtp_url: SecretStr = SecretStr("")

    stripe_secret_key: SecretStr = SecretStr("")
    stripe_webhook_secret: tuple[SecretStr, ...] = Field((), max_length=2)
    stripe_api_base: str = "https://api.stripe.com"
    pass_price_cents: int = Field(499, ge=50, le=99_999_900)
    pass_currency: str = Field("usd", pattern="^[a-z]{3}$")
    pass_noun: str = "a membership"
    offer_line: str = "Disable ads{and_more} with {noun} for a one-time {price} payment"
    pass_extras: tuple[str, ...] = ("ad-free digest", "private feed")
    pass_payment_methods: tuple[str, ...] = ("card",)  # cards and wallets; empty: as chosen at Stripe
    pass_promotion_codes: bool = False
    pass_tax: Literal["", "inclusive", "exclusive"] = ""
    refund_days: int = Field(14, ge=0, le=365)

    site_name: str = "Carrel"
    site_tagline: str = "Study articles for certification exams"
    mail_from: str = ""
    alarm_email: str = ""
    contact_email: str = ""
    postal_address: str = ""
    time_zone: str = "UTC"

    digest_hour: int = Field(7, ge=0, le=23)  # where the operator is (TIME_ZONE)
    digest_weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        "monday"
    )
    digest_day: int = Field(1, ge=1, le=31)  # of the month; a shorter month has its last day
    digest_min_articles: int = Field(1, ge=1, le=20)  # a thinner digest waits for the next one
    digest_review: bool = False  # every issue waits until the operator has seen it
    digest_connections: int = Field(4, ge=1, le=32)  # to the mail server, of each worker
    digest_per_second: float = Field(0, ge=0)  # mails of each worker; 0 is as fast as the server takes them

    metrics_token: SecretStr = SecretStr("")  # who asks for /metrics; empty: this machine only
    backup_hour: int = Field(3, ge=0, le=23)  # where the operator is: nightly backup and restore test

    slots: dict[str, Slot] = Field(default_factory=lambda: declared({}))
    network_ad: NetworkAd = NetworkAd()
    ad_window_minutes: int = Field(10, ge=1, le=1440)  # how long a page keeps its choice of ads
    ad_cents_per_thousand: int = Field(
        0, ge=0
    )  # what 1,000 ad views earn, where an ad has no price of its own

    @field_validator("slots", mode="before")
    @classmethod
    def _slots_beside_the_shipped_ones(cls, value: object) -> object:
        return declared(value) if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _network_fills_slots_that_are_there(self) -> "Settings":
        check_network(self.network_ad, self.slots)
        return self

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/")):
            raise ValueError("it must be an address such as https://example.org, without a path")
        return value.rstrip("/")

    @field_validator("pass_currency", mode="before")
    @classmethod
    def _currency_in_lower_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("offer_line")
    @classmethod
    def _offer_line_can_be_filled(cls, value: str) -> str:
        try:
            value.format(**OFFER_WORDS)
        except (KeyError, IndexError, ValueError, AttributeError):
            raise ValueError("it may use {and_more}, {noun} and {price}, and no other braces") from None
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"there is no time zone {value!r}; write one such as America/Chicago") from None
        return value

    @property
    def is_https(self) -> bool:
        """Whether the public address is https: cookies are `__Host-` and Secure there."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The canonical host, with its port when it has one."""
        return urlsplit(self.base_url).netloc

    @property
    def sells(self) -> bool:
        """Whether the pass can be sold: a key, and a secret that proves a webhook (PAY-02)."""
        return bool(self.stripe_secret_key.get_secret_value() and self.stripe_webhook_secret)


def environment_name(field: str) -> str:
    """The public name of a setting: `home` → `CARREL_HOME`, `smtp_url` → `SMTP_URL`."""
    return f"CARREL_{field.upper()}" if field in OUR_NAMES else field.upper()


def load(environ: Mapping[str, str] | None = None, config: Path | None = None, **extra: Any) -> Settings:
    """Settings from the file, overridden by the environment, overridden by `extra`.

    Raises `BadSettings` with one sentence that names the setting and the mend.
    """
    environ = os.environ if environ is None else environ
    values = _from_file(config or Path(CONFIG_FILE)) | _from_environment(environ) | extra
    try:
        return Settings(**values)
    except ValidationError as wrong:
        raise BadSettings(_sentence(wrong)) from None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadSettings(f"{path} cannot be read: {wrong}.") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    known = {
        environment_name(field): field for field in Settings.model_fields if field not in {"demo", *TABLES}
    }
    for name in environ:
        if name.startswith("CARREL_") and name.removesuffix("_FILE") not in known:
            raise BadSettings(f"{name} is no setting of Carrel: remove it or mend its spelling.")
    found = {field: _value(environ, name) for name, field in known.items()}
    return {field: _typed(field, value) for field, value in found.items() if value is not None}


def _value(environ: Mapping[str, str], name: str) -> str | None:
    if path := environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except OSError as wrong:
            raise BadSettings(f"{name}_FILE cannot be read: {wrong.strerror}.") from None
    return environ.get(name)


def _typed(field: str, value: str) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if field in LISTS else value


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors(include_input=False, include_url=False)[0]
    field, *inside = [str(each) for each in first["loc"]] or ["network_ad"]
    if first["type"] == "extra_forbidden" and not inside:
        return f"{field!r} in {CONFIG_FILE} is no setting of Carrel: remove it or mend its spelling."
    name = f"[{field}] in {CONFIG_FILE}" if field in TABLES else environment_name(field)
    where = f"{inside[0]}: " if inside else ""  # a table's own setting
    return f"{name} is wrong: {where}{first['msg'].removeprefix('Value error, ')}."


def require_production(settings: Settings) -> Settings:
    """The settings, if a public site can be run on them: nothing is filled in.

    Raises `BadSettings` with the first thing that is missing and how to mend it.
    """
    for wrong, sentence in _faults(settings):
        if wrong:
            raise BadSettings(sentence)
    return settings


def _faults(settings: Settings) -> Iterator[tuple[bool, str]]:
    keys = [key.get_secret_value() for key in settings.secret_keys]
    loopback = urlsplit(settings.base_url).hostname in LOOPBACK
    yield (
        not settings.base_url,
        "CARREL_BASE_URL is missing: set the public address, such as https://example.org.",
    )
    yield not (settings.is_https or loopback), "CARREL_BASE_URL must begin with https://."
    yield not keys, f"CARREL_SECRET_KEYS is missing: {MAKE_A_KEY}"
    yield (
        any(len(key.encode()) < 32 for key in keys),
        f"CARREL_SECRET_KEYS has a key that is too short: {MAKE_A_KEY}",
    )
    yield any(is_example(key) for key in keys), f"CARREL_SECRET_KEYS still has an example in it: {MAKE_A_KEY}"
    yield (
        bool(settings.stripe_secret_key.get_secret_value()) and not settings.stripe_webhook_secret,
        "STRIPE_WEBHOOK_SECRET is missing: with a Stripe key, webhooks must be provable. See docs/stripe.md.",
    )
    yield not settings.smtp_url.get_secret_value(), "SMTP_URL is missing: set smtp://user:password@host:587."
    yield not settings.mail_from, "MAIL_FROM is missing: set the address that mails come from."
    yield not settings.contact_email, "CONTACT_EMAIL is missing: readers must be able to reach you."


def is_example(key: str) -> bool:
    """Whether a secret is one that a document or the demo shows."""
    return key.startswith(EXAMPLE) or len(set(key)) < 8
