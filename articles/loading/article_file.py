"""An article's file."""

from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from pathlib import Path

from articles.loading.discovery import DiscoveredArticle
from articles.loading.field_types import SLUG, SLUG_LENGTH
from articles.loading.fields import FrontMatter
from articles.loading.file_names import is_index, slug_of
from articles.loading.markdown_file import BodySource, load_markdown
from articles.loading.strict_yaml import Place
from articles.loading.titles import has_only_title
from articles.problems import Level, Problem
from articles.render import PLACEHOLDER

SHORTEST_SUMMARY, LONGEST_SUMMARY = 50, 220
EMPTY_SECTION = Problem(
    1,
    "empty-section",
    "This folder's page has no text, so it is not published.",
    "Write some text if readers should see the page.",
    "warning",
)
# Nobody asks which fields were given, and a set for each article would take half a kilobyte.
_NO_FIELDS: set[str] = set()
_FIELDS_WITH_LINES = {"title", "slug", "domain", "topics", "tags", "aliases"}


@dataclass(frozen=True)
class ArticleFile:
    """An article's front matter. `lines` has the fields that later checks may have to point at."""

    path: str
    exam: str
    slug: str
    matter: FrontMatter
    digest: str
    stat: str
    lines: dict[Place, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The path of its URL."""
        return f"/articles/{self.slug}/"

    @property
    def aliases(self) -> list[str]:
        """Its old slugs and old paths."""
        return self.matter.aliases

    @property
    def old_slugs(self) -> list[str]:
        """The aliases that are slugs."""
        return [alias for alias in self.matter.aliases if not alias.startswith("/")]

    @property
    def old_paths(self) -> list[str]:
        """The aliases that are paths."""
        return [alias for alias in dict.fromkeys(self.matter.aliases) if alias.startswith("/")]

    def with_matter(self, **values: object) -> "ArticleFile":
        """The same file with other values in its front matter."""
        matter = FrontMatter.model_construct(_NO_FIELDS, **{**self.matter.__dict__, **values})
        return replace(self, matter=matter)

    def line_of(self, *place: str | int) -> int:
        """The line of a field in the front matter."""
        return self.lines.get(place, 1)


@dataclass(frozen=True)
class LoadedArticle:
    """The outcome of loading a file: its parts as far as they are valid, or that it is `unchanged`."""

    path: str
    article: ArticleFile | None
    body: BodySource | None
    problems: list[Problem]
    stat: str
    unchanged: bool
    is_section: bool = False  # stands for its folder and has no text, so it is no article


def load_article(
    root: Path, discovered: DiscoveredArticle, now_ns: int, previous_digest: str = "", zone: tzinfo = UTC
) -> LoadedArticle:
    """Load an article. A file that still has its previous digest is not parsed."""
    path = discovered.path
    file = load_markdown(
        root, path, FrontMatter, now_ns, noun="article", previous_digest=previous_digest, zone=zone
    )
    if is_index(path) and file.body and has_only_title(file.body.text):
        return LoadedArticle(path, None, None, [EMPTY_SECTION], file.stat, unchanged=False, is_section=True)
    article, problems = None, file.problems
    if matter := file.matter:
        slug = matter.slug or slug_of(path)
        problems = problems + check_front_matter(matter, slug, file.lines)
        lines = {place: line for place, line in file.lines.items() if place[0] in _FIELDS_WITH_LINES}
        article = ArticleFile(path, discovered.exam, slug, matter, file.digest, file.stat, lines)
    return LoadedArticle(path, article, file.body, problems, file.stat, file.unchanged)


def check_front_matter(matter: FrontMatter, slug: str, lines: dict[Place, int]) -> list[Problem]:
    """Checks that need more than the type of a field."""
    problems = []
    summary_line = lines.get(("summary",), 1)
    if not matter.summary:  # ADR 16
        message = "There is no summary, so the first sentences are used."
        problems.append(Problem(1, "summary-made", message, "Add the line summary: …", "warning"))
    elif not SHORTEST_SUMMARY <= len(matter.summary) <= LONGEST_SUMMARY:  # decision 15
        message = f"The summary has {len(matter.summary)} characters."
        hint = f"Make it {SHORTEST_SUMMARY} to {LONGEST_SUMMARY} characters long."
        problems.append(Problem(summary_line, "summary-length", message, hint, "warning"))
    if not SLUG.match(slug) or len(slug) > SLUG_LENGTH:
        hint = "Rename the file (small letters, digits, hyphens), or give a `slug:`."
        problems.append(Problem(1, "bad-slug", f"“{slug}” cannot be used in an address.", hint))
    for name in ("title", "summary"):
        if placeholder := PLACEHOLDER.search(getattr(matter, name)):
            message = f"The {name} still has “{placeholder[0]}” in it."
            line, hint = lines.get((name,), 1), "Replace it, unless it is the topic of the article."
            is_unwritten = (
                getattr(matter, name)[placeholder.end() :][:1] in ("", ":") and not placeholder.start()
            )
            level: Level = "error" if is_unwritten and not matter.draft else "warning"
            problems.append(Problem(line, "placeholder", message, hint, level))
    return problems
