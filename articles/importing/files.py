"""Files of an import: each is written whole or not at all, and none that an author wrote is touched."""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

_UNFINISHED = ".import-"
MANIFEST = ".import.json"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it is there as a whole, or not there. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what an import that was killed had begun to write."""
    for path in folder.rglob(f"{_UNFINISHED}*"):
        if path.name != MANIFEST and path.is_file():
            path.unlink(missing_ok=True)


def _stays_inside(path: str) -> bool:
    """Whether a path leads to a file below its folder: whoever writes articles may write a manifest too."""
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


def hash_of(data: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


@dataclass
class Manifest:
    """Which file each post became, and what was in it when an import wrote it; kept beside the articles.

    It only spares work and keeps edits: an import that was killed before it wrote this knows its files by their bytes.
    """

    path: Path
    files: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The manifest of an exam's folder; an empty one when there is none, or none that can be read."""
        path = folder / MANIFEST
        try:
            files = json.loads(path.read_text("utf-8"))["files"]
            return cls(
                path,
                {
                    str(key): {"path": str(entry["path"]), "sha256": str(entry["sha256"])}
                    for key, entry in files.items()
                    if _stays_inside(str(entry["path"]))
                },
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(path)

    def path_of(self, key: str) -> str | None:
        """The file that a post became, from the exam's folder."""
        entry = self.files.get(key)
        return entry["path"] if entry else None

    def wrote(self, key: str, data: bytes) -> bool:
        """Whether these are the bytes that an import wrote for the post."""
        entry = self.files.get(key)
        return entry is not None and entry["sha256"] == hash_of(data)

    def add(self, key: str, path: str, data: bytes) -> None:
        """Remember what was written."""
        self.files[key] = {"path": path, "sha256": hash_of(data)}

    def write(self) -> None:
        """Write it, sorted, so that version control shows what changed. Raises `OSError`."""
        text = json.dumps({"files": self.files}, ensure_ascii=False, indent=1, sort_keys=True)
        data = f"{text}\n".encode()
        if not self.path.exists() or self.path.read_bytes() != data:
            write_whole(self.path, data)
