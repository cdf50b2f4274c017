"""`carrel media` as an operator gives it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from carrel.db import Database
from carrel.settings import Settings
from tests.carrel.s3_server import S3
from website import media_commands

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NAMES = [f"{letter * 24}-480.webp" for letter in "abc"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, db: Database) -> object:
    def command(settings: Settings, *words: str) -> Result:
        monkeypatch.setattr(media_commands, "load", lambda: settings)
        return CliRunner().invoke(media_commands.media, list(words))

    return command


def test_the_way_into_a_bucket_and_out_of_it(
    run: object, in_bucket: Settings, s3: S3, tmp_path: Path
) -> None:
    folder = in_bucket.home / "media"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_bytes(name.encode())
    (folder / ".half.part").write_bytes(b"half")
    for _ in range(2):
        done = run(in_bucket, "upload")  # type: ignore[operator]
        assert (done.exit_code, done.output) == (0, "All 3 pictures of this machine are in the bucket.\n")
    assert s3.names() == {f"site/{name}" for name in NAMES}
    another = in_bucket.model_copy(update={"home": tmp_path / "another"})
    assert "All 3 pictures of the bucket are in" in run(another, "download").output  # type: ignore[operator]
    assert {path.name: path.read_bytes() for path in (another.home / "media").iterdir()} == {
        name: name.encode() for name in NAMES
    }


@pytest.mark.parametrize("word", ["upload", "download"])
def test_without_a_bucket_there_is_nothing_to_do(run: object, settings: Settings, word: str) -> None:
    done = run(settings, word)  # type: ignore[operator]
    assert done.exit_code == 2
    assert "MEDIA_URL is not set" in done.output


@pytest.mark.parametrize("word", ["upload", "download", "clean"])
def test_a_wrong_bucket_is_one_sentence_and_status_2(run: object, in_bucket: Settings, word: str) -> None:
    (in_bucket.home / "media").mkdir()
    (in_bucket.home / "media" / NAMES[0]).write_bytes(b"x")
    wrong = in_bucket.model_copy(update={"media_url": "s3://no-such-bucket"})
    done = run(wrong, word)  # type: ignore[operator]
    assert done.exit_code == 2
    assert done.output.endswith("has no bucket 'no-such-bucket'.\n")
    assert (in_bucket.home / "media" / NAMES[0]).exists()


def test_a_wrong_bucket_is_told_where_there_is_nothing_to_upload(run: object, in_bucket: Settings) -> None:
    done = run(in_bucket.model_copy(update={"media_url": "s3://no-such-bucket"}), "upload")  # type: ignore[operator]
    assert (done.exit_code, done.output.count("\n")) == (2, 1)


def test_cleaning_says_what_it_would_delete_and_when(run: object, settings: Settings) -> None:
    (settings.home / "media").mkdir()
    (settings.home / "media" / NAMES[0]).write_bytes(b"x")
    done = run(settings, "clean", "--dry-run")  # type: ignore[operator]
    assert (done.exit_code, done.output) == (
        0,
        "0 pictures would be deleted; 0 more are unused and kept for now.\n",
    )
