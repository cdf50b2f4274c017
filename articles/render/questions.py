"""Practice questions: one prompt, options that open to show their reason, no JavaScript."""

import re
from string import ascii_uppercase

from articles.render.tree import Element, Tree, add, is_blank, make, remove, take, text_of

ID = "question-{}"
_OPENING = re.compile(r":{3,}")
_INLINE = frozenset(("a", "br", "code", "del", "em", "img", "input", "strong", "sup"))
_VERDICTS = {True: "Right", False: "Not this one"}


def build(tree: Tree) -> int:
    """Build every question of the article in its order, and give their number."""
    count = 0
    for box in tree.found["div"]:
        name = box.get("class", "")
        if box.get("role") or name.startswith("markdown-alert"):
            continue
        _check_closed(tree, box)
        if name == "question":
            count += 1
            _build_one(tree, box, count)
        else:
            _report_unknown(tree, box, name)
    return count


def _build_one(tree: Tree, box: Element, number: int) -> None:
    box.tag = "section"
    box.attrib.update(
        {"id": ID.format(number), "class": "question", "aria-label": f"Practice question {number}"}
    )
    parts = list(box)
    place = next((at for at, part in enumerate(parts) if _is_options(part)), len(parts))
    ask = add(box, "div", cls="ask")
    count = add(ask, "p", cls="number")
    count.tail = ask.tail = "\n"
    tree.late.append((count, f"Question {number}"))
    ask.extend(parts[:place])
    box.insert(0, ask)
    if is_blank(ask):
        _report(
            tree, box, "question-prompt", "A question asks nothing.", "Write the question above its options."
        )
    if place == len(parts):
        _report(
            tree,
            box,
            "question-options",
            "A question has no options.",
            "Write each as `- [ ] words` or `- [x] words`.",
        )
        return
    _build_options(tree, box, parts[place])
    if place + 1 < len(parts):
        message = "Something follows the options inside the question."
        _report(tree, parts[place + 1], "question-after", message, "Put it below the closing `:::`.")


def _is_options(part: Element) -> bool:
    return part.tag in ("ul", "ol") and any(_box(item) is not None for item in part)


def _build_options(tree: Tree, box: Element, options: Element) -> None:
    items = list(options)
    right = [_is_right(item) for item in items]
    for letter, item in zip(_letters(len(items)), items, strict=True):
        _build_option(tree, item, letter)
        options.addprevious(item)
    remove(options)
    if len(items) < 2:
        _report(tree, box, "question-few-options", "A question has one option.", "Give it at least two.")
    elif not any(right):
        _report(
            tree,
            box,
            "question-no-answer",
            "No option of a question is right.",
            "Mark the right one with `[x]`.",
        )
    elif all(right):
        _report(
            tree,
            box,
            "question-no-wrong",
            "Every option of a question is right.",
            "Leave `[ ]` at the wrong ones.",
        )


def _letters(count: int) -> list[str]:
    return [ascii_uppercase[at % 26] * (at // 26 + 1) for at in range(count)]


def _is_right(item: Element) -> bool:
    box = _box(item)
    return box is not None and box.get("checked") is not None


def _box(item: Element) -> Element | None:
    return item[0] if len(item) and item[0].tag == "input" else None


def _build_option(tree: Tree, item: Element, letter: str) -> None:
    """Make a list item a `details` that opens to show the reason."""
    right = _is_right(item)
    if _box(item) is None:
        _report(
            tree,
            item,
            "question-no-box",
            "An option has no box.",
            "Begin it with `- [ ]`, the right one with `- [x]`.",
        )
    summary, why = _split(item, "why yes" if right else "why no")
    if is_blank(summary):
        _report(
            tree, item, "question-empty-option", "An option has no words.", "Write the option after its box."
        )
    if is_blank(why) and next(why.iter("img"), None) is None:
        mend = "Say why it is right or wrong in a paragraph of its own below it, indented by two spaces."
        _report(tree, item, "question-no-reason", f"Option {letter} has no reason.", mend)
    _letter(tree, summary, letter)
    _judge(tree, why, _VERDICTS[right])
    item.tag = "details"
    summary.tail = item.tail = "\n"


def _judge(tree: Tree, why: Element, verdict: str) -> None:
    """Put the verdict above the reason, unless the reason begins with it."""
    if not text_of([why]).startswith(verdict):
        mark = make("p", cls="verdict")
        mark.tail = "\n"
        why.insert(0, mark)
        tree.late.append((mark, verdict))


def _split(item: Element, why_class: str) -> tuple[Element, Element]:
    """Move an option's first paragraph, or its loose words, into a summary, and the rest into a reason."""
    box = _box(item)
    if box is not None:
        remove(box)
    parts = list(item)
    stop = next((at for at, part in enumerate(parts) if part.tag not in _INLINE), len(parts))
    if stop == 0 and not (item.text or "").strip() and parts and parts[0].tag == "p":
        summary, rest = parts[0], parts[1:]
        summary.tag = "summary"
    else:
        summary, rest = add(item, "summary"), parts[stop:]
        summary.text, item.text = (item.text or "").lstrip(), None
        summary.extend(parts[:stop])
        item.insert(0, summary)
    item.text = None
    why = add(item, "div", cls=why_class)
    why.extend(rest)
    return summary, why


def _letter(tree: Tree, summary: Element, letter: str) -> None:
    mark = make("span", cls="letter")
    mark.tail, summary.text = f" {summary.text or ''}", None
    summary.insert(0, mark)
    tree.late.append((mark, letter))


def _check_closed(tree: Tree, box: Element) -> None:
    start, end = tree.span(box)
    if not tree.lines[min(end, len(tree.lines)) - 1].rstrip().endswith(":::") or start == end:
        _report(
            tree,
            box,
            "container-open",
            "A container is never closed.",
            "End it with a line of its own: `:::`.",
        )


def _report_unknown(tree: Tree, box: Element, name: str) -> None:
    mend = "Use `::: question` for a practice question, `> [!NOTE]` for a note."
    _report(tree, box, "container-unknown", f"There is no container “{name}”.", mend)
    take(box, "class")


def _report(tree: Tree, element: Element, code: str, message: str, mend: str) -> None:
    tree.report(tree.line(element), code, message, mend)
