"""The title of a file that gives none: its first heading, or else its name."""

import re
from pathlib import PurePosixPath

from articles.loading.file_names import is_index
from articles.render import render

LONGEST = 200
_FIRST_HEADING = re.compile(r"\A\s*(?:# +(?P<atx>.+)|(?P<setext>\S.*)\n=+ *(?:\n|\Z))")


def made_title(body: str, path: str) -> str:
    """The heading that the text begins with, or the file's name; a folder's when the file is its index."""
    found = _FIRST_HEADING.match(body)
    headings = render(f"# {found['atx'] or found['setext']}").headings if found else ()
    if headings and headings[0].text:
        return _shortened(headings[0].text)
    file = PurePosixPath(path)
    name = file.parent.name if is_index(path) else file.stem
    words = re.sub(r"[-_\s]+", " ", name).strip() or name
    return _shortened(words[:1].upper() + words[1:])


def has_only_title(body: str) -> bool:
    """Whether there is no text, or nothing but its first heading."""
    return not _FIRST_HEADING.sub("", body, count=1).strip() or not body.strip()


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rsplit(' ', 1)[0]}…"
