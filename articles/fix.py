"""Mends in an article's file what needs no judgment: other programs' keys, times without a zone, first-level headings."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from difflib import unified_diff
from pathlib import Path

from articles.loading.field_types import iso_format
from articles.loading.fields import FrontMatter
from articles.loading.file_io import UnreadableFileError, decode_text
from articles.loading.front_matter import FENCE, SplitText, parse_front_matter, split_front_matter
from articles.loading.other_keys import OTHER_KEY
from articles.loading.strict_yaml import Place, quoted
from articles.loading.titles import made_title
from articles.problems import Problem
from articles.render import RenderContext, render

_BOM = b"\xef\xbb\xbf"
_VALUE = re.compile(r"(\s*\w+:\s*)([\"']?)([^\"'#]*?)\2(\s*(?:#.*)?)\Z")
_ATX = re.compile(r" {0,3}#{1,6}(?=\s|\Z)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*\Z")


@dataclass(frozen=True)
class Fix:
    """What a file would be. `lines` is the difference, as `diff -u` writes it."""

    path: str
    data: bytes
    lines: list[str]

    def write(self, root: Path) -> None:
        """Write the file."""
        (root / self.path).write_bytes(self.data)


def find_fix(root: Path, path: str, problems: Collection[Problem], zone: tzinfo) -> Fix | None:
    """What can be mended of the problems of an article's file, if anything can."""
    try:
        data = (root / path).read_bytes()
        text = decode_text(data)
    except (OSError, UnreadableFileError):
        return None
    ending = "\r\n" if b"\r\n" in data else "\n"
    bom = _BOM if data.startswith(_BOM) else b""
    if (
        bom + text.replace("\n", ending).encode() != data
    ):  # line ends of several kinds: a mend would change them all
        return None
    mended = mend(text, path, problems, zone)
    if mended == text:
        return None
    lines = unified_diff(text.split("\n"), mended.split("\n"), path, path, lineterm="")
    return Fix(path, bom + mended.replace("\n", ending).encode(), list(lines))


def mend(text: str, path: str, problems: Collection[Problem], zone: tzinfo) -> str:
    """The text of an article's file, mended. It says the same as before, or it is left as it is."""
    split = split_front_matter(text)
    if isinstance(split, Problem) or split.fence != FENCE or split.problems:  # others stay as they are
        return text
    codes = {problem.code for problem in problems}
    made = {"title": made_title(split.body, path)}
    matter, places, _ = parse_front_matter(split, FrontMatter, made, zone)
    if matter is None:
        return text
    front = split.front_matter.split("\n") if split.body_line > 1 else []
    front = _rename_keys(front, places, keep_tags="unknown-tag" in codes)
    for problem in problems:
        if problem.code == "date-without-zone":
            front[problem.line - 2] = _with_zone(front[problem.line - 2], zone)
    if "title-made" in codes:
        front.insert(0, f"title: {quoted(matter.title)}")
    body = _lower_headings(split, matter.title) if "heading-1" in codes else split.body
    mended = "\n".join([FENCE, *front, FENCE, body]) if front else body
    return mended if _says_the_same(mended, path, matter, zone, codes) else text


def _rename_keys(front: list[str], places: dict[Place, int], *, keep_tags: bool) -> list[str]:
    front = list(front)
    for place, line in places.items():
        if len(place) == 2 and place[1] == OTHER_KEY and not (place[0] == "topics" and keep_tags):
            front[line - 2] = re.sub(r"[^:]*:", f"{place[0]}:", front[line - 2], count=1)
    return front


def _with_zone(line: str, zone: tzinfo) -> str:
    if not (found := _VALUE.match(line)):
        return line
    try:
        moment = datetime.fromisoformat(iso_format(found[3])).replace(tzinfo=zone)
    except ValueError:
        return line
    return f"{found[1]}{moment.isoformat()}{found[4]}"


def _lower_headings(split: SplitText, title: str) -> str:
    """Every heading one level lower, as the page has them already."""
    lines = split.body.split("\n")
    rendered = render(split.body, RenderContext(title=title))
    for heading in sorted(rendered.headings, key=lambda heading: -heading.line):
        index = heading.line - 1
        if _ATX.match(lines[index]):
            lines[index] = _ATX.sub("#" * heading.level, lines[index], count=1)
        elif index + 1 < len(lines) and _UNDERLINE.match(lines[index + 1]):
            lines[index : index + 2] = [f"{'#' * heading.level} {lines[index].strip()}"]
    return "\n".join(lines)


def _says_the_same(mended: str, path: str, before: FrontMatter, zone: tzinfo, codes: Collection[str]) -> bool:
    split = split_front_matter(mended)
    if isinstance(split, Problem):
        return False
    made = {"title": made_title(split.body, path)}
    after, _, problems = parse_front_matter(split, FrontMatter, made, zone)
    new = {problem.code for problem in problems} - set(codes)
    return after == before and not new
