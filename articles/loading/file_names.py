"""What the name of a file says: whether it is Markdown for us, and the slug of its article."""

import re
import unicodedata

from anyascii import anyascii

from articles.loading.field_types import SLUG_LENGTH

ENDINGS = (".md", ".markdown")
# What stands for a folder: for us and MkDocs, in Hugo, on GitHub. Of several, the first.
_INDEXES = {"index": 0, "_index": 1, "readme": 2}
# Markdown for others: with components in it, or downloaded as plain text.
_OTHER_ENDINGS = (
    ".mdx", ".md.txt", ".markdown.txt", ".mdown", ".mdwn", ".mdtxt", ".mdtext", ".mkd", ".mkdn", ".mkdown", ".qmd",
    ".rmd", ".livemd",
)  # fmt: skip
_WORDS = {"+": " plus ", "#": " sharp ", "&": " and ", "'": "", "’": ""}


def is_article(name: str) -> bool:
    """Whether a file of this name is an article, if it stands in a folder of an exam."""
    lower = name.lower()
    return lower.endswith(ENDINGS) and (not lower.startswith(("_", ".")) or is_index(name))


def looks_like_article(name: str) -> bool:
    """Whether an author may think that a file of this name, which is no article, is one."""
    return name.lower().endswith((*ENDINGS, *_OTHER_ENDINGS)) and not name.startswith(".")


def is_index(path: str) -> bool:
    """Whether the file stands for its folder."""
    return _stem(path).lower() in _INDEXES


def index_rank(path: str) -> int:
    """Which file stands for a folder when several do: the one with the least."""
    return _INDEXES.get(_stem(path).lower(), len(_INDEXES))


def _stem(path: str) -> str:
    """As `PurePosixPath(path).stem`, in a tenth of its time; it is asked several times for each article."""
    name = path.rpartition("/")[2]
    point = name.rfind(".")
    return name[:point] if 0 < point < len(name) - 1 else name


def slug_of(path: str) -> str:
    """The slug that a file's name gives, or its folder's when it stands for it; "" when no letter is left."""
    name = path.rpartition("/")[0].rpartition("/")[2] if is_index(path) else _stem(path)
    return transliterate(name)[:SLUG_LENGTH].strip("-")


def transliterate(name: str) -> str:
    """A name as addresses have it; letters that they do not have are written with those that they have."""
    name = unicodedata.normalize("NFC", name)
    for character, word in _WORDS.items():
        name = name.replace(character, word)
    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower().replace("`", "")).strip("-")
