"""Writes an id into the first line of each item that has none; all else in the file stays, byte for byte."""

import re
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from pathlib import Path

from articles.fix import Fix
from articles.items import KINDS, new_key
from articles.loading.content import LoadedContent, load_articles, load_exams_and_pages
from articles.problems import Problem, ProblemsByPath
from articles.progress import no_progress
from articles.render import keys_in

NO_ID = "item-no-id"
_LINE_ENDS = re.compile(rb"(\r\n|\n|\r)")
_FIRST_LINE = re.compile(rf"(.*?:{{3,}}[ \t]*(?:{'|'.join(KINDS)}))(?=[ \t]|\Z)".encode())


def find_ids_to_give(root: Path, problems: ProblemsByPath, now_ns: int) -> list[Fix]:
    """The files of a report in which items have no id, and what they would be with one each."""
    without = {path: lines for path, found in problems.items() if (lines := lines_without_id(found))}
    if not without:
        return []
    taken = keys_by_exam(root, now_ns)
    fixes = []
    for path, lines in without.items():
        keys = taken.setdefault(path.partition("/")[0], set())
        if fix := _with_ids(root, path, lines, keys):
            fixes.append(fix)
    return fixes


def lines_without_id(problems: Iterable[Problem]) -> list[int]:
    """The first lines of the items that have none."""
    return sorted(problem.line for problem in problems if problem.code == NO_ID)


def keys_by_exam(root: Path, now_ns: int) -> dict[str, set[str]]:
    """The ids that no other item of an exam may have: those in its files, and those that are retired."""
    content = load_exams_and_pages(root, now_ns)
    load_articles(content, [(file, "") for file in content.folder.articles], now_ns, no_progress)
    return _keys_of(content)


def _keys_of(content: LoadedContent) -> dict[str, set[str]]:
    keys = {slug: set(exam.fields.retired) for slug, exam in content.exams.items()}
    for path, body in content.bodies.items():
        keys.setdefault(path.partition("/")[0], set()).update(keys_in(body.text))
    return keys


def _with_ids(root: Path, path: str, lines: Iterable[int], taken: set[str]) -> Fix | None:
    try:
        data = (root / path).read_bytes()
    except OSError:
        return None
    parts = _LINE_ENDS.split(data)  # lines, and between each two the line's end
    changes: dict[int, bytes] = {}
    for line in lines:
        index = 2 * (line - 1)
        if index < len(parts) and (match := _FIRST_LINE.match(parts[index])):
            key = new_key(taken)
            taken.add(key)
            changes[index] = match[1] + f" {key}".encode() + parts[index][match.end() :]
    if not changes:
        return None
    return Fix(path, b"".join(_replaced(parts, changes)), _difference(path, parts, changes))


def _replaced(parts: list[bytes], changes: Mapping[int, bytes]) -> list[bytes]:
    return [changes.get(index, part) for index, part in enumerate(parts)]


def _difference(path: str, parts: list[bytes], changes: Mapping[int, bytes]) -> list[str]:
    before = [part.decode("utf-8", "replace") for part in parts[::2]]
    after = [part.decode("utf-8", "replace") for part in _replaced(parts, changes)[::2]]
    return list(unified_diff(before, after, path, path, lineterm="", n=0))
