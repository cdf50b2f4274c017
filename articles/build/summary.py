"""The summary of an article whose author gave none: the first sentences of its text."""

import re
from collections.abc import Iterable

from articles.loading.article_file import LONGEST_SUMMARY, SHORTEST_SUMMARY
from articles.render import plain_text
from articles.render.rendered import Block

# Notes, and what readers open: a summary gives no answer away.
_NOT_READ = re.compile(
    r'<sup><a\b[^>]*\bclass="ref".*?</sup>|<style\b.*?</style>|<(?P<opens>section|details)\b.*</(?P=opens)>',
    re.DOTALL,
)
_FORMULA = re.compile(r'<math alttext="([^"]*)".*?</math>', re.DOTALL)  # read as its TeX
_SENTENCE = re.compile(r".+?(?:[.!?…][”’\"')\]]*(?=\s|\Z)\s*|[。！？।۔؟]+|\Z)", re.DOTALL)
_NO_PROSE = {"heading", "code", "rule", "footnotes", "table", "question"}


def make_summary(blocks: Iterable[Block], title: str) -> str:
    """One or more whole sentences, cut only when the first one is too long; the title when there is no text."""
    prose = [block for block in blocks if block.kind not in _NO_PROSE]
    texts = [_text_of(block) for is_first in (True, False) for block in prose
             if (block.kind == "paragraph") == is_first]  # fmt: skip
    summary = ""
    for sentence in (sentence for text in texts for sentence in _SENTENCE.findall(text)):
        longer = (
            f"{summary}{sentence}" if summary.endswith((" ", "。", "！", "？")) else f"{summary} {sentence}"
        )
        if len(longer.strip()) > LONGEST_SUMMARY and summary:
            break
        summary = longer
        if len(summary.strip()) >= SHORTEST_SUMMARY:
            break
    return _cut(summary.strip()) or title


def _text_of(block: Block) -> str:
    return plain_text(_NOT_READ.sub("", _FORMULA.sub(r"\1", block.html)))


def _cut(text: str) -> str:
    if len(text) <= LONGEST_SUMMARY:
        return text
    start = text[: LONGEST_SUMMARY - 1]
    return f"{start[: start.rfind(' ')] if ' ' in start[SHORTEST_SUMMARY:] else start}…"
