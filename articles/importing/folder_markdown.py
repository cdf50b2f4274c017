"""Markdown with marks of Jekyll, Hugo and Obsidian, as Markdown that says the same without them."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from articles.importing import shortcodes
from articles.importing.export import Post
from articles.importing.markdown_links import outside_code
from articles.loading.file_names import ENDINGS

_WIKI = re.compile(
    r"(?P<shown>!?)\[\[(?P<target>[^\[\]|#\n]*?)(?:#(?P<anchor>[^\[\]|\n]*?))?(?:\\?\|(?P<words>[^\[\]\n]*))?\]\]"
)
_CALLOUT = re.compile(
    r"^(?P<start>(?:[ \t]*>)+[ \t]*)\[!(?P<kind>[\w-]+)(?:\|[^\]]*)?\](?P<fold>[-+]?)[ \t]*(?P<title>[^\n]*)$",
    re.MULTILINE,
)
_GITHUB = {"note": "NOTE", "tip": "TIP", "important": "IMPORTANT", "warning": "WARNING", "caution": "CAUTION"}
_ALIKE = {"info": "NOTE", "todo": "NOTE", "abstract": "NOTE", "summary": "NOTE", "tldr": "NOTE", "example": "NOTE", "question": "NOTE",
          "help": "NOTE", "faq": "NOTE", "quote": "NOTE", "cite": "NOTE", "hint": "TIP", "success": "TIP", "check": "TIP",
          "done": "TIP", "attention": "WARNING", "failure": "CAUTION", "fail": "CAUTION", "missing": "CAUTION", "danger": "CAUTION",
          "error": "CAUTION", "bug": "CAUTION"}  # fmt: skip
_HIDDEN = re.compile(r"%%(?:[^%]|%(?!%))*+%%")
_MARK = re.compile(r"(?<![=\w])==(?=[^\s=])((?:(?!==)[^\n])+?)(?<=[^\s=])==(?!=)")
_BLOCK_ID = re.compile(r"(?m)[ \t]+\^[A-Za-z0-9-]+[ \t]*$")
_ENDING = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)


class Vault:
    """The files of a folder, found as wiki links name them: by any end of their path."""

    def __init__(self, files: Sequence[str], program: str) -> None:
        self.files, self.program = frozenset(files), program
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for name in files:
            self._by_name[PurePosixPath(name).name.casefold()].append(name)

    def find_file(self, target: str) -> str | None:
        """The file that `target` means; the one nearest to the top when there are several."""
        plain = target.strip().strip("/")
        for name in (plain, *(f"{plain}{ending}" for ending in ENDINGS)):
            found = self._by_name.get(posixpath.basename(name).casefold(), [])
            ends = [file for file in found if f"/{file}".casefold().endswith(f"/{name}".casefold())]
            if ends:
                return min(ends, key=lambda file: (file.count("/"), file))
        return None


def plain_markdown(body: str, post: Post, vault: Vault) -> str:
    """The text of a post without its program's own marks."""
    if vault.program == "Jekyll":
        body = shortcodes.without_liquid(body, post, vault.find_file)
    elif vault.program == "Hugo":
        body = shortcodes.without_hugo(body, post, vault.find_file)
    if vault.program in {"Obsidian", "Markdown"}:
        body = outside_code(body, lambda part: _without_wiki(part, post, vault))
    return body


def _without_wiki(text: str, post: Post, vault: Vault) -> str:
    if "%%" in text and vault.program == "Obsidian":
        text = _HIDDEN.sub("", text)
    text = _WIKI.sub(lambda found: _wiki(found, post, vault), text)
    text = _CALLOUT.sub(_callout, text)
    if vault.program == "Obsidian":
        text = _BLOCK_ID.sub("", text)
        text = _MARK.sub(r"<mark>\1</mark>", text)
    return text


def _wiki(found: re.Match[str], post: Post, vault: Vault) -> str:
    target, anchor, words = (
        found["target"].strip(),
        (found["anchor"] or "").strip(),
        (found["words"] or "").strip(),
    )
    file = vault.find_file(target) if target else post.source
    is_note = file is not None and file.lower().endswith(ENDINGS)
    if found["shown"] and file and not is_note:
        alt = words if words and not re.fullmatch(r"[\d x]+", words) else PurePosixPath(file).stem
        return f"![{alt}](<{_relative(file, post)}>)"
    anchor = "" if anchor.startswith("^") else anchor
    shown = words or (
        f"{target}: {anchor}" if target and anchor else target or anchor or found["anchor"] or ""
    )
    if file is None:
        post.note(f"The link to “{target}” does not point to a file in the folder; the link text is kept.")
        return shown
    if found["shown"]:
        post.note(f"The note “{target}” was embedded in this one; it is now a link.")
    ending = f"#{_anchor(anchor)}" if anchor else ""
    address = f"{_relative(file, post) if target else ''}{ending}"
    return f"[{shown}](<{address}>)" if address else shown


def _relative(file: str, post: Post) -> str:
    return quote(posixpath.relpath(file, posixpath.dirname(post.source) or "."), safe="/ ()'&,;=@!$*+")


def _anchor(heading: str) -> str:
    plain = re.sub(r"[^\w\s-]", "", heading.rpartition("#")[2].lower())
    return re.sub(r"\s", "-", plain.strip())


def _callout(found: re.Match[str]) -> str:
    kind, title = found["kind"].lower(), found["title"].strip()
    known = _GITHUB.get(kind) or _ALIKE.get(kind) or "NOTE"
    title = title or ("" if kind in _GITHUB else kind.capitalize())
    return f"{found['start']}[!{known}]{found['fold']} {title}".rstrip()


def note_name(file: str) -> str:
    """The name of a note without its ending."""
    return _ENDING.sub("", PurePosixPath(file).name)
