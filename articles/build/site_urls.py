"""The URLs of the site's articles and pages, and what a link in one file means."""

import posixpath
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from articles.build.near_paths import NearPaths
from articles.loading.content import LoadedContent
from articles.loading.file_names import slug_of

FIXED_URLS = frozenset({
    "/", "/search", "/pass/", "/subscribe/", "/sign-in/", "/account/", "/newsletter/archive/",
})  # fmt: skip
# Where something of ours is that articles do not link to: no alias of theirs has a use there.
OTHER_PATHS = frozenset({
    "/.well-known/gpc.json", "/.well-known/security.txt", "/account/address", "/account/address/sent", "/account/delete",
    "/account/export", "/admin", "/ads.txt", "/healthz", "/llms.txt", "/me", "/metrics", "/pass/gift", "/pass/redeem", "/pass/thanks",
    "/readyz", "/account/address/undo/link", "/sign-in/link",
    "/robots.txt", "/sign-in/again", "/sign-in/code", "/sitemap.xml", "/subscribe/sent",
})  # fmt: skip
_OTHER_FOLDERS = ("/admin/", "/media/", "/static/")


class SiteUrls:
    """The URL of each file, and all URLs that links may use."""

    def __init__(self, by_path: Mapping[str, str], others: Iterable[str] = ()) -> None:
        self.by_path = dict(by_path)
        self._near: NearPaths | None = None  # made when the first link is broken
        self._urls = frozenset(self.by_path.values()) | frozenset(others) | FIXED_URLS

    @classmethod
    def of_content(cls, content: LoadedContent, unchanged: Mapping[str, str]) -> "SiteUrls":
        """The URLs of the content folder; `unchanged` are those of the files that were not loaded, by path."""
        by_path = {**unchanged, **{path: article.url for path, article in content.articles.items()}}
        for file in (file for file in content.folder.articles if file.path not in content.sections):
            # An invalid file gets a URL too: its own problems are reported, and not the links to it.
            by_path.setdefault(file.path, f"/articles/{slug_of(file.path)}/")
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

    def is_taken(self, path: str) -> bool:
        """Whether something of ours that is no article is at this path; see `check_slugs`."""
        if path.startswith(_OTHER_FOLDERS):
            return True
        return (path in self._urls or path in OTHER_PATHS) and not path.startswith("/articles/")

    def suggest(self, path: str, target: str) -> str:
        """A hint for a link in the file at `path` to a file that does not exist, as it would be written there."""
        self._near = self._near or NearPaths(self.by_path)
        if near := self._near.nearest(target):
            return f"Did you mean {quote(posixpath.relpath(near, posixpath.dirname(path) or '.'), safe='/')}?"
        return "Write the file's name as it stands in the folder."


def link_target(path: str, href: str) -> str:
    """The path, from the content folder, that a relative link in the file at `path` leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), href))
