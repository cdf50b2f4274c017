"""A CSV of unknown origin, as text: encoding and delimiter are found out, not asked for."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

LARGEST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 250_000
DELIMITERS = (",", ";", "\t", "|")
# The longer mark first: UTF-32's begins like UTF-16's.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_TEXT = {
    b"PK\x03\x04": "is a ZIP archive or an Excel workbook. Unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook. Save the sheet as CSV",
    b"%PDF": "is a PDF. Export the list as CSV",
    b"\x1f\x8b": "is compressed. Unpack it",
}
Row = tuple[int, list[str]]  # the number of its last line, and its cells


class InvalidFileError(Exception):
    """The file is no CSV of subscribers; the message says why."""


@dataclass(frozen=True)
class TextFile:
    """A file's text and how it is written. `escape` is set when quotes in it are escaped by a backslash (MailPoet)."""

    name: str
    text: str
    delimiter: str
    escape: str | None = None

    def rows(self) -> Iterator[Row]:
        """Its rows, blank ones left out; the first has the columns' names. Raises `InvalidFileError`."""
        file = io.StringIO(self.text, newline="")
        reader = csv.reader(file, delimiter=self.delimiter, escapechar=self.escape, strict=True)
        try:
            for count, cells in enumerate(reader):
                if count > MOST_ROWS:
                    raise InvalidFileError(
                        f"{self.name} has more than {MOST_ROWS:,} rows. Split it and import the parts."
                    )
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
        except csv.Error as error:
            raise InvalidFileError(
                f"{self.name} is not valid CSV from line {reader.line_num} on: {error}."
            ) from None


def read_text(name: str, content: bytes, score: Callable[[Sequence[str]], int]) -> TextFile:
    """The file with the delimiter under which `score` likes its names best. Raises `InvalidFileError`."""
    text = _decode(name, content)
    if not text.strip():
        raise InvalidFileError(f"{name} is empty.")
    text, declared = _declared_delimiter(text)
    delimiter = declared or max(DELIMITERS, key=lambda mark: _fits(text, mark, score))
    file = TextFile(name, text, delimiter)
    if '\\"' in text and not _is_readable(file):
        escaped = TextFile(name, text, delimiter, "\\")
        return escaped if _is_readable(escaped) else file
    return file


def _decode(name: str, content: bytes) -> str:
    if len(content) > LARGEST_BYTES:
        raise InvalidFileError(
            f"{name} is larger than {LARGEST_BYTES // 1024**2} MB. Split it and import the parts."
        )
    for start, what in NOT_TEXT.items():
        if content.startswith(start):
            raise InvalidFileError(f"{name} {what}, and import that.")
    try:
        return content.decode(_encoding(content))
    except UnicodeDecodeError:
        raise InvalidFileError(f"{name} has an unknown encoding. Save it again as CSV UTF-8.") from None


def _encoding(content: bytes) -> str:
    """By its mark; without one by its NULs, which only UTF-16 has in text; else UTF-8 or Windows-1252."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    start = content[:4096]
    if b"\0" in start:
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _declared_delimiter(text: str) -> tuple[str, str]:
    """The text without Excel's line `sep=;`, and what it declares."""
    first, _, rest = text.partition("\n")
    declared = first.strip().strip('"')
    if declared.lower().startswith("sep=") and len(declared) == len("sep=") + 1:
        return "\n" + rest, declared[-1]  # an empty line in its place: line numbers stay right
    return text, ""


def _fits(text: str, delimiter: str, score: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    """How well the first row reads with this delimiter: by the names in it, then by their number."""
    try:
        names = next(filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), [])
    except csv.Error:
        return 0, 0
    return score(names), len(names)


def _is_readable(file: TextFile) -> bool:
    try:
        for _row in file.rows():
            pass
    except InvalidFileError:
        return False
    return True
