"""The files of an export: one file with what lies beside it, a folder, or a zip, which is never unpacked to disk."""

import csv
import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from articles.importing.export import ImportRefusedError, Member

MOST_BYTES = 500_000_000  # of one file; a large blog's export has fifty
MOST_FILES = 200_000


class SourceFiles:
    """Reads files by their path, with slashes, from the top of the export."""

    def __init__(self, path: Path, beside: Path | None = None) -> None:
        """Raises `ImportRefusedError`. `beside` is another folder to look for pictures in."""
        self.path, self._beside, self._zip = path, beside, None
        if not path.exists():
            raise ImportRefusedError(f"There is no {path}.")
        self.folder = path if path.is_dir() else path.parent
        if path.is_file() and zipfile.is_zipfile(path):
            self._zip = _open_zip(path)
        self._names: dict[str, str] | None = None

    def names(self, ending: str) -> Iterator[str]:
        """The files of this ending that may be the export itself, those nearest to the top first."""
        if self._zip is None and self.path.is_file():
            names = [self.path.name]
        else:
            names = [name for name in self._all().values() if name.lower().endswith(ending)]
        yield from sorted(names, key=lambda name: (name.count("/"), name))

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises `ImportRefusedError`."""
        try:
            if self._zip is not None:
                with self._zip.open(name) as file:
                    data = file.read(MOST_BYTES + 1)
            else:
                with (self.folder / name).open("rb") as file:
                    data = file.read(MOST_BYTES + 1)
        except (OSError, zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError) as error:
            raise ImportRefusedError(f"{name} cannot be read: {error}.") from None
        if len(data) > MOST_BYTES:
            raise ImportRefusedError(f"{name} is larger than {MOST_BYTES:,} bytes.")
        return data

    def find(self, *endings: str) -> bytes | None:
        """The first file whose path ends like this, whatever folder the export has put it into."""
        for ending in endings:
            if self._beside is not None and (data := _inside(self._beside, ending)):
                return data
            if self._zip is None and (data := _inside(self.folder, ending)):
                return data
            if self._zip is not None or self.path.is_dir():
                name = self._all().get(ending) or self._by_ending(ending)
                if name is not None:
                    return self.read(name)
        return None

    def _by_ending(self, ending: str) -> str | None:
        return next((name for name in self._all().values() if name.endswith(f"/{ending}")), None)

    def _all(self) -> dict[str, str]:
        if self._names is None:
            if self._zip is not None:
                names = [info.filename for info in self._zip.infolist() if _is_plain(info)]
            else:
                names = [
                    path.relative_to(self.folder).as_posix()
                    for path in self.folder.rglob("*")
                    if path.is_file() and path.resolve().is_relative_to(self.folder.resolve())
                ]
            self._names = {name: name for name in names}
        return self._names

    def members(self) -> list[Member]:
        """The members in CSV files of Ghost that lie in the export."""
        if self._zip is None and self.path.is_file():
            return []
        return [
            member
            for name in self._all().values()
            if PurePosixPath(name).name.lower().startswith("members") and name.lower().endswith(".csv")
            for member in members_of_csv(self.read(name))
        ]


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        opened = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise ImportRefusedError(f"{path} cannot be read: {error}.") from None
    if len(opened.infolist()) > MOST_FILES:
        raise ImportRefusedError(f"{path} has more than {MOST_FILES:,} files.")
    return opened


def _is_plain(info: zipfile.ZipInfo) -> bool:
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    return not info.is_dir() and not is_link and "__MACOSX" not in info.filename and not info.flag_bits & 1


def _inside(folder: Path, name: str) -> bytes | None:
    """A file of a folder, unless the name or a symbolic link leads out of it."""
    try:
        path = (folder / name).resolve(strict=True)
        if path.is_relative_to(folder.resolve()) and path.is_file():
            with path.open("rb") as file:
                return file.read(MOST_BYTES)
    except (OSError, RuntimeError, ValueError):
        pass
    return None


def members_of_csv(data: bytes) -> list[Member]:
    """The members of a CSV as Ghost exports them, without those who get no mails. Raises `ImportRefusedError`."""
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        if "email" not in (reader.fieldnames or ()):
            raise ImportRefusedError("The list of members has no column `email`: export it from Ghost again.")
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise ImportRefusedError(
            "The list of members is not CSV in UTF-8: export it from Ghost again."
        ) from None
    return [
        Member(row["email"].strip(), (row.get("created_at") or "").strip())
        for row in rows
        if (row.get("email") or "").strip()
        and (row.get("subscribed_to_emails") or "true").strip().lower() not in {"false", "0", ""}
        and not (row.get("deleted_at") or "").strip()
    ]
