"""The URLs of the site's articles and pages, and what a link in one file means."""

import posixpath
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from articles.loading.content import LoadedContent

FIXED_URLS = frozenset({
    "/", "/search", "/pass/", "/subscribe/", "/sign-in/", "/account/", "/newsletter/archive/",
})  # fmt: skip


class SiteUrls:
    """The URL of each file, and all URLs that links may use."""

    def __init__(self, by_path: Mapping[str, str], others: Iterable[str] = ()) -> None:
        self.by_path = dict(by_path)
        self._urls = frozenset(self.by_path.values()) | frozenset(others) | FIXED_URLS

    @classmethod
    def of_content(cls, content: LoadedContent, unchanged: Mapping[str, str]) -> "SiteUrls":
        """The URLs of the content folder; `unchanged` are those of the files that were not loaded, by path."""
        by_path = {**unchanged, **{path: article.url for path, article in content.articles.items()}}
        for file in content.folder.articles:
            # An invalid file gets a URL too: its own problems are reported, and not the links to it.
            by_path.setdefault(file.path, f"/articles/{posixpath.basename(file.path)[:-3]}/")
        by_path |= {path: page.url for path, page in content.pages.items()}
        topics = {topic for exam in content.exams.values() for topic in exam.fields.topics}
        others = [f"/exams/{slug}/" for slug in content.exams] + [f"/topics/{topic}/" for topic in topics]
        return cls(by_path, others)

    def url(self, path: str) -> str | None:
        """The URL of the article or page in this file."""
        return self.by_path.get(path)

    def is_page(self, url: str) -> bool:
        """Whether the site has a page at this URL that links may use."""
        return url in self._urls

    def suggest(self, path: str) -> str:
        """A hint for a path that does not exist."""
        name = posixpath.basename(path)
        same_name = [known for known in self.by_path if posixpath.basename(known) == name]
        matches = same_name or get_close_matches(path, list(self.by_path), 1, 0.6)
        return (
            f"Did you mean {matches[0]}?" if matches else "Write the file's name as it stands in the folder."
        )


def link_target(path: str, href: str) -> str:
    """The path, from the content folder, that a relative link in the file at `path` leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), href))
