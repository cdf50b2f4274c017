"""`carrel check --fetch` brings remote pictures into the article's folder."""

import os
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner

from articles.check import check
from articles.importing import download
from articles.importing.download import DownloadError
from articles.importing.fetch_pictures import FetchReport, fetch_pictures
from articles.progress import no_progress
from tests.support.articles import article_md, write_files
from website.cli import carrel

BODY = "![A](https://e.org/a.png)\n\n![Again](https://e.org/a.png) `![c](https://e.org/c.png)`\n\n    ![d](https://e.org/d.png)\n"


def fetch(content: Path, data: bytes | None) -> FetchReport:
    def download(address: str) -> bytes:
        if data is None:
            raise DownloadError("the server answers 404")
        return data

    return fetch_pictures(content, ["cpb/one.md"], download=download, progress=no_progress)


def test_a_remote_picture_is_a_mistake_that_names_the_command(content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md(body=BODY)})
    problem = check(content).problems["cpb/one.md"][0]
    assert (problem.code, problem.level) == ("image-remote", "warning")
    assert "carrel check --fetch" in problem.hint


def test_pictures_are_fetched_once_and_code_stays(content: Path, image: bytes) -> None:
    write_files(content, {"cpb/one.md": article_md(body=BODY)})
    report = fetch(content, image)
    (name,) = (
        path.relative_to(content / "cpb").as_posix() for path in (content / "cpb/images").rglob("*.png")
    )
    text = (content / "cpb/one.md").read_text()
    assert text == article_md(body=BODY).replace("https://e.org/a.png", name)
    assert (report.fetched, report.files, report.failures) == (1, ["cpb/one.md"], [])
    assert check(content).errors == 0


def test_what_is_no_picture_stays_where_it_is_and_is_named(content: Path) -> None:
    for data, why in ((b"<html>", "is not a PNG, JPEG, WebP or GIF"), (None, "the server answers 404")):
        write_files(content, {"cpb/one.md": article_md(body=BODY)})
        report = fetch(content, data)
        assert (content / "cpb/one.md").read_text() == article_md(body=BODY)
        assert why in report.failures[0]


def test_line_ends_and_byte_order_mark_stay(content: Path, image: bytes) -> None:
    before = b"\xef\xbb\xbf" + article_md(body=BODY).replace("\n", "\r\n").encode()
    write_files(content, {"cpb/one.md": before})
    fetch(content, image)
    after = (content / "cpb/one.md").read_bytes()
    assert after.startswith(b"\xef\xbb\xbf---\r\n")
    assert after.count(b"\r\n") == after.count(b"\n") == before.count(b"\n")


def test_check_fetch_brings_a_picture_from_a_server(
    serve: Callable[..., str], content: Path, image: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "image/png")
        handler.end_headers()
        handler.wfile.write(image)

    address = serve(answer)
    write_files(content, {"cpb/one.md": article_md(body=f"![A]({address}/a.png)\n")})
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))
    monkeypatch.setenv("CARREL_CONTENT", str(content))
    refused = CliRunner().invoke(carrel, ["check", "--fetch"])
    assert refused.exit_code == 0  # the article has a link in its place
    assert "127.0.0.1 is not on the public Internet." in refused.stderr
    monkeypatch.setattr(download, "is_public", lambda _ip: True)
    fetched = CliRunner().invoke(carrel, ["check", "--fetch"])
    assert (fetched.exit_code, fetched.stderr) == (0, "Fetched 1 picture for 1 of 1 files.\n")
    assert "![A](images/127.0.0.1/a-" in (content / "cpb/one.md").read_text()
