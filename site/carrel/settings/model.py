"""Everything an operator can set, with its type, its limits and what it is when nobody sets it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup
from pydantic import (
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from carrel.languages import AMERICAN, LONGEST, attributes, check_language, english
from carrel.settings.bounces import BounceSettings
from carrel.settings.brand import BrandSettings
from carrel.settings.storage import StorageSettings
from carrel.settings.web_address import is_web_address, origin_of
from carrel.slots import NetworkAd, Slot, check_network, declared

HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
SUFFIX = re.compile(r"""(?=.*[A-Za-z])[^<>\\'"*\x00-\x1f\x7f-\U0010ffff]+""")
HEADER_LINE = re.compile(r"[A-Za-z0-9-]+: ?[\x21-\x7e][\x20-\x7e]*")
OFFER_WORDS = {"and_more": "", "noun": "", "price": ""}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Settings(BrandSettings, BounceSettings, StorageSettings):
    """Everything an operator can set. Frozen: nothing changes while a process runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    demo: bool = False

    home: Path = Path("var")
    content: Path = Path("articles/content")
    base_url: str = ""
    desk_url: str = ""  # the operators' own hostname; empty: the admin pages are under base_url
    secret_keys: tuple[SecretStr, ...] = ()
    proxies: int = Field(0, ge=0, le=5)
    database_url: str = ""
    response_cache: bool = True  # kept pages are answered before Flask
    purge_url: str = ""  # asked once after each publication: a shared cache (CDN) forgets its pages
    purge_header: SecretStr = SecretStr("")  # sent there, as `Name: value`
    purge_body: str = Field("", max_length=2000)  # sent there, as JSON
    read_only: bool = False  # pages are served, nothing is written: while the site moves, or is looked into
    redis_url: str = ""  # the broker of `carrel worker --cluster`, and nothing else
    smtp_url: SecretStr = SecretStr("")

    stripe_secret_key: SecretStr = SecretStr("")
    stripe_webhook_secret: tuple[SecretStr, ...] = Field((), max_length=2)
    stripe_api_base: str = "https://api.stripe.com"
    pass_price_cents: int = Field(499, ge=50, le=99_999_900)
    pass_currency: str = Field("usd", pattern="^[a-z]{3}$")
    pass_noun: str = "a membership"
    offer_line: str = "Disable ads{and_more} with {noun} for a one-time {price} payment"
    pass_extras: tuple[str, ...] = ("ad-free digest", "private feed", "offline copy")
    pass_payment_methods: tuple[str, ...] = ("card",)  # cards and wallets; empty: as chosen at Stripe
    pass_promotion_codes: bool = False
    pass_tax: Literal["", "inclusive", "exclusive"] = ""
    pass_invoices: bool = False
    pass_tax_ids: bool = False
    pass_billing_address: bool = False
    pass_withdrawal_consent: bool = False  # asked of buyers in the European Union: the pass begins at once
    pass_tax_code: str = Field("", pattern=r"^(txcd_\d{8})?$")  # what Stripe Tax takes the pass for
    pass_statement_suffix: str = Field(
        "", max_length=22
    )  # on the buyer's card statement, after the account's name
    checkout_host: str = ""  # Checkout's custom domain, if the Stripe account has one
    refund_days: int = Field(14, ge=0, le=365)
    refund_fraud_warnings: bool = True  # before a payment that a bank calls fraud becomes a dispute

    mail_from: str = ""
    alarm_email: str = ""
    contact_email: str = ""
    postal_address: str = ""
    time_zone: str = "UTC"
    site_language: str = Field(
        AMERICAN, max_length=LONGEST
    )  # of what authors write, unless it says otherwise

    digest_hour: int = Field(7, ge=0, le=23)  # where the operator is (TIME_ZONE)
    digest_weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        "monday"
    )
    digest_day: int = Field(1, ge=1, le=31)  # of the month; a shorter month has its last day
    digest_min_articles: int = Field(1, ge=1, le=20)  # a thinner digest waits for the next one
    digest_review: bool = False  # every issue waits until the operator has seen it
    digest_connections: int = Field(4, ge=1, le=32)  # to the mail server, of each worker
    digest_per_domain: int = Field(0, ge=0)  # mails at once to one provider, of each worker; 0 is no limit
    digest_per_second: float = Field(0, ge=0)  # mails of each worker; 0 is as fast as the server takes them

    metrics_token: SecretStr = SecretStr("")  # who asks for /metrics; empty: this machine only
    backup_hour: int = Field(3, ge=0, le=23)  # where the operator is: nightly backup and restore test

    slots: dict[str, Slot] = Field(default_factory=lambda: declared({}))
    network_ad: NetworkAd = NetworkAd()
    ad_window_minutes: int = Field(10, ge=1, le=1440)  # how long a page keeps its choice of ads
    ad_cents_per_thousand: int = Field(
        0, ge=0
    )  # what 1,000 ad views earn, where an ad has no price of its own
    review_days: int = Field(365, ge=1, le=3650)  # so long an article counts as reviewed

    @field_validator("slots", mode="before")
    @classmethod
    def _slots_beside_the_shipped_ones(cls, value: object) -> object:
        return declared(value) if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _network_fills_slots_that_are_there(self) -> "Settings":
        check_network(self.network_ad, self.slots)
        return self

    @field_validator("base_url", "desk_url")
    @classmethod
    def _base_url_is_an_origin(cls, value: str) -> str:
        return origin_of(value, "https://example.org, without a path")

    @field_validator("purge_url")
    @classmethod
    def _purge_url_can_be_asked(cls, value: str) -> str:
        if value and not is_web_address(value):
            raise ValueError("it must be an address such as https://api.example.net/purge")
        return value

    @field_validator("purge_header")
    @classmethod
    def _purge_header_is_one_line(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not HEADER_LINE.fullmatch(value.get_secret_value()):
            raise ValueError("it must be one line such as Authorization: Bearer …")
        return value

    @field_validator("checkout_host")
    @classmethod
    def _checkout_host_is_a_host(cls, value: str) -> str:
        if value and not HOST.fullmatch(value.lower()):
            raise ValueError("it must be a host name such as pay.example.org, without https://")
        return value.lower()

    @field_validator("pass_statement_suffix")
    @classmethod
    def _suffix_can_be_printed(cls, value: str) -> str:
        if value and not SUFFIX.fullmatch(value):
            raise ValueError("it needs a letter, and may have no < > \\ ' \" or *")
        return value

    @field_validator("desk_url")
    @classmethod
    def _desk_has_another_host(cls, value: str, others: ValidationInfo) -> str:
        desk, site = urlsplit(value), urlsplit(others.data.get("base_url", ""))
        if value and site.hostname:
            if desk.hostname == site.hostname:
                raise ValueError("its hostname must differ from CARREL_BASE_URL's; leave it out to share one")
            if desk.scheme != site.scheme:
                raise ValueError(f"it must begin with {site.scheme}://, as CARREL_BASE_URL does")
        return value

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
            raise ValueError(f"{value!r} is not a time zone; write one such as America/Chicago") from None
        return value

    @field_validator("site_language")
    @classmethod
    def _language_exists(cls, value: str) -> str:
        return check_language(value)

    @property
    def page_language(self) -> str:
        """The language of what the site itself says: English, as it is written there."""
        return str(english(self.site_language)).replace("_", "-")

    def in_language(self, language: str | None) -> Markup:
        """The attributes of an element that holds words of a language; without one, it is the site's."""
        return attributes(language or self.site_language, self.page_language)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the site, from its name."""
        return ZoneInfo(self.time_zone)

    @property
    def is_https(self) -> bool:
        """Whether the public address is https: cookies are `__Host-` and Secure there."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The canonical host, with its port when it has one."""
        return urlsplit(self.base_url).netloc

    @property
    def desk_host(self) -> str:
        """The host of the admin pages: their own, or the readers'."""
        return urlsplit(self.desk_url).netloc or self.host

    @property
    def desk_base_url(self) -> str:
        """The address that links to the admin pages begin with."""
        return self.desk_url or self.base_url

    @property
    def site_from_desk(self) -> str:
        """What the admin pages put before a path of the readers' pages: nothing while both have the same host."""
        return self.base_url if self.desk_url else ""

    @property
    def sells(self) -> bool:
        """Whether the pass can be sold: a key, and a secret that proves a webhook (PAY-02)."""
        return bool(self.stripe_secret_key.get_secret_value() and self.stripe_webhook_secret)
