"""A plain page's file: front matter above a Markdown body."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from articles.loading import file_io, front_matter
from articles.loading.fields import PageMatter
from articles.render import Problem


@dataclass(frozen=True)
class PageFile:
    """What the author says of a page."""

    path: str
    slug: str
    matter: PageMatter

    @property
    def url(self) -> str:
        """Its path."""
        return f"/{self.slug}/"


def read_page(root: Path, path: str, now_ns: int) -> tuple[PageFile | None, list[Problem]]:
    """Read a page's front matter."""
    try:
        found = file_io.read(root / path, now_ns)
    except file_io.UnreadableFileError as wrong:
        return None, [wrong.problem]
    parts = front_matter.split(found.text)
    if isinstance(parts, Problem):
        return None, [parts]
    matter, _, problems = front_matter.parse(parts.matter, PageMatter)
    if not parts.body.strip():
        problems.append(
            Problem(parts.body_line, "empty-body", "The page has no text.", "Write it, or remove the file.")
        )
    return (PageFile(path, PurePosixPath(path).stem, matter) if matter else None), problems
