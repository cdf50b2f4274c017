"""What a public site must have set."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from carrel.settings.loading import SettingsError
from carrel.settings.model import Settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
EXAMPLE = "example-"
MAKE_A_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def require_production(settings: Settings) -> Settings:
    """The settings, if a public site can run on them: nothing is filled in.

    Raises `SettingsError` with the first thing that is missing and how to fix it.
    """
    for is_missing, sentence in _faults(settings):
        if is_missing:
            raise SettingsError(sentence)
    return settings


def _faults(settings: Settings) -> Iterator[tuple[bool, str]]:
    keys = [key.get_secret_value() for key in settings.secret_keys]
    yield (
        not settings.base_url,
        "CARREL_BASE_URL is missing: set the public address, such as https://example.org.",
    )
    yield not (settings.is_https or is_local(settings.base_url)), "CARREL_BASE_URL must begin with https://."
    yield (
        bool(settings.desk_url) and urlsplit(settings.desk_url).scheme != urlsplit(settings.base_url).scheme,
        "CARREL_DESK_URL must begin with https://, as CARREL_BASE_URL does.",
    )
    yield not keys, f"CARREL_SECRET_KEYS is missing: {MAKE_A_KEY}"
    yield (
        any(len(key.encode()) < 32 for key in keys),
        f"CARREL_SECRET_KEYS has a key that is too short: {MAKE_A_KEY}",
    )
    yield any(is_example(key) for key in keys), f"CARREL_SECRET_KEYS still has an example value: {MAKE_A_KEY}"
    yield (
        bool(settings.stripe_secret_key.get_secret_value()) and not settings.stripe_webhook_secret,
        "STRIPE_WEBHOOK_SECRET is missing: with a Stripe key, webhooks must be verified. See docs/stripe.md.",
    )
    yield (
        bool(settings.backup_url) and not settings.backup_public_keys,
        "BACKUP_PUBLIC_KEYS is missing: with BACKUP_URL, backups are encrypted. Make one: carrel backup --make-key FILE",
    )
    yield not settings.smtp_url.get_secret_value(), "SMTP_URL is missing: set smtp://user:password@host:587."
    yield not settings.mail_from, "MAIL_FROM is missing: set the address that emails come from."
    yield not settings.contact_email, "CONTACT_EMAIL is missing: readers must be able to reach you."


def is_demo(settings: Settings) -> bool:
    """Whether these are the settings of a demo: its example keys, for a site and a Stripe on this machine."""
    keys = [key.get_secret_value() for key in settings.secret_keys]
    examples = bool(keys) and all(key.startswith(EXAMPLE) for key in keys)
    return settings.demo or (examples and is_local(settings.base_url) and is_local(settings.stripe_api_base))


def is_local(url: str) -> bool:
    """Whether a URL leads to this machine only."""
    return urlsplit(url).hostname in LOOPBACK


def is_example(key: str) -> bool:
    """Whether a secret is one that a document or the demo shows."""
    return key.startswith(EXAMPLE) or len(set(key)) < 8
