"""Options with boxes and reasons, as questions and short answers have them."""

from dataclasses import dataclass

from articles.render.study.draft import OptionDraft
from articles.render.study.workpiece import Workpiece, drop
from articles.render.tree import Element, is_blank, new_element, remove, sub_element

_BLOCKS = frozenset(
    [
        "blockquote",
        "details",
        "div",
        "dl",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)


@dataclass(frozen=True, slots=True)
class RawOption:
    """The parts of an option's list item: they are in no tree."""

    words: Element
    reason: Element
    right: bool


def take_options(piece: Workpiece, parts: list[Element]) -> list[RawOption]:
    """Set the prompt, and take the options out of the list below it."""
    index = next((i for i, part in enumerate(parts) if is_option_list(part)), len(parts))
    piece.set_prompt(parts[:index])
    if index == len(parts):
        piece.report(piece.box, "question-options")
        return []
    options = [_take_option(piece, item) for item in parts[index]]
    if index + 1 < len(parts):
        piece.report(parts[index + 1], "question-after")
    drop(parts[index])
    return options


def is_option_list(part: Element) -> bool:
    """Whether it is a list in which an item has a box."""
    return part.tag in ("ul", "ol") and any(_checkbox(item) is not None for item in part)


def _take_option(piece: Workpiece, item: Element) -> RawOption:
    box, line = _checkbox(item), piece.tree.line(item)
    right = box is not None and box.get("checked") is not None
    if box is None:
        piece.report(item, "question-no-box")
    else:
        remove(box)
    words, reason = _split(item, "why yes" if right else "why no")
    if is_blank(words):
        piece.report(item, "question-empty-option")
    if (words.text or "").lstrip().startswith(("```", "~~~")):
        piece.report(item, "question-fence")
    if is_blank(reason):
        piece.report(item, "question-no-reason")
    piece.draft.options.append(OptionDraft([words], [reason], right, line))
    return RawOption(words, reason, right)


def _checkbox(item: Element) -> Element | None:
    return item[0] if len(item) and item[0].tag == "input" else None


def _split(item: Element, reason_class: str) -> tuple[Element, Element]:
    """Move the first paragraph or inline content of a list item into one element, and the rest into another."""
    words, rest = split_words(item)
    reason = new_element("div", cls=reason_class)
    stray, words.tail = (words.tail or "").strip(), None
    if stray:  # text of an author's element that is not allowed here
        sub_element(reason, "p").text = stray
    reason.extend(rest)
    return words, reason


def split_words(item: Element) -> tuple[Element, list[Element]]:
    """The first paragraph of a list item, or one made of its inline content; and what follows."""
    parts = list(item)
    stop = next((i for i, part in enumerate(parts) if part.tag in _BLOCKS), len(parts))
    if stop == 0 and not (item.text or "").strip() and parts and parts[0].tag in ("p", "figure"):
        return parts[0], parts[1:]
    words = new_element("p")
    words.text, item.text = (item.text or "").lstrip(), None
    words.extend(parts[:stop])
    return words, parts[stop:]
