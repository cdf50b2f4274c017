"""Practice questions: one prompt, options that open to show their reason, no JavaScript."""

from string import ascii_uppercase

from articles.render.study.options import RawOption, take_options
from articles.render.study.workpiece import Workpiece
from articles.render.tree import sub_element, text_of

# What is said above a reason, unless the reason itself begins with it or with another word for it.
_VERDICTS = {True: ("Correct", "Right"), False: ("Incorrect", "Incorrect", "Wrong")}


def build(piece: Workpiece) -> None:
    """Make a question of the container."""
    parts = piece.begin()
    options = take_options(piece, parts)
    for letter, option in zip(_letters(len(options)), options, strict=True):
        _add_option(piece, option, letter)
    right = [option.right for option in options]
    if len(options) == 1:
        piece.report(piece.box, "question-few-options")
    elif options and not any(right):
        piece.report(piece.box, "question-no-answer")
    elif options and all(right):
        piece.report(piece.box, "question-no-wrong")


def _add_option(piece: Workpiece, option: RawOption, letter: str) -> None:
    """A `details` that opens to show the reason."""
    details = sub_element(piece.box, "details")
    summary = option.words
    summary.tag = "summary"
    details.extend([summary, option.reason])
    mark = sub_element(summary, "span", cls="letter")
    summary.insert(0, mark)
    mark.tail, summary.text = f" {summary.text or ''}", None
    piece.tree.visual_texts.append((mark, letter))
    verdicts = _VERDICTS[option.right]
    if not text_of([option.reason]).startswith(verdicts):
        verdict = sub_element(option.reason, "p", cls="verdict")
        option.reason.insert(0, verdict)
        verdict.tail = "\n"
        piece.tree.visual_texts.append((verdict, verdicts[0]))
    summary.tail = details.tail = "\n"


def _letters(count: int) -> list[str]:
    return [ascii_uppercase[i % 26] * (i // 26 + 1) for i in range(count)]
