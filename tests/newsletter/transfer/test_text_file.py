"""Encodings and delimiters are found out."""

import codecs

import pytest

from newsletter.transfer import text_file
from newsletter.transfer.columns import known_names
from newsletter.transfer.text_file import InvalidFileError, TextFile, read_text

ROWS = [["email", "source"], ["anna@example.org", "Zürich – “fair”, 2026"]]


def written(delimiter: str, newline: str = "\r\n") -> str:
    return newline.join(f'{email}{delimiter}"{source}"' for email, source in ROWS) + newline


def read(content: bytes) -> TextFile:
    return read_text("list.csv", content, known_names)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_of_them_is_read(encoding: str, delimiter: str) -> None:
    file = read(written(delimiter).encode(encoding))
    assert [cells for _line, cells in file.rows()] == ROWS


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n"])
def test_lines_end_as_any_system_ends_them(newline: str) -> None:
    assert [line for line, _cells in read(written(",", newline).encode()).rows()] == [1, 2]


def test_big_endian_with_a_mark_is_read() -> None:
    content = codecs.BOM_UTF16_BE + written(";").encode("utf-16-be")
    assert [cells for _line, cells in read(content).rows()] == ROWS


def test_excels_own_line_says_the_delimiter_and_lines_keep_their_numbers() -> None:
    rows = list(read(("sep=;\r\n" + written(";")).encode()).rows())
    assert [line for line, _cells in rows] == [2, 3]
    assert [cells for _line, cells in rows] == ROWS


def test_a_delimiter_in_a_name_or_a_cell_is_none() -> None:
    content = b'email;"name, first";"note, second"\nanna@example.org;"A, B, C, D";x\n\n;;\n'
    assert list(read(content).rows())[1:] == [(2, ["anna@example.org", "A, B, C, D", "x"])]


def test_larger_files_and_longer_ones_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "MOST_ROWS", 2)
    with pytest.raises(InvalidFileError, match="more than 2 rows"):
        list(read(b"email\na\nb\nc\n").rows())
    assert len(list(read(b"email\na\nb\n").rows())) == 3
    monkeypatch.setattr(text_file, "LARGEST_BYTES", 2 * 1024**2)
    with pytest.raises(InvalidFileError, match="larger than 2 MB"):
        read(b"x" * (2 * 1024**2 + 1))
