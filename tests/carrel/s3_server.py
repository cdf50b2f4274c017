"""A real S3 server on this machine (`rclone serve s3`), which checks signatures and stores objects as files."""

import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from carrel.settings import Settings
from tests.support.served import free_port, running, wait_for

KEY_ID, SECRET = "carrel-key-id", "a-secret-for-tests-only"


@dataclass(frozen=True)
class S3:
    """One bucket for one test. Its objects are looked at as the files that the server made, not through our client."""

    endpoint: str
    folder: Path

    @property
    def bucket(self) -> str:
        """Its name."""
        return self.folder.name

    def settings(self, settings: Settings) -> Settings:
        """Those of a site whose pictures are in this bucket, below `site`."""
        return settings.model_copy(
            update={
                "media_url": f"s3://{self.bucket}/site",
                "s3_endpoint": self.endpoint,
                "s3_access_key_id": KEY_ID,
                "s3_secret_access_key": SecretStr(SECRET),
            }
        )

    def names(self) -> set[str]:
        """The keys of all objects."""
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}

    def read(self, key: str) -> bytes:
        """An object's bytes."""
        return (self.folder / key).read_bytes()

    def put(self, key: str, content: bytes) -> None:
        """Store an object, as somebody else would."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def remove(self, key: str) -> None:
        """Delete an object behind the site's back."""
        (self.folder / key).unlink()

    def lock_out(self) -> None:
        """Take the whole bucket away."""
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")  # after some tests it keeps a core busy: not for the rest of the run
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """The server; its folders are buckets."""
    folder, log, port = tmp_path_factory.mktemp("s3"), tmp_path_factory.mktemp("s3-log") / "log", free_port()
    endpoint = f"http://127.0.0.1:{port}"
    rclone = shutil.which(
        "rclone", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    assert rclone, "rclone is missing: install the test packages"
    command = [
        rclone, "serve", "s3", f"--addr=127.0.0.1:{port}", f"--auth-key={KEY_ID},{SECRET}", "--dir-cache-time=0",
        "--vfs-cache-mode=off", "--config=", str(folder),
    ]  # fmt: skip
    with running(*command, log=log) as process:
        wait_for(lambda: requests.get(endpoint, timeout=5).status_code < 500, process, log)
        yield S3(endpoint, folder)


@pytest.fixture
def s3(s3_server: S3) -> S3:
    """An empty bucket of this test."""
    bucket = S3(s3_server.endpoint, s3_server.folder / f"test-{uuid.uuid4().hex[:16]}")
    bucket.folder.mkdir()
    return bucket


@pytest.fixture
def in_bucket(settings: Settings, s3: S3) -> Settings:
    """Settings of a site whose pictures are in the bucket."""
    return s3.settings(settings)
