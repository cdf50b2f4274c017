"""A bucket of any service that speaks S3, through obstore (ADR 33). What goes wrong is one sentence."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from carrel.settings import Settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config, S3Store

PART = 16 * 1024 * 1024  # bytes of a large file that travel in one request: 10,000 of them fit into an object
CONNECT = timedelta(seconds=3)
SOON, MINUTE, HOURS = timedelta(seconds=10), timedelta(minutes=1), timedelta(hours=12)
CODE = re.compile(r"<Code>(\w+)</Code>")
REFUSED = {
    "AccessDenied", "AllAccessDisabled", "InvalidAccessKeyId", "InvalidToken", "PermissionDeniedError",
    "SignatureDoesNotMatch", "UnauthenticatedError",
}  # fmt: skip


class ObjectStoreError(Exception):
    """The bucket did not do what it was asked. The message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object by its name below the prefix; bytes, and when it was written."""

    name: str
    size: int
    modified: datetime


@dataclass(frozen=True)
class Bucket:
    """The objects below a URL. `setting` is where the operator wrote that, for the sentences about it."""

    setting: str
    url: str
    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    hurried: bool = True  # somebody waits, so it gives up after seconds

    def check(self) -> None:
        """Ask the bucket whether it is there and lets us in. Raises `ObjectStoreError`."""
        with self._errors():
            next(iter(_client(self).list(chunk_size=1)), None)

    def write(self, name: str, source: Path | bytes, headers: dict[str, str]) -> None:
        """Store a file or bytes under a name, whole or not at all, with headers for whoever downloads it.

        Raises `ObjectStoreError`.
        """
        with self._errors():
            _client(self).put(name, source, attributes=headers, chunk_size=PART, max_concurrency=2)

    def read(self, name: str) -> bytes:
        """The bytes of an object. Raises `FileNotFoundError`, `ObjectStoreError`."""
        with self._errors():
            return bytes(_client(self).get(name).bytes())

    def download(self, name: str, path: Path) -> None:
        """Write an object into a file. Raises `FileNotFoundError`, `ObjectStoreError`."""
        with self._errors():
            stream = _client(self).get(name).stream(min_chunk_size=PART)
            with path.open("wb") as file:
                for chunk in stream:
                    file.write(chunk)

    def size(self, name: str) -> int | None:
        """Its bytes; None when there is no such object. Raises `ObjectStoreError`."""
        try:
            with self._errors():
                return _client(self).head(name)["size"]
        except FileNotFoundError:
            return None

    def objects(self) -> Iterator[StoredObject]:
        """All objects below the prefix. Raises `ObjectStoreError`."""
        with self._errors():
            for batch in _client(self).list():
                for each in batch:
                    yield StoredObject(each["path"], each["size"], each["last_modified"])

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; none that is gone already is missed. Raises `ObjectStoreError`."""
        with self._errors():
            for name in names:
                _client(self).delete(name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise ObjectStoreError(self._sentence(error)) from None
            raise
        except BaseError as error:
            raise ObjectStoreError(self._sentence(error)) from None

    def _sentence(self, error: Exception) -> str:
        name, where = urlsplit(self.url).netloc, urlsplit(self.endpoint).netloc or "Amazon S3"
        found = CODE.search(str(error))
        code = found[1] if found else type(error).__name__
        if code == "NoSuchBucket":
            return f"{self.setting} is wrong: {where} has no bucket {name!r}."
        if code in REFUSED:
            return (
                f"{where} refuses access to the bucket {name!r} of {self.setting} ({code}): check S3_ACCESS_KEY_ID, "
                "S3_SECRET_ACCESS_KEY and S3_REGION, and what this key may do."
            )
        answer = "does not answer" if code == "GenericError" else f"does not answer as it should ({code})"
        return f"The bucket {name!r} of {self.setting} cannot be used: {where} {answer}."


def media_bucket(settings: Settings) -> Bucket:
    """Where `MEDIA_URL` says that pictures are."""
    return _bucket(settings, "MEDIA_URL", settings.media_url, hurried=True)


def backup_bucket(settings: Settings) -> Bucket:
    """Where `BACKUP_URL` says that copies of backups are."""
    return _bucket(settings, "BACKUP_URL", settings.backup_url, hurried=False)


def _bucket(settings: Settings, setting: str, url: str, *, hurried: bool) -> Bucket:
    secret = settings.s3_secret_access_key.get_secret_value()
    return Bucket(
        setting, url, settings.s3_endpoint, settings.s3_region, settings.s3_access_key_id, secret, hurried
    )


@lru_cache(maxsize=8)
def _client(bucket: Bucket) -> "S3Store":
    """One client for a bucket and process: it keeps its connections. Its threads do not survive a fork."""
    from obstore.store import S3Store  # here: few sites need it, and no command should wait for it

    parts = urlsplit(bucket.url)
    config: S3Config = {"region": bucket.region}
    if bucket.endpoint:
        config["endpoint"] = bucket.endpoint
    if bucket.access_key_id:
        config |= {"access_key_id": bucket.access_key_id, "secret_access_key": bucket.secret_access_key}
    # A backup is large and may take hours, but it is never still.
    limits: ClientConfig = {"timeout": SOON} if bucket.hurried else {"timeout": HOURS, "read_timeout": MINUTE}
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options={"allow_http": True, "connect_timeout": CONNECT, **limits},
        retry_config={"max_retries": 2, "retry_timeout": SOON} if bucket.hurried else None,
    )
