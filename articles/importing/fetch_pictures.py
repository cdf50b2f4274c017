"""Fetches the remote pictures of articles into their folders, and rewrites the links: `carrel check --fetch`."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from articles.importing.download import DownloadError, download_picture
from articles.importing.files import write_whole
from articles.importing.html_draft import Resolver
from articles.importing.markdown_links import rewrite_markdown
from articles.importing.pictures import Download, NoPictureError, fetched_name, usable
from articles.loading.file_io import UnreadableFileError, decode_text
from articles.loading.front_matter import split_front_matter
from articles.problems import Problem
from articles.render import render

REMOTE = ("http://", "https://")


@dataclass
class FetchReport:
    """What was fetched, and what was not and why."""

    fetched: int = 0
    files: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass
class _ArticlePictures(Resolver):
    """The remote pictures of one article. Links, and pictures that are here, stay as they are."""

    root: Path
    path: str
    wanted: Collection[str]
    download: Download
    report: FetchReport

    def link(self, address: str) -> str | None:
        """The same address."""
        return address

    def picture(self, address: str) -> str | None:
        """The path of the file that the picture is in now, or the same address."""
        if address not in self.wanted and unquote(address) not in self.wanted:
            return address
        try:
            return self._fetch(address)
        except (DownloadError, NoPictureError) as error:
            sentence = f"{self.path}: {address} was not fetched: {str(error).rstrip('.')}."
            if sentence not in self.report.failures:
                self.report.failures.append(sentence)
            return address

    def _fetch(self, address: str) -> str:
        folder, name = (self.root / self.path).parent, fetched_name(address)
        stored = next(iter(sorted(folder.glob(f"{name}.*"))), None)
        if stored is None:
            data, ending, _ = usable(f"{name}{PurePosixPath(address).suffix}", self.download(address))
            stored = folder / f"{name}{ending}"
            write_whole(stored, data)
            self.report.fetched += 1
        return stored.relative_to(folder).as_posix()


def fetch_pictures(
    root: Path,
    paths: Collection[str],
    *,
    download: Download = download_picture,
    progress: Callable[[int], None],
) -> FetchReport:
    """Fetch what the articles in `paths` show from other servers. Raises `OSError` when a file cannot be written."""
    report = FetchReport()
    for path in paths:
        _fetch_of(root, path, download, report)
        progress(1)
    return report


def _fetch_of(root: Path, path: str, download: Download, report: FetchReport) -> None:
    file = root / path
    try:
        data = file.read_bytes()
        text = decode_text(data)
    except (OSError, UnreadableFileError):
        return
    split = split_front_matter(text)
    if isinstance(split, Problem) or not (wanted := set(_remote_pictures(split.body))):
        return
    body = rewrite_markdown(split.body, _ArticlePictures(root, path, wanted, download, report))
    if body == split.body:
        return
    head = text[: len(text) - len(split.body)]
    ending = "\r\n" if b"\r\n" in data else "\n"
    bom = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    write_whole(file, bom + re.sub("\n", ending, head + body).encode())
    report.files.append(path)


def _remote_pictures(body: str) -> Iterator[str]:
    """The addresses that the renderer takes for pictures: those in code are none."""
    return (image.path for image in render(body).images if image.path.startswith(REMOTE))
