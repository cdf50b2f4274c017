"""How many words a text counts for in reading: in Chinese and Japanese, no spaces part them."""

import re
from collections.abc import Sequence

# Han, kana, bopomofo. Korean has spaces; its words are read like others.
_WITHOUT_SPACES = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]+"
)
_CHARACTERS_TO_WORDS = 0.55  # 400 characters are read in the time of 220 words
# Thai, Lao, Tibetan, Burmese, Khmer: words of four letters and more, without spaces between them.
_LETTERS = re.compile("[\u0e00-\u0e7f\u0e80-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff]{5,}")
_LETTERS_TO_WORDS = 0.25


def reading_words(text: str, words: Sequence[str]) -> int:
    """How many words of English take as long to read as a text; `words` is the text split at spaces."""
    if text.isascii():
        return len(words)
    letters = round(sum(map(len, _LETTERS.findall(text))) * _LETTERS_TO_WORDS)
    words = [word for word in words if not _LETTERS.fullmatch(word)] if letters else words
    return letters + _without_letters(text, words)


def _without_letters(text: str, words: Sequence[str]) -> int:
    if not _WITHOUT_SPACES.search(text):
        return len(words)
    count, characters = 0, 0
    for word in words:
        if not (runs := _WITHOUT_SPACES.findall(word)):
            count += 1
            continue
        characters += sum(map(len, runs))
        count += sum(any(map(str.isalnum, rest)) for rest in _WITHOUT_SPACES.split(word))
    return count + round(characters * _CHARACTERS_TO_WORDS)
