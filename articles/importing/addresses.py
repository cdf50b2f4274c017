"""Where links and pictures of the old site lead to here."""

import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin, urlsplit

from articles.importing.export import Export, Post
from articles.importing.pictures import NoPictureError, Pictures
from articles.web_address import is_dead, normalize_path

GHOST_URL = "__GHOST_URL__"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NUMBER = re.compile(r"(?:\A|&)(?:p|page_id)=(\d+)(?:&|\Z)")
_SCHEMES = ("http:", "https:", "mailto:")


@dataclass
class Addresses:
    """All addresses of the old site, and the file of the exam's folder that each became."""

    export: Export
    pictures: Pictures
    files: dict[str, str] = field(default_factory=dict)  # by old path
    by_source: dict[str, str] = field(default_factory=dict)  # by the file of the old site
    by_number: dict[str, str] = field(default_factory=dict)  # by what WordPress asks for in `/?p=12`
    topics: dict[str, str] = field(default_factory=dict)  # URLs of topics by the path of their old page

    def old_path(self, address: str) -> str | None:
        """The path on the old site, with query and fragment taken off; None for another site's address."""
        address = address.replace(GHOST_URL, "")
        parts = urlsplit(address)
        is_ours = parts.scheme in {"", "http", "https"} and _host(address) in self.export.hosts
        if (parts.scheme or parts.netloc) and not is_ours:
            return None
        return normalize_path(unquote(parts.path)) if parts.path or parts.netloc else None

    def full(self, address: str) -> str | None:
        """The whole address of something on the old site, if we know where that is."""
        address = address.replace(GHOST_URL, self.export.base_url) if self.export.base_url else address
        if address.startswith(("http://", "https://")):
            return address
        if address.startswith("//"):
            return f"https:{address}"
        return urljoin(f"{self.export.base_url}/", address.lstrip("/")) if self.export.base_url else None


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@dataclass
class PostAddresses:
    """The same for one post, whose article is `path` in the exam's folder; see `html_to_text.Resolver`."""

    addresses: Addresses
    post: Post
    path: str

    def link(self, address: str) -> str | None:
        """The address to write in the article; None when only the words can stay."""
        try:
            return self._link(address)
        except ValueError:
            self.post.note(f"The link {address} is not an address that a browser can open; its text is kept.")
            return None

    def _link(self, address: str) -> str | None:
        scheme = _SCHEME.match(address)
        if scheme and scheme[0].lower() not in _SCHEMES:
            self.post.note(f"The link {address[:200]} does not point to a web page; the link text is kept.")
            return None
        if address.startswith("#") or (scheme and scheme[0].lower() == "mailto:"):
            return address
        if found := self._here(address):
            return found
        elsewhere = self.addresses.full(address)
        if elsewhere and not is_dead(elsewhere):
            if self.addresses.old_path(address) is not None:
                self.post.note(
                    f"The link {address} still points to the old site: the target was not imported."
                )
            return quote(elsewhere, safe=":/?#[]@!$&'()*+,;=%~") if " " in elsewhere else elsewhere
        what = (
            "is not an address that a browser can open"
            if elsewhere
            else "points to something that was not imported"
        )
        self.post.note(f"The link {address} {what}; the link text is kept.")
        return None

    def _here(self, address: str) -> str | None:
        anchor = urlsplit(address).fragment
        ending = f"#{anchor}" if anchor else ""
        target = self._file_of(address)
        if target == self.path and anchor:
            return ending
        if target:
            return self._relative(target) + ending
        old = self.addresses.old_path(address)
        if old is not None and (topic := self.addresses.topics.get(old)):
            return topic
        return None

    def _file_of(self, address: str) -> str | None:
        old = self.addresses.old_path(address)
        if old is not None and not old.strip("/") and (number := _NUMBER.search(urlsplit(address).query)):
            return self.addresses.by_number.get(number[1])
        if old and (found := self.addresses.files.get(old.casefold())):
            return found
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not self.post.source:
            return None
        return self._by_file(unquote(parts.path))

    def _by_file(self, path: str) -> str | None:
        """A link to a file, written as in the old folder, with or without its ending."""
        near = (
            posixpath.normpath(posixpath.join(posixpath.dirname(self.post.source), path))
            if not path.startswith("/")
            else path.strip("/")
        )
        stem = re.sub(r"\.(?:md|markdown|html?)$", "", near)
        names = (
            near,
            f"{stem}.md",
            f"{stem}.markdown",
            f"{stem}/index.md",
            f"{stem}/_index.md",
            f"{stem}/README.md",
        )
        by_source = self.addresses.by_source
        return next((by_source[name] for name in names if name in by_source), None)

    def picture(self, address: str) -> str | None:
        """The path of the picture from the article."""
        if address.startswith(("//", "/", GHOST_URL)):
            address = self.addresses.full(address) or address
        try:
            path = self.addresses.pictures.bring(address, self.post)
        except (NoPictureError, ValueError) as error:
            shown = address if len(address) < 200 else f"{address[:60]}…"
            self.post.note(f"The picture {shown} was not imported: {str(error).rstrip('.')}.")
            return None
        return self._relative(path)

    def _relative(self, path: str) -> str:
        return quote(posixpath.relpath(path, posixpath.dirname(self.path) or "."), safe="/~!$&'()*+,;=@")
