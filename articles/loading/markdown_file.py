"""A Markdown file with front matter, read and split once: what articles and plain pages have in common."""

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Generic

from articles.loading.characters import forbidden_in
from articles.loading.field_types import CONTROL_HINT
from articles.loading.fields import Fields
from articles.loading.file_io import UnreadableFileError, read_file
from articles.loading.front_matter import Matter, SplitText, parse_front_matter, split_front_matter
from articles.loading.strict_yaml import Place
from articles.loading.titles import made_title
from articles.problems import Problem


@dataclass(frozen=True, slots=True)
class BodySource:
    """A Markdown body to render. Words of the title weigh more in search.

    `picture` is the front matter's, `related` the articles that it names; each with the line where it stands.
    `math` and `quotes` are as in `RenderContext`; where the file says nothing of `math`, its exam does. `summary` is
    the front matter's, and `place` is where the article stands, in words that search knows it by. `language` is its
    own or its exam's; None is the site's.
    """

    path: str
    text: str
    first_line: int
    title: str = ""
    picture: tuple[str, int] | None = None
    related: tuple[tuple[str, int], ...] = ()
    math: bool | None = None
    quotes: str = ""
    summary: str = ""
    place: str = ""
    language: str | None = None


@dataclass(frozen=True)
class MarkdownFile(Generic[Matter]):
    """A file that was read; what could not be read or parsed is None, and `problems` say why.

    With `unchanged`, its digest was the previous one, so nothing was parsed.
    """

    digest: str = ""
    stat: str = ""
    unchanged: bool = False
    matter: Matter | None = None
    body: BodySource | None = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def _body_source(path: str, split: SplitText, matter: Fields | None, lines: dict[Place, int]) -> BodySource:
    picture, related = getattr(matter, "image", None), getattr(matter, "related", [])
    return BodySource(
        path,
        split.body,
        split.body_line,
        title=getattr(matter, "title", ""),
        summary=getattr(matter, "summary", "") or "",
        picture=(picture, lines.get(("image",), 1)) if picture else None,
        math=getattr(matter, "math", None),
        language=getattr(matter, "lang", None),
        related=tuple((name, lines.get(("related", index), 1)) for index, name in enumerate(related)),
    )


def forbidden_characters(body: str, first_line: int) -> list[Problem]:
    """The first character on each line that no text may have."""
    if not forbidden_in(body):
        return []
    found = ((number, forbidden_in(line)) for number, line in enumerate(body.split("\n"), first_line))
    message = "The text has the character {}."
    return [
        Problem(line, "control-character", message.format(name), CONTROL_HINT) for line, name in found if name
    ]


def load_markdown(
    root: Path,
    path: str,
    model: type[Matter],
    now_ns: int,
    *,
    noun: str,
    previous_digest: str = "",
    zone: tzinfo = UTC,
) -> MarkdownFile[Matter]:
    """Read a file, split it and parse its front matter. `noun` names the kind of file in messages.

    In `zone` begins a day that is written without a time.
    """
    try:
        source = read_file(root / path, now_ns)
    except UnreadableFileError as error:
        return MarkdownFile(problems=[error.problem])
    if source.digest == previous_digest:
        return MarkdownFile(source.digest, source.stat, unchanged=True)
    split = split_front_matter(source.text)
    if isinstance(split, Problem):
        return MarkdownFile(problems=[split])
    made = {"title": made_title(split.body, path)}
    matter, lines, problems = parse_front_matter(split, model, made, zone)
    if not split.body.strip():
        message = f"The {noun} has no text."
        problems.append(Problem(split.body_line, "empty-body", message, "Write it, or remove the file."))
    problems += split.problems + forbidden_characters(split.body, split.body_line)
    body = _body_source(path, split, matter, lines)
    return MarkdownFile(source.digest, source.stat, False, matter, body, lines, problems)
