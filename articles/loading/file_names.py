"""What the name of a file says: whether it is Markdown for us, and the slug of its article."""

import re
import unicodedata
from pathlib import PurePosixPath

from anyascii import anyascii

from articles.loading.field_types import SLUG_LENGTH

ENDINGS = (".md", ".markdown")
_INDEX = "index"
# Markdown for others: with components in it, downloaded as plain text, or about the folder.
_OTHER_ENDINGS = (".mdx", ".md.txt", ".markdown.txt", ".mdown", ".mkd")
_ABOUT_THE_FOLDER = ("readme.", "_index.")
_WORDS = {"+": " plus ", "#": " sharp ", "&": " and ", "'": "", "’": ""}


def is_article(name: str) -> bool:
    """Whether a file of this name is an article."""
    lower = name.lower()
    return lower.endswith(ENDINGS) and not lower.startswith(("_", ".", *_ABOUT_THE_FOLDER))


def looks_like_article(name: str) -> bool:
    """Whether an author may think that a file of this name, which is no article, is one."""
    return name.lower().endswith((*ENDINGS, *_OTHER_ENDINGS)) and not name.startswith(".")


def is_index(path: str) -> bool:
    """Whether the file stands for its folder."""
    return PurePosixPath(path).stem.lower() == _INDEX


def slug_of(path: str) -> str:
    """The slug that a file's name gives, or its folder's when it is the index; "" when no letter is left.

    Letters that addresses do not have are written with those that they have.
    """
    file = PurePosixPath(path)
    name = unicodedata.normalize("NFC", file.parent.name if is_index(path) else file.stem)
    for character, word in _WORDS.items():
        name = name.replace(character, word)
    slug = re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower().replace("`", "")).strip("-")
    return slug[:SLUG_LENGTH].strip("-")
