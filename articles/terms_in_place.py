"""Shows terms where an article uses them: the first time in its prose, as a button that opens the definition."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from articles.terms import Term

PROSE = frozenset({"paragraph", "list", "quote", "admonition", "table"})  # kinds of blocks
_WORD = re.compile(r"\w+")
_WORD_OR_REFERENCE = re.compile(r"&#?\w+;|\w+")  # the letters of "&amp;" are no word
_IN_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)\Z")
_TAG = re.compile(r'(<(?:[^>"]|"[^"]*")*>)')
_TAG_NAME = re.compile(r"</?([a-zA-Z0-9]+)")
# Words in these are no prose: links, code, formulas, what is defined or opens itself, headings, and items.
_APART = frozenset(
    {"a", "abbr", "button", "code", "dfn", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "kbd", "math", "pre", "samp",
     "section", "summary", "svg"}
)  # fmt: skip
_FEWEST_SIGNS = 2  # of a name: a single letter is a word of any text


@dataclass(frozen=True, slots=True)
class MarkedBlock:
    """A block with its terms marked, and the terms whose definitions it brings."""

    html: str
    terms: Sequence[Term] = ()


@dataclass(slots=True)
class TermIndex:
    """The terms of an exam by the words that their names begin with, as a text may write them."""

    by_word: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)

    def mark(self, blocks: Sequence[Mapping[str, Any]]) -> list[MarkedBlock]:
        """The blocks of an article, each term marked where it stands first."""
        seen: set[str] = set()
        if not self.by_word:
            return [MarkedBlock(block["html"]) for block in blocks]
        return [self._marked(block["html"], seen, is_prose=block["kind"] in PROSE) for block in blocks]

    def _marked(self, html: str, seen: set[str], *, is_prose: bool) -> MarkedBlock:
        if not is_prose or self.by_word.keys().isdisjoint(_WORD.findall(html)):
            return MarkedBlock(html)
        terms: list[Term] = []
        parts = _TAG.split(html)
        apart = 0  # how many elements whose words do not count stand around
        for place, part in enumerate(parts):
            if place % 2:
                apart += _depth(part)
            elif not apart:
                parts[place] = self._mark_text(part, seen, terms)
        return MarkedBlock("".join(parts), terms) if terms else MarkedBlock(html)

    def _mark_text(self, text: str, seen: set[str], terms: list[Term]) -> str:
        marked, end = "", 0
        for word in _WORD_OR_REFERENCE.finditer(text):
            for name, term in self.by_word.get(word[0], ()) if word.start() >= end else ():
                match = _pattern(name).match(text, word.start())
                if match and term.key not in seen:
                    seen.add(term.key)
                    terms.append(term)
                    marked += f"{text[end : word.start()]}{_button(term, match[0])}"
                    end = match.end()
                    break
        return marked + text[end:] if end else text


def index_of(terms: Iterable[Term]) -> TermIndex:
    """The index of these terms. Of names that begin with the same word, longer ones come first; of two that are the same, the first counts."""
    index = TermIndex()
    names: dict[str, tuple[str, Term]] = {}
    for term in terms:
        for name in names_of(term.name):
            names.setdefault(name if _is_acronym(name) else name.casefold(), (name, term))
    for name, term in sorted(names.values(), key=lambda pair: -len(pair[0])):
        words = _WORD.findall(name)
        if not words or len(name) < _FEWEST_SIGNS or not name.startswith(words[0]):
            continue
        for word in _writings(words[0], is_whole=len(words) == 1):
            index.by_word.setdefault(word, []).append((name, term))
    return index


def names_of(name: str) -> list[str]:
    """What a term is called: "Competitive Medical Plan (CMP)" is called by either."""
    match = _IN_BRACKETS.fullmatch(name)
    return [match[1], match[2]] if match else [name]


@lru_cache(maxsize=4096)  # compiling one takes as long as marking a block
def _pattern(name: str) -> re.Pattern[str]:
    """The name as it stands in a text: with any spaces and, unless it is an acronym, in any case; also in its plural."""
    words = r"\s+".join(re.escape(_escaped(word)) for word in name.split())
    return re.compile(rf"(?<![\w-]){words}s?(?![\w-])", 0 if _is_acronym(name) else re.IGNORECASE)


def _is_acronym(name: str) -> bool:
    word = _WORD.search(name)
    return word is not None and sum(letter.isupper() for letter in word[0]) > 1


def _writings(word: str, *, is_whole: bool) -> set[str]:
    """How a text may write the first word of a name."""
    cases = {word} if _is_acronym(word) else {word, word.lower(), word.capitalize(), word.upper()}
    return cases | {f"{case}s" for case in cases if is_whole}


def _escaped(text: str) -> str:
    """As text stands in our HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _depth(tag: str) -> int:
    """1 when it begins what is no prose, -1 when it ends that."""
    name = _TAG_NAME.match(tag)
    if not name or name[1].lower() not in _APART:
        return 0
    return -1 if tag.startswith("</") else 1


def _button(term: Term, words: str) -> str:
    return f'<button type="button" class="term" popovertarget="page-term-{term.key}">{words}</button>'
