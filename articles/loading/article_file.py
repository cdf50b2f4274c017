"""One article's file, read: its front matter and where to find its body."""

from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from articles.loading import file_io, front_matter
from articles.loading.discovery import Listed
from articles.loading.field_types import SLUG, SLUG_LENGTH
from articles.loading.fields import FrontMatter
from articles.loading.strict_yaml import Place
from articles.render import PLACEHOLDER, Problem

_KEPT_LINES = {"title", "slug", "domain", "topics", "aliases"}


@dataclass(frozen=True)
class ArticleFile:
    """What an author says of an article. `lines` are those that later checks may need to name."""

    path: str
    exam: str
    slug: str
    matter: FrontMatter
    digest: str
    stamp: str
    lines: dict[Place, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The path of its page."""
        return f"/articles/{self.slug}/"

    @property
    def old_slugs(self) -> list[str]:
        """Its aliases."""
        return self.matter.aliases

    def line_of(self, *place: str | int) -> int:
        """The line of a place in the front matter."""
        return self.lines.get(place, 1)


@dataclass(frozen=True)
class Reading:
    """The outcome of reading one file: an article, or problems, or (both None and empty) nothing new."""

    path: str
    article: ArticleFile | None
    problems: tuple[Problem, ...]
    stamp: str = ""


def read_article(root: Path, listed: Listed, now_ns: int, known_digest: str = "") -> Reading:
    """Read a file's front matter; a file whose digest is known is not looked at any further."""
    try:
        found = file_io.read(root / listed.path, now_ns)
    except file_io.UnreadableFileError as wrong:
        return Reading(listed.path, None, (wrong.problem,))
    if found.digest == known_digest:
        return Reading(listed.path, None, (), found.stamp)
    parts = front_matter.split(found.text)
    if isinstance(parts, Problem):
        return Reading(listed.path, None, (parts,))
    matter, lines, problems = front_matter.parse(parts.matter, FrontMatter)
    if not parts.body.strip():
        problems.append(
            Problem(
                parts.body_line, "empty-body", "The article has no text.", "Write it, or remove the file."
            )
        )
    if matter is None:
        return Reading(listed.path, None, tuple(problems))
    slug = matter.slug or PurePosixPath(listed.path).stem
    problems += _check(matter, slug, lines)
    kept = {place: line for place, line in lines.items() if place[0] in _KEPT_LINES}
    article = ArticleFile(listed.path, listed.exam, slug, matter, found.digest, found.stamp, kept)
    return Reading(listed.path, article, tuple(problems))


def _check(matter: FrontMatter, slug: str, lines: dict[Place, int]) -> list[Problem]:
    problems = front_matter.check_summary(matter.summary, lines[("summary",)])
    if not SLUG.match(slug) or len(slug) > SLUG_LENGTH:
        mend = "Rename the file (small letters, digits, hyphens), or give a `slug:`."
        problems.append(Problem(1, "bad-slug", f"“{slug}” cannot stand in an address.", mend))
    for name in ("title", "summary"):
        if found := PLACEHOLDER.search(getattr(matter, name)):
            message = f"The {name} still has “{found[0]}” in it."
            problems.append(Problem(lines[(name,)], "placeholder", message, "Write what belongs there."))
    return [soften(problem) for problem in problems] if matter.draft else problems


def soften(problem: Problem) -> Problem:
    """In a draft, text that is still to come is no mistake yet."""
    return replace(problem, level="warning") if problem.code == "placeholder" else problem
