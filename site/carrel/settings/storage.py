"""Settings of where pictures and copies of backups are stored, when that is not this machine alone."""

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, field_validator

from carrel.settings.web_address import origin_of

# A bucket's name is as Amazon S3 wants it; of a key, what every service takes as it is.
BUCKET_URL = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()-]+)*/?")
# It ends up in a policy and in `srcset`, where spaces, commas and semicolons separate.
CDN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?")
PUBLIC_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")


class StorageSettings(BaseModel):
    """An object store that speaks S3 (ADR 33). Without `media_url`, pictures are in the folder `media` of the home."""

    media_url: str = ""  # s3://bucket/prefix
    media_cdn_url: str = ""  # pages load pictures from there, by their names
    backup_url: str = ""  # s3://bucket/prefix: each backup is copied there, encrypted
    backup_public_keys: tuple[str, ...] = ()  # age1…: whoever has the secret key of one can restore
    s3_endpoint: str = ""  # of another service than Amazon's
    s3_region: str = "us-east-1"
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr = SecretStr("")

    @field_validator("media_url", "backup_url")
    @classmethod
    def _url_names_a_bucket(cls, value: str) -> str:
        if value and not BUCKET_URL.fullmatch(value):
            raise ValueError(
                "it must be an address such as s3://bucket/prefix; a bucket's name has 3 to 63 lowercase letters, digits, dots "
                "and hyphens"
            )
        return value.rstrip("/")

    @field_validator("media_cdn_url")
    @classmethod
    def _cdn_is_an_address(cls, value: str) -> str:
        if value and not CDN_URL.fullmatch(value):
            raise ValueError("it must be an address such as https://pictures.example.net/media")
        return value.rstrip("/")

    @field_validator("s3_endpoint")
    @classmethod
    def _endpoint_is_an_address(cls, value: str) -> str:
        return origin_of(value, "https://s3.example.net, without the bucket")

    @field_validator("backup_public_keys")
    @classmethod
    def _keys_are_public(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(key.upper().startswith("AGE-SECRET-KEY-") for key in value):
            raise ValueError(
                "it has a secret key: keep that elsewhere, and write its public key (age1…) here"
            )
        if not all(PUBLIC_KEY.fullmatch(key) for key in value):
            raise ValueError(
                "it must be public keys that begin with age1; make one: carrel backup --make-key FILE"
            )
        return value

    @property
    def media_cdn_origin(self) -> str:
        """What a policy names, so that pages may load pictures from there; empty without one."""
        parts = urlsplit(self.media_cdn_url)
        return f"{parts.scheme}://{parts.netloc}" if self.media_cdn_url else ""
