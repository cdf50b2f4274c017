"""A bucket of a real S3 server: what is written is there for other programs, and what is wrong is one sentence."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from carrel.object_store import Bucket, ObjectStoreError, backup_bucket, media_bucket
from carrel.settings import Settings
from tests.carrel.s3_server import S3
from tests.support.served import free_port

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def bucket(in_bucket: Settings) -> Bucket:
    return media_bucket(in_bucket)


def test_what_is_written_can_be_read_listed_and_deleted(bucket: Bucket, s3: S3, tmp_path: Path) -> None:
    bucket.write("a.webp", b"one", {"Content-Type": "image/webp"})
    (tmp_path / "b").write_bytes(b"two!")
    bucket.write("b.webp", tmp_path / "b", {"Content-Type": "image/webp"})
    assert bucket.read("a.webp") == b"one"
    assert {(each.name, each.size) for each in bucket.objects()} == {("a.webp", 3), ("b.webp", 4)}
    assert s3.names() == {"site/a.webp", "site/b.webp"}
    assert (bucket.size("b.webp"), bucket.size("c.webp")) == (4, None)
    bucket.delete(["a.webp", "gone-already.webp"])
    assert s3.names() == {"site/b.webp"}


def test_a_large_file_travels_in_parts_and_comes_back_the_same(bucket: Bucket, tmp_path: Path) -> None:
    content = secrets.token_bytes(20 * 1024 * 1024 + 17)
    (tmp_path / "up").write_bytes(content)
    bucket.write("large", tmp_path / "up", {})
    bucket.download("large", tmp_path / "down")
    assert (tmp_path / "down").read_bytes() == content


def test_what_is_not_there_is_not_found(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        bucket.read("none.webp")
    with pytest.raises(FileNotFoundError):
        bucket.download("none.webp", tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_what_lies_beside_the_prefix_is_nobody_elses(bucket: Bucket, s3: S3) -> None:
    s3.put("site-of-another/x.webp", b"theirs")
    s3.put("x.webp", b"theirs")
    assert list(bucket.objects()) == []


def calls(bucket: Bucket, path: Path) -> list[Callable[[], object]]:
    return [
        bucket.check,
        lambda: bucket.read("a"),
        lambda: bucket.write("a", b"a", {}),
        lambda: list(bucket.objects()),
        lambda: bucket.download("a", path),
    ]


@pytest.mark.parametrize("number", range(5))
def test_a_wrong_bucket_is_one_sentence_that_names_the_setting(
    bucket: Bucket, tmp_path: Path, number: int
) -> None:
    wrong = replace(bucket, url="s3://no-such-bucket/site")
    with pytest.raises(ObjectStoreError, match=r"MEDIA_URL is wrong: .* has no bucket 'no-such-bucket'\.$"):
        calls(wrong, tmp_path / "a")[number]()


@pytest.mark.parametrize("number", range(5))
def test_a_wrong_secret_is_one_sentence_that_names_the_settings(
    bucket: Bucket, tmp_path: Path, number: int
) -> None:
    wrong = replace(bucket, secret_access_key="not-the-secret")
    with pytest.raises(ObjectStoreError, match=r"refuses access to the bucket .* S3_SECRET_ACCESS_KEY"):
        calls(wrong, tmp_path / "a")[number]()


def test_an_unknown_key_is_refused_too(bucket: Bucket) -> None:
    with pytest.raises(ObjectStoreError, match="refuses access"):
        replace(bucket, access_key_id="nobody").check()


def test_a_server_that_is_away_is_one_sentence(bucket: Bucket) -> None:
    away = replace(bucket, endpoint=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ObjectStoreError, match=r"cannot be used: .* does not answer"):
        away.check()


def test_no_sentence_and_no_repr_shows_the_secret(in_bucket: Settings) -> None:
    secret = in_bucket.s3_secret_access_key.get_secret_value()
    wrong = in_bucket.model_copy(update={"s3_secret_access_key": SecretStr(secret + "x")})
    with pytest.raises(ObjectStoreError) as raised:
        media_bucket(wrong).check()
    assert secret not in f"{raised.value}{media_bucket(wrong)!r}{backup_bucket(wrong)!r}{wrong!r}"
