"""What search knows of an article: tokens that say in which words it matters, the same in both databases.

A document has a stream, its words in order for phrases, and marks, an unordered set:

    claim         it has the word, as a stem
    ~claim        the word matters in it; ~~claim and ~~~claim: more and more, by frequency, headings and summary
    ~clean_claim  two words that stand side by side more than once
    =claim        the title has the word; =-claims: as it is written there; =clean_claim: these words in a row;
    ==clean_claim: it is the whole title; =.claim: title or address has it

So what decides rank is decided when publishing, and a search only adds up sets.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from operator import itemgetter

from articles.search.tokens import LITTLE, MAX_WORD, chunks_of_folded, fold, is_unspaced, stem

GAP = "_"  # stands in the stream where a phrase must not go on
MAX_STREAM = 16_000  # words; PostgreSQL knows no later position
MAX_PLACES = 250  # of one word in the stream, likewise
MAX_CHARACTERS = 200_000  # of different words in one article; PostgreSQL ends at a megabyte
_LEVELS = (("~", 0.9), ("~~", 1.3), ("~~~", 1.7))
_USUAL_LENGTH, _SATURATION, _LENGTH_SHARE = 500, 1.2, 0.75  # as in BM25
_HEADING_BONUS = 0.6
TITLE_RUN = 3  # words
_MOST_PAIRS = 40  # of one article
_MOST_REMEMBERED = 30_000  # pieces of text; about 10 MB

Tokens = tuple[
    tuple[str, ...], tuple[str, ...], tuple[str, ...]
]  # of a piece between spaces: stems in order, marks, words as written


@dataclass(frozen=True, slots=True)
class Text:
    """The tokens of a text, and its words as they are written, for the vocabulary."""

    stream: tuple[str, ...]
    marks: frozenset[str]
    vocabulary: frozenset[str]


@dataclass(frozen=True, slots=True)
class Document:
    """One article in the index."""

    stream: Sequence[str]
    marks: frozenset[str]
    vocabulary: frozenset[str]


def read(text: str) -> Text:
    """The tokens that say which words a text has."""
    pieces: Sequence[str] = fold(text).split()
    if len(text) > MAX_CHARACTERS // 20:  # a single character may become eighteen when it is folded
        pieces = _fitting(pieces)
    tokens = list(map(_REMEMBERED.__getitem__, pieces))
    return Text(
        tuple(chain.from_iterable(map(itemgetter(0), tokens))),
        frozenset(chain.from_iterable(map(itemgetter(1), tokens))),
        frozenset(chain.from_iterable(map(itemgetter(2), tokens))),
    )


def _split(piece: str) -> Tokens:
    stems: list[str] = []
    marks: list[str] = []
    written: list[str] = []
    for words, joined in chunks_of_folded(piece):
        stems += map(stem, words)
        written += words
        if joined:
            written.append(joined)
            marks.append(stem(joined))
        elif is_unspaced(words[0]):
            marks += "".join(words)
    return tuple(stems), tuple(marks), tuple(written)


class _Memory(dict[str, Tokens]):
    """The tokens of pieces between spaces that this process has met, as most texts consist of the same ones."""

    def __missing__(self, piece: str) -> Tokens:
        tokens = _split(piece)
        if len(piece) <= MAX_WORD:
            if len(self) >= _MOST_REMEMBERED:
                self.clear()
            self[piece] = tokens
        return tokens


_REMEMBERED = _Memory()


def _fitting(pieces: Sequence[str]) -> Sequence[str]:
    """The pieces up to the one with which the different words would have too many characters."""
    written = set[str]()
    room = MAX_CHARACTERS
    for piece in dict.fromkeys(pieces):
        new = {*_REMEMBERED[piece][2]} - written
        written |= new
        room -= sum(map(len, new))
        if room < 0:
            return pieces[: pieces.index(piece)]
    return pieces


def read_body(text: str, headings: Iterable[str]) -> Text:
    """The tokens of an article's text, those included that say which words matter."""
    body = read(text)
    in_headings = frozenset(chain.from_iterable(read(heading).stream for heading in headings))
    scale = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * len(body.stream) / _USUAL_LENGTH)
    levels: dict[tuple[int, bool], list[str]] = {}  # few words of a text differ in this
    marks = set(body.marks)
    for word, count in Counter(body.stream).items():
        kind = count, word in in_headings
        if kind not in levels:
            levels[kind] = _levels(*kind, scale)
        if levels[kind] and word not in LITTLE:
            marks.update([level + word for level in levels[kind]])
    content = [word for word in body.stream if word not in LITTLE]
    repeated = [pair for pair in Counter(pairwise(content)).items() if pair[1] > 1]
    repeated.sort(key=itemgetter(1), reverse=True)
    marks.update([f"~{a}_{b}" for (a, b), _ in repeated[:_MOST_PAIRS]])
    return Text(body.stream, frozenset(marks), body.vocabulary)


def _levels(count: int, is_in_heading: bool, scale: float) -> list[str]:
    """The marks of a word that a text has so many times."""
    impact = count * (1 + _SATURATION) / (count + scale)
    impact += _HEADING_BONUS if is_in_heading else 0
    return [level for level, least in _LEVELS if impact >= least]


def compose(title: str, summary: str, context: str, body: Text) -> Document:
    """The document of an article. `context` says where it stands: exam, domain, topics, address."""
    heads = [read(title), read(summary)]
    around = read(context)
    marks = set(body.marks) | around.marks | title_marks(heads[0].stream)
    marks.update(*(head.marks for head in heads), around.stream)
    for level, words in (
        ("~", heads[0]),
        ("~", heads[1]),
        ("~~", heads[1]),
        ("~~~", heads[1]),
        ("~", around),
        ("~~", around),
    ):
        marks.update(level + word for word in words.stream if word not in LITTLE)
    marks.update(f"={word}" for word in heads[0].marks)
    marks.update(f"=-{word}" for word in heads[0].vocabulary)
    marks.update(f"=.{word}" for text in (heads[0], around) for word in (*text.stream, *text.marks))
    stream = [*heads[0].stream, GAP, *heads[1].stream, GAP, *body.stream]
    marks.update(stream[MAX_STREAM:])
    marks.discard(GAP)
    vocabulary = frozenset[str]().union(*(text.vocabulary for text in (*heads, around, body)))
    return Document(_limited(stream[:MAX_STREAM]), frozenset(marks), vocabulary)


def context_of(exam: str, slug: str, domain: str | None, topics: Iterable[str]) -> str:
    """Where an article stands, by the slugs that its address and its exam have."""
    return " ".join((exam, slug, domain or "", *topics)).replace("-", " ")


def _limited(stream: Sequence[str]) -> list[str]:
    if max(Counter(stream).values()) <= MAX_PLACES:
        return list(stream)
    places = Counter[str]()
    limited = []
    for word in stream:
        places[word] += 1
        limited.append(word if places[word] <= MAX_PLACES else GAP)
    return limited


def title_marks(words: Sequence[str]) -> set[str]:
    """The tokens of a title: its words, its runs of words without little ones, and all of it, both ways."""
    content = [word for word in words if word not in LITTLE] or list(words)
    marks = {f"={word}" for word in words}
    for row in (words, content):
        marks.add(f"=={'_'.join(row)}")
        for length in range(2, TITLE_RUN + 1):
            marks.update(f"={'_'.join(row[at : at + length])}" for at in range(len(row) - length + 1))
    return marks
