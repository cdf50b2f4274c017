"""Short answers: what is accepted, and what people write by mistake, each with its reason."""

from articles.render.study.options import RawOption, take_options
from articles.render.study.workpiece import Workpiece
from articles.render.tree import sub_element

_SAID = {True: "Accepted:", False: "Not accepted:"}


def build(piece: Workpiece) -> None:
    """Make a short answer of the container."""
    options = take_options(piece, piece.begin())
    if options and not any(option.right for option in options):
        piece.report(piece.box, "question-no-answer")
    if options:
        first = piece.add_answer("Show the answer")
        holder = first.getparent()
        assert holder is not None  # noqa: S101 - `add_answer` has just put it there
        holder.remove(first)
        for option in options:
            holder.append(option.reason)
            _add_words(piece, option)


def _add_words(piece: Workpiece, option: RawOption) -> None:
    words, reason = option.words, option.reason
    words.tag = "p"
    words.set("class", "verdict")
    words.tail = reason.tail = "\n"
    said = sub_element(words, "span", cls="said")
    words.insert(0, said)
    said.tail, words.text = f" {words.text or ''}", None
    piece.tree.visual_texts.append((said, _SAID[option.right]))
    reason.insert(0, words)
