"""The URLs of the site's articles and pages, and what a link in one file means."""

import posixpath
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from urllib.parse import quote

from articles.build.near_paths import NearPaths
from articles.build.notes import Notes
from articles.build.site_paths import SitePaths
from articles.loading.consistency import HasSlug
from articles.loading.content import LoadedContent
from articles.loading.file_names import is_index, slug_of

ARTICLES_URL = "/articles/"
FIXED_URLS = frozenset({
    "/", "/search", "/pass/", "/subscribe/", "/sign-in/", "/account/", "/newsletter/archive/", "/study/device",
})  # fmt: skip
# Where something of ours is that articles do not link to: no alias of theirs has a use there.
OTHER_PATHS = frozenset({
    "/.well-known/gpc.json", "/.well-known/security.txt", "/account/address", "/account/address/sent", "/account/delete",
    "/account/export", "/admin", "/ads.txt", "/favicon.ico", "/healthz", "/llms.txt", "/me", "/metrics", "/pass/gift", "/pass/redeem", "/pass/thanks",
    "/readyz", "/account/address/undo/link", "/sign-in/link",
    "/robots.txt", "/sign-in/again", "/sign-in/code", "/sitemap.xml", "/sitemap-pages.xml", "/subscribe/sent",
})  # fmt: skip
_OTHER_FOLDERS = ("/admin/", "/cards/", "/media/", "/preview/", "/series/", "/static/", "/study/")
_OUR_FOLDERS = (ARTICLES_URL, "/exams/", "/topics/")  # with pages that links may lead to
_ALIKE = 0.75  # of 1, for paths of pages


class SiteUrls:
    """The URL of each file, and all URLs that links may use."""

    def __init__(
        self,
        by_path: Mapping[str, str],
        others: Iterable[str] = (),
        old_paths: Mapping[str, str] | None = None,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self.by_path = dict(by_path)
        self._path_by_url: dict[str, str] | None = None
        self.notes = Notes(dict.fromkeys(by_path, "") | dict(titles or {}))
        self._paths = SitePaths(self.by_path, old_paths or {})
        self._near: NearPaths | None = None  # made when the first link is broken
        self._urls = frozenset(self.by_path.values()) | frozenset(others) | FIXED_URLS

    @classmethod
    def of_content(
        cls,
        content: LoadedContent,
        unchanged: Collection[HasSlug] = (),
        titles: Mapping[str, str] | None = None,
    ) -> "SiteUrls":
        """The URLs of the content folder, with the `unchanged` articles that were not loaded, and their `titles`."""
        by_path = {
            **{article.path: f"/articles/{article.slug}/" for article in unchanged},
            **{path: article.url for path, article in content.articles.items()},
        }
        for path, _exam in content.folder.articles:
            if path not in by_path and path not in content.sections:
                # An invalid file gets a URL too: its own problems are reported, and not the links to it.
                by_path[path] = f"/articles/{slug_of(path)}/"
        by_path |= {path: page.url for path, page in content.pages.items()}
        topics = {topic for exam in content.exams.values() for topic in exam.fields.topics}
        others = [f"/exams/{slug}/" for slug in content.exams] + [f"/topics/{topic}/" for topic in topics]
        others += [f"/authors/{slug}/" for slug in content.authors.authors]
        old_paths = {
            alias: article.path
            for article in (*content.articles.values(), *unchanged)
            for alias in article.aliases
            if alias.startswith("/")
        }
        new_titles = {
            path: each.matter.title
            for files in (content.articles, content.pages)
            for path, each in files.items()
        }
        return cls(by_path, others, old_paths, {**(titles or {}), **new_titles})

    def file(self, target: str) -> str:
        """The file that a link to `target` means: a case or ending that is not the file's does no harm."""
        return target if target in self.by_path else self._paths.file(target) or target

    def url(self, path: str) -> str | None:
        """The URL of the article or page in this file; of an exam's own README that of the exam."""
        url = self.by_path.get(path)
        if url is None and path.count("/") == 1 and is_index(path):
            exam = f"/exams/{path.partition('/')[0]}/"
            return exam if self.is_page(exam) else None
        return url

    def find(self, site_path: str, path: str) -> str | None:
        """What a path of the site means in the file at `path`: a page of ours, a relative path to a file, or nothing.

        An address that is none and looks like one of ours stays as it is: it is a mistake.
        """
        for url in (site_path, f"{site_path}/"):
            if self.is_page(url):
                return url
        if file := self._paths.page(site_path, path.partition("/")[0]):
            return posixpath.relpath(file, posixpath.dirname(path) or ".")
        is_ours = f"{site_path}/".startswith(_OUR_FOLDERS) or self._near_page(site_path)
        return site_path if is_ours else None

    @cached_property
    def _top_pages(self) -> list[str]:
        return [url for url in self._urls if url.count("/") == 2]

    def _near_page(self, site_path: str) -> bool:
        is_top = "/" not in site_path.strip("/")
        return is_top and bool(get_close_matches(site_path, self._top_pages, 1, _ALIKE))

    def path_of(self, url: str) -> str | None:
        """The file of the article or page at this URL."""
        if self._path_by_url is None:
            self._path_by_url = {known: path for path, known in self.by_path.items()}
        return self._path_by_url.get(url)

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
        return "Write the file's name exactly as it is in the folder."


def link_target(path: str, href: str) -> str:
    """The path, from the content folder, that a relative link in the file at `path` leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), href))
