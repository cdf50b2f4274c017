"""A plain page's file."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from articles.loading.fields import PageMatter
from articles.loading.markdown_file import MarkdownFile, load_markdown


@dataclass(frozen=True)
class PageFile:
    """A plain page's front matter; its slug is the file's name."""

    path: str
    matter: PageMatter

    @property
    def slug(self) -> str:
        """The file's name without its ending."""
        return PurePosixPath(self.path).stem

    @property
    def url(self) -> str:
        """The path of its URL."""
        return f"/{self.slug}/"


def load_page(root: Path, path: str, now_ns: int) -> tuple[PageFile | None, MarkdownFile[PageMatter]]:
    """Load a plain page: its front matter, if it is valid, and the file."""
    file = load_markdown(root, path, PageMatter, now_ns, noun="page")
    return (PageFile(path, file.matter) if file.matter else None), file
