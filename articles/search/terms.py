"""What a query asks for: words and phrases, with the other spellings that mean the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from articles.search.lexicon import Lexicon, Phrase, phrase_of
from articles.search.tokens import LITTLE, chunks, is_unspaced, stem

MAX_QUERY = 500  # characters
MAX_TERMS = 12
_COMMON = 30  # articles; a word that more have is no misspelling of two
_MORE = 2  # times as many, where no article has the word itself
_MUCH_MORE = 5  # times as many articles have a word that may be meant by a rare one
_PIECE = re.compile(r'"([^"]*)"|“([^”]*)”|(\S+)')
_CODE = re.compile(r"([a-z]+)(\d\w*)|(\d+)([a-z]+)")


@dataclass(frozen=True)
class Term:
    """One thing asked for. Any of `phrases` will do: each is one stem, or several in a row."""

    written: str
    phrases: tuple[Phrase, ...]
    is_little: bool = False

    @property
    def variants(self) -> tuple[str, str]:
        """What it is first of all, and written apart, as title tokens have it: `copay` and `co_pay`."""
        return "_".join(self.phrases[0]), "_".join(sorted(self.phrases[:2], key=len)[-1])


def parse(query: str, lexicon: Lexicon) -> list[Term]:
    """The terms of a query. The last word may be incomplete, unless a space or a quote follows."""
    terms: list[Term] = []
    for quoted, curly, piece in _PIECE.findall(query[:MAX_QUERY]):
        if phrase := phrase_of(quoted or curly):
            terms.append(Term(f"“{quoted or curly}”", (phrase,)))
        for words, joined in chunks(piece):
            terms += _terms_of(words, joined, lexicon)
    terms = _complete(terms[:MAX_TERMS], lexicon) if query[-1:].isalnum() else terms[:MAX_TERMS]
    return _with_acronyms(_with_joined_neighbors(terms, lexicon), lexicon)


# Names of languages with signs in them, and how addresses and texts write them without.
_SIGNLESS = {"c++": ("cplusplus", "cpp"), "c#": ("csharp",), "f#": ("fsharp",), ".net": ("dotnet",)}


def _terms_of(words: Sequence[str], joined: str, lexicon: Lexicon) -> list[Term]:
    stems = tuple(map(stem, words))
    if len(words) > 1:
        others = ((stem(joined),),) if joined else ()
        return [Term(joined or "".join((words[0], *(pair[-1] for pair in words[1:]))), (*others, stems))]
    word = words[0]
    if joined:  # a name with a point or hyphen before it
        names = [joined, *_SIGNLESS.get(joined, ())]
        known = tuple((stem(name),) for name in names if lexicon.words.get(name))
        return [Term(joined, known or (stems,))]
    if word in _SIGNLESS:
        return [Term(word, tuple((stem(name),) for name in (word, *_SIGNLESS[word])))]
    if word in LITTLE:
        return [Term(word, (stems,), is_little=True)]
    return [Term(word, (stems, *_split_spellings(word, lexicon)))]


def _split_spellings(word: str, lexicon: Lexicon) -> list[Phrase]:
    if is_unspaced(word) or not word.isascii():
        return []
    if code := _CODE.fullmatch(word):
        return [tuple(stem(part) for part in code.groups() if part)]
    if len(word) >= 6 and lexicon.words.get(word, 0) < _COMMON and (pair := lexicon.split(word)):
        return [tuple(map(stem, pair))]
    return []


def _complete(terms: list[Term], lexicon: Lexicon) -> list[Term]:
    """The last word with what it may be the beginning of, if no article has it as it is."""
    if not terms or len(terms[-1].phrases[0]) > 1 or lexicon.docs(terms[-1].phrases[0][0]):
        return terms
    last = terms[-1]
    endings = [(stem(word),) for word in lexicon.complete(last.written)]
    return [*terms[:-1], Term(last.written, (*last.phrases, *endings))]


def _with_joined_neighbors(terms: list[Term], lexicon: Lexicon) -> list[Term]:
    """Two words that the library also writes as one, or with a hyphen, may be that one."""
    widened = list(terms)
    for number, (first, second) in enumerate(pairwise(terms)):
        joined = first.written + second.written
        if lexicon.words.get(joined) and not (first.is_little or second.is_little):
            for at in (number, number + 1):
                phrases = (*widened[at].phrases, (stem(joined),))
                widened[at] = Term(widened[at].written, phrases)
    return widened


def _with_acronyms(terms: list[Term], lexicon: Lexicon) -> list[Term]:
    """An acronym may be what it stands for, and the other way round."""
    expanded: list[Term] = []
    at = 0
    while at < len(terms):
        for length in range(min(lexicon.longest_expansion, len(terms) - at), 0, -1):
            run = terms[at : at + length]
            key = tuple(word for term in run for word in term.phrases[0])
            if others := lexicon.expansions.get(key):
                phrases = run[0].phrases if length == 1 else (key,)
                written = " ".join(term.written for term in run)
                expanded.append(Term(written, (*phrases, *sorted(others))))
                at += length
                break
        else:
            expanded.append(terms[at])
            at += 1
    return expanded


def required(terms: Sequence[Term]) -> list[Term]:
    """The terms that an article must have: little words only when there is nothing else."""
    return [term for term in terms if not term.is_little] or list(terms)


def corrected(terms: Sequence[Term], lexicon: Lexicon) -> str | None:
    """The query with its unknown words as the library writes them, or None when there is nothing to correct."""
    words = [_corrected(term, lexicon) for term in terms]
    return " ".join(words) if words != [term.written for term in terms] else None


def _corrected(term: Term, lexicon: Lexicon) -> str:
    is_known = any(all(lexicon.docs(word) for word in phrase) for phrase in term.phrases)
    if term.is_little or (is_known and not _is_rare(term, lexicon)):
        return term.written
    other = lexicon.correct(term.written)
    # A word that nobody writes may still share its stem with one: "modifer" with "modification".
    times = _MUCH_MORE if term.written in lexicon.words else _MORE
    if other and is_known and lexicon.words[other] < times * lexicon.docs(term.phrases[0][0]):
        return term.written
    return other or term.written


def _is_rare(term: Term, lexicon: Lexicon) -> bool:
    return len(term.phrases) == 1 and len(term.phrases[0]) == 1 and lexicon.docs(term.phrases[0][0]) <= 3
