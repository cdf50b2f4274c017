"""Shows terms where an article uses them: the first time in its prose, as a button that opens the definition."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from articles.search.tokens import UNSPACED, is_unspaced
from articles.terms import Term

PROSE = frozenset({"paragraph", "list", "quote", "admonition", "table"})  # kinds of blocks
# Marks that belong to the letter before them, and the scripts of India with theirs, of which Python knows no words.
_MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u200c\u200d"
_SIGN = rf"(?:[^\W{UNSPACED}]|[{_MARKS}])"  # one of a word
_SIGNS = rf"(?:[^\W{UNSPACED}]++|[{_MARKS}]++)++"
_WORD = re.compile(rf"{_SIGNS}|[{UNSPACED}]+")
_ASCII_WORD = re.compile(
    r"&#?\w+;|\w+"
)  # the letters of "&amp;" are no word; faster than the one for all scripts
_MARKS_OF_UNSPACED = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
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


@dataclass
class TermIndex:
    """The terms of an exam by the words that their names begin with, as a text may write them."""

    by_word: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    unspaced: list[str] = field(default_factory=list)  # names that stand within sentences, the longest first

    def _words(self, text: str) -> re.Pattern[str]:
        """What may be the beginning of a name in this text."""
        return _ASCII_WORD if text.isascii() else self._foreign_words

    @cached_property
    def _foreign_words(self) -> re.Pattern[str]:
        names = "".join(f"{re.escape(name)}|" for name in self.unspaced)
        return re.compile(rf"&#?\w+;|{names}{_SIGNS}|[{UNSPACED}]")

    def mark(self, blocks: Sequence[Mapping[str, Any]]) -> list[MarkedBlock]:
        """The blocks of an article, each term marked where it stands first."""
        seen: set[str] = set()
        if not self.by_word:
            return [MarkedBlock(block["html"]) for block in blocks]
        return [self._marked(block["html"], seen, is_prose=block["kind"] in PROSE) for block in blocks]

    def _marked(self, html: str, seen: set[str], *, is_prose: bool) -> MarkedBlock:
        if not is_prose or self.by_word.keys().isdisjoint(self._words(html).findall(html)):
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
        for word in self._words(text).finditer(text):
            for name, term in self.by_word.get(word[0], ()):
                start = word.start() - len(_escaped(_before(name)))
                match = _pattern(name).match(text, start) if start >= end else None
                if match and term.key not in seen:
                    seen.add(term.key)
                    terms.append(term)
                    marked += f"{text[end:start]}{_button(term, match[0])}"
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
        if not words or len(name) < _FEWEST_SIGNS:
            continue
        if is_unspaced(words[0]):
            index.unspaced.append(words[0])
        for word in _writings(words[0], is_whole=len(words) == 1):
            index.by_word.setdefault(word, []).append((name, term))
    return index


def names_of(name: str) -> list[str]:
    """What a term is called: "Competitive Medical Plan (CMP)" by either, "Claim (insurance)" by the first only."""
    match = _IN_BRACKETS.fullmatch(name)
    if match is None:
        return [name]
    either = _is_short_for(match[2], match[1]) or _is_short_for(match[1], match[2])
    return [match[1], match[2]] if either else [match[1]]


def _is_short_for(short: str, long: str) -> bool:
    """Whether it is an acronym whose letters stand in the other's words in this order."""
    letters = iter(long.casefold())
    wanted = [letter for letter in short.casefold() if letter.isalpha()]
    return _is_acronym(short) and all(letter in letters for letter in wanted)


@lru_cache(maxsize=4096)  # compiling one takes as long as marking a block
def _pattern(name: str) -> re.Pattern[str]:
    """The name as it stands in a text: with any spaces and, unless it is an acronym, in any case; also in its plural."""
    words = r"\s+".join(re.escape(_escaped(word)) for word in name.split())
    before = "" if is_unspaced(name[0]) else rf"(?<!{_SIGN})(?<!-)"
    after = rf"(?![{_MARKS_OF_UNSPACED}])" if is_unspaced(name[-1]) else rf"s?(?!{_SIGN}|-)"
    return re.compile(rf"{before}{words}{after}", 0 if _is_acronym(name) else re.IGNORECASE)


def _before(name: str) -> str:
    """The signs before its first word, as in ".NET"."""
    word = _WORD.search(name)
    return name[: word.start()] if word else ""


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
