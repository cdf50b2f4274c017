"""Reads a folder of Markdown: of Jekyll, of Hugo, an Obsidian vault, or a plain one."""

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from articles.importing.export import Export, ImportRefusedError, Post, counted
from articles.importing.folder_markdown import Vault, plain_markdown
from articles.importing.folder_matter import FrontMatterError, MatterReader, addresses_in, split_matter
from articles.importing.folder_site import FolderSite, look_at_folder
from articles.loading.file_io import MAX_BYTES, UnreadableFileError, decode_text
from articles.loading.file_names import ENDINGS, slug_of
from articles.loading.titles import has_only_title, made_title

_DATED = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})-(.+)$")
_SKIPPED = {
    "node_modules",
    "vendor",
    "public",
    "resources",
    "themes",
    "archetypes",
    "layouts",
    "site-packages",
}
_JEKYLL_OWN = {"_layouts", "_includes", "_site", "_sass", "_data", "_plugins", "_templates"}
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif", ".tiff", ".heic")
_ABOUT = {"readme", "license", "changelog", "contributing", "code_of_conduct"}


def read_folder(root: Path, base_url: str = "") -> Export:
    """The export. Raises `ImportRefusedError`."""
    site = look_at_folder(root)
    base_url = base_url or site.base_url
    export = Export(site.program, f"folder {site.program}", site.title, site.description, base_url=base_url)
    if host := urlsplit(base_url).hostname:
        export.hosts.add(host.removeprefix("www."))
    reader, files = MatterReader(site.zone), list(_files(root, site))
    vault = Vault(files, site.program)
    for name in files:
        if name.lower().endswith(ENDINGS) and (post := _post(site, name, reader, vault, export)):
            export.posts.append(post)
    for key, count in reader.unread.most_common():
        export.leave_out(f"`{key}` in the front matter of {counted(count, 'file')}", "It is ignored.")
    lookup = _Pictures(site, vault)
    export.find_file = lookup.find
    if not export.posts:
        raise ImportRefusedError(f"{root} has no Markdown files with a text.")
    return export


def _files(root: Path, site: FolderSite) -> Iterator[str]:
    """The files of the site, as paths from its folder, in order."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED | _JEKYLL_OWN
        )
        inside = Path(folder).relative_to(root).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        yield from (f"{prefix}{name}" for name in sorted(names) if not name.startswith("."))


def _post(site: FolderSite, name: str, reader: MatterReader, vault: Vault, export: Export) -> Post | None:
    if site.content and not name.startswith(f"{site.content}/"):
        return None
    file = PurePosixPath(name)
    if file.stem.lower() in _ABOUT and (len(file.parts) == 1 or site.program in {"Jekyll", "Hugo"}):
        export.leave_out(name, "It describes the folder and is not an article.")
        return None
    try:
        values, body = _read(site.root / name)
    except (FrontMatterError, UnreadableFileError, OSError) as error:
        export.leave_out(name, f"It cannot be read: {str(error).rstrip('.')}.")
        return None
    if site.program == "Jekyll" and not values and "_posts" not in file.parts:
        export.leave_out(name, "It has no front matter, so Jekyll made no page of it.")
        return None
    if has_only_title(body):
        export.leave_out(name, "It has no text.")
        return None
    return _Reading(site, reader, vault).post(name, values, body)


def _read(path: Path) -> tuple[dict[str, Any], str]:
    if path.stat().st_size > MAX_BYTES:
        raise FrontMatterError(f"it is larger than {MAX_BYTES:,} bytes")
    return split_matter(decode_text(path.read_bytes()))


@dataclass(frozen=True)
class _Reading:
    """What the files of one folder have in common."""

    site: FolderSite
    reader: MatterReader
    vault: Vault

    def post(self, name: str, values: dict[str, Any], body: str) -> Post:
        """A file as a post."""
        site, file = self.site, PurePosixPath(name)
        is_index = file.stem.lower() in {"index", "_index", "readme"}
        folder = "" if file.parent.as_posix() == site.content else file.parent.name
        stem = (folder or "home") if is_index else file.stem
        post = Post(id=name, slug="", title="", text="", form="markdown", source=name)
        if site.program == "Jekyll" and (dated := _DATED.match(stem)):
            stem = dated[4]
            post.published = _day(dated)
        post.draft = "_drafts" in file.parts
        self.reader.fill(post, values)
        slug = values.get("slug")
        post.slug = slug_of(f"{slug if isinstance(slug, str) and slug else stem}.md") or slug_of(f"{stem}.md")
        post.title = post.title or made_title(body, f"x/{stem}.md")
        post.folder = self._folder(file, is_index=is_index)
        post.old_paths = list(dict.fromkeys([*site.address_of(post, values), *addresses_in(values)]))
        if site.program in {"Obsidian", "Markdown"}:
            post.old_paths = [path for path in post.old_paths if path.startswith("/")]
        post.text = plain_markdown(body, post, self.vault)
        return post

    def _folder(self, file: PurePosixPath, *, is_index: bool) -> str:
        parts = [part for part in file.parts[:-1] if part not in {"_posts", "_drafts"}]
        parts = parts[len(PurePosixPath(self.site.content).parts) :]
        parts = parts[:-1] if is_index else parts
        return "/".join(folder for part in parts if (folder := slug_of(f"{part.lstrip('_')}.md")))


def _day(dated: re.Match[str]) -> date | None:
    try:
        return date(int(dated[1]), int(dated[2]), int(dated[3]))
    except ValueError:
        return None


class _Pictures:
    """Finds the file that a picture's address means."""

    def __init__(self, site: FolderSite, vault: Vault) -> None:
        self.site, self.vault = site, vault

    def find(self, address: str, post: Post) -> tuple[PurePosixPath, bytes] | None:
        """Its path for the exam's folder, and its bytes."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            if not self.site.base_url or not address.startswith(self.site.base_url):
                return None
            address = address.removeprefix(self.site.base_url)
        path = unquote(urlsplit(address).path)
        for name in self._names(path, posixpath.dirname(post.source)):
            if name in self.vault.files and name.lower().endswith(_PICTURES):
                file = self.site.root / name
                if file.resolve().is_relative_to(self.site.root.resolve()):
                    return self._target(name), file.read_bytes()
        return None

    def _names(self, path: str, folder: str) -> Iterator[str]:
        if not path.startswith("/"):
            yield posixpath.normpath(posixpath.join(folder, path))
        base = urlsplit(self.site.base_url).path.strip("/")
        for plain in dict.fromkeys((path.lstrip("/"), path.lstrip("/").removeprefix(f"{base}/"))):
            yield from (posixpath.normpath(posixpath.join(assets, plain)) for assets in self.site.assets)
        if found := self.vault.find_file(path):
            yield found

    def _target(self, name: str) -> PurePosixPath:
        file = PurePosixPath(name)
        parts = file.parts[:-1]
        for assets in (self.site.content, "static"):
            if assets and parts[:1] == (assets,):
                parts = parts[1:]
                break
        folder = "/".join(slug for part in parts if (slug := slug_of(f"{part}.md")))
        return PurePosixPath(folder) / file.name.lstrip("._")
