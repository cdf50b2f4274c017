"""Pictures in the folder, in a bucket, and from a CDN."""

import threading
from pathlib import Path

import pytest

from carrel import media
from carrel.media import BucketMedia, LocalMedia, MediaBusyError, media_of, with_cdn
from carrel.settings import Settings
from tests.carrel.s3_server import S3

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NAME, OTHER = f"{'a' * 24}-480.webp", f"{'b' * 24}-960-mail.png"


@pytest.fixture
def on_another_machine(in_bucket: Settings, tmp_path: Path) -> Settings:
    return in_bucket.model_copy(update={"home": tmp_path / "another"})


def put(settings: Settings, name: str = NAME, content: bytes = b"a picture") -> None:
    folder = settings.home / "media"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def test_without_a_setting_the_folder_is_all_there_is(settings: Settings) -> None:
    pictures = media_of(settings)
    assert isinstance(pictures, LocalMedia)
    assert (pictures.find(NAME), pictures.has(NAME), pictures.may_have(NAME)) == (None, False, False)
    put(settings)
    put(settings, "notes.txt")
    assert pictures.find(NAME) == settings.home / "media" / NAME
    assert [each.name for each in pictures.stored()] == [NAME]
    pictures.share([NAME])
    pictures.delete([NAME])
    assert pictures.find(NAME) is None


def test_what_one_machine_shares_another_finds(
    in_bucket: Settings, on_another_machine: Settings, s3: S3
) -> None:
    put(in_bucket)
    put(in_bucket, OTHER, b"for mails")
    media_of(in_bucket).share([NAME, OTHER])
    there = media_of(on_another_machine)
    path = there.find(NAME)
    assert path is not None
    assert path.read_bytes() == b"a picture"
    assert path.parent == on_another_machine.home / "media"
    assert {each.name for each in there.stored()} == {NAME, OTHER}


def test_what_was_fetched_once_is_never_asked_for_again(
    in_bucket: Settings, on_another_machine: Settings, s3: S3
) -> None:
    put(in_bucket)
    media_of(in_bucket).share([NAME])
    assert media_of(on_another_machine).find(NAME)
    s3.remove(f"site/{NAME}")
    assert media_of(on_another_machine).find(NAME)
    assert not media_of(on_another_machine).has(NAME)


def test_what_is_there_is_not_written_again(in_bucket: Settings, s3: S3) -> None:
    s3.put(f"site/{NAME}", b"the first")
    put(in_bucket, content=b"the second")
    media_of(in_bucket).share([NAME])
    assert s3.read(f"site/{NAME}") == b"the first"


def test_a_picture_that_is_nowhere_is_not_found_and_leaves_nothing(in_bucket: Settings) -> None:
    assert media_of(in_bucket).find(NAME) is None
    assert not (in_bucket.home / "media" / NAME).exists()
    assert media_of(in_bucket).may_have(NAME)  # only the bucket would know, and a page does not wait for it


def test_deleting_takes_it_from_the_bucket_and_from_here(in_bucket: Settings, s3: S3) -> None:
    put(in_bucket)
    media_of(in_bucket).share([NAME])
    media_of(in_bucket).delete([NAME])
    assert s3.names() == set()
    assert media_of(in_bucket).find(NAME) is None


def test_a_bucket_that_hangs_keeps_few_threads_waiting(
    in_bucket: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "PATIENCE", 0.01)
    pictures, release = media_of(in_bucket), threading.Event()
    assert isinstance(pictures, BucketMedia)
    waiting = threading.Semaphore(0)

    def hang(_bucket: object, _name: str) -> bytes:
        waiting.release()
        release.wait()
        raise FileNotFoundError

    monkeypatch.setattr(type(pictures.bucket), "read", hang)
    threads = [threading.Thread(target=pictures.find, args=(NAME,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in threads:
        waiting.acquire()
    try:
        with pytest.raises(MediaBusyError):
            pictures.find(NAME)
    finally:
        release.set()
        for thread in threads:
            thread.join()
    assert pictures.find(NAME) is None  # and the next ones are let in again


PAGE = (
    '<p>Write <code>src="/media/x.webp"</code>.</p><img src="/media/a-960.webp" alt="1 &gt; 0, see /media/" width="9" '
    'srcset="/media/a-480.webp 480w, /media/a-960.webp 960w" sizes="100vw"><a href="/media/a-960.webp">larger</a>'
)


def test_a_cdn_serves_the_pictures_of_a_page_and_nothing_else_changes(settings: Settings) -> None:
    cdn = settings.model_copy(update={"media_cdn_url": "https://cdn.example.net/m"})
    assert with_cdn(settings, PAGE) == PAGE
    assert with_cdn(cdn, PAGE) == (
        '<p>Write <code>src="/media/x.webp"</code>.</p><img src="https://cdn.example.net/m/a-960.webp" '
        'alt="1 &gt; 0, see /media/" width="9" srcset="https://cdn.example.net/m/a-480.webp 480w, '
        'https://cdn.example.net/m/a-960.webp 960w" sizes="100vw"><a href="/media/a-960.webp">larger</a>'
    )
