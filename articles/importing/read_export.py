"""Finds out what somebody wants to import, and reads it."""

from collections.abc import Collection
from pathlib import Path

from articles.importing.export import Export, ImportRefusedError
from articles.importing.folder import read_folder
from articles.importing.ghost import find_json, read_ghost
from articles.importing.source_files import SourceFiles
from articles.importing.wordpress import ARTICLES, read_wordpress
from articles.loading.file_names import ENDINGS

_NOT_KNOWN = (
    "{} is not an export that can be read: give a Ghost export (.json or .zip), a WordPress export (.xml), or a folder of "
    "Markdown (Jekyll, Hugo, Obsidian or plain)."
)


def read_export(
    path: Path, *, base_url: str = "", uploads: Path | None = None, kinds: Collection[str] = ARTICLES
) -> Export:
    """What the file or folder holds. Raises `ImportRefusedError`."""
    files = SourceFiles(path, uploads)
    if path.is_dir() and not _has_export_at_top(path):
        return read_folder(path, base_url)
    if found := find_json(files):
        return read_ghost(found[1], files, base_url.rstrip("/"))
    for name in files.names(".xml"):
        data = files.read(name)
        if b"wordpress.org/export/" in data[:20_000]:
            return read_wordpress(data, files, kinds)
    raise ImportRefusedError(_NOT_KNOWN.format(path))


def _has_export_at_top(path: Path) -> bool:
    """Whether a folder is an unpacked export, and not the site of a generator."""
    names = [file.name.lower() for file in path.iterdir() if file.is_file()]
    return any(name.endswith((".json", ".xml")) for name in names) and not any(
        name.endswith(ENDINGS) or name.startswith(("_config.", "hugo.", "config.")) for name in names
    )
