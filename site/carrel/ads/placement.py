"""Where in an article a slot may be: between top-level blocks, never where it would split a thought."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

# A slot may follow these …
SLOT_MAY_FOLLOW = frozenset({"paragraph", "quote", "figure"})
# … and stand before these: what else comes next usually belongs to the sentence before it. Nobody who practices has an
# ad before an item, not even before the heading of one.
SLOT_MAY_PRECEDE = frozenset({"paragraph", "heading", "admonition"})
SHORTEST_WITH_A_MIDDLE = 475  # words: "about 500"
NEAREST_TO_AN_END = 150  # words
READ_BEFORE_THE_FIRST = 60  # words: the first paragraphs
BEFORE_THE_TEXT = -1


# A top-level block of an article as the library stores it: its "kind", its "words", its "html".
Block = Mapping[str, Any]


def opening(blocks: Sequence[Block]) -> int | None:
    """The index of the block that the slot at the top follows: a text begins with its own first paragraphs.

    BEFORE_THE_TEXT when no slot may stand in it; None when none may stand above it either.
    """
    boundaries = list(_boundaries(blocks))
    if not boundaries:
        return None if _leads_to_item(blocks, 0) else BEFORE_THE_TEXT
    later = (index for index, words in boundaries if words >= READ_BEFORE_THE_FIRST)
    return next(later, boundaries[-1][0])


def positions(blocks: Sequence[Block], words_apart: int = 250, after: int = BEFORE_THE_TEXT) -> list[int]:
    """The indexes of the blocks that a slot follows.

    Slots are at least `words_apart` words from one another, from the block `after` that the slot at the top
    follows, and from the end of the text, where the slot at the foot is. A text of about 500 words rarely has a boundary exactly in its middle: it
    gets one slot at the boundary nearest to it.
    """
    boundaries = list(_boundaries(blocks))
    total = sum(block["words"] for block in blocks)
    chosen, last = list[int](), sum(block["words"] for block in blocks[: after + 1])
    for index, words in boundaries:
        if words - last >= words_apart and total - words >= words_apart:
            chosen.append(index)
            last = words
    # Nearer to the slot at the top than that, when the text has room for no other.
    return chosen or _middle([b for b in boundaries if b[0] > after], total, words_apart)


def _boundaries(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Every allowed boundary: the index of the block before it, and the words up to it."""
    words = 0
    for index, (block, following) in enumerate(pairwise(blocks)):
        words += block["words"]
        if _is_allowed(block, following) and not _leads_to_item(blocks, index + 1):
            yield index, words


def _leads_to_item(blocks: Sequence[Block], index: int) -> bool:
    """Whether nothing but headings stands between this place and an item."""
    following = (block["kind"] for block in blocks[index:])
    return next((kind for kind in following if kind != "heading"), "") == "question"


def _is_allowed(block: Block, following: Block) -> bool:
    leads_on = block["html"].rstrip().removesuffix("</p>").rstrip().endswith((":", ",", "–", "—"))
    return block["kind"] in SLOT_MAY_FOLLOW and following["kind"] in SLOT_MAY_PRECEDE and not leads_on


def _middle(boundaries: list[tuple[int, int]], total: int, words_apart: int) -> list[int]:
    if total < max(SHORTEST_WITH_A_MIDDLE, 2 * words_apart - 25):
        return []
    inner = [
        boundary for boundary in boundaries if NEAREST_TO_AN_END <= boundary[1] <= total - NEAREST_TO_AN_END
    ]
    return [min(inner, key=lambda boundary: abs(boundary[1] - total / 2))[0]] if inner else []
