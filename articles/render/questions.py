"""Practice questions: one prompt, options that open to show their reason, no JavaScript."""

from string import ascii_uppercase

from articles.render.tree import Element, Tree, add, is_blank, put, remove, take, text_of

ID = "question-{}"
_INLINE = frozenset(("a", "br", "code", "del", "em", "img", "input", "strong", "sup"))
_VERDICTS = {True: "Right", False: "Not this one"}
_SAYINGS = {
    "container-open": ("A container is never closed.", "End it with a line of its own: `:::`."),
    "container-unknown": (
        "There is no container of this name.",
        "Use `::: question` for a practice question, `> [!NOTE]` for a note.",
    ),
    "question-prompt": ("A question asks nothing.", "Write the question above its options."),
    "question-options": ("A question has no options.", "Write each as `- [ ] words` or `- [x] words`."),
    "question-after": ("Something follows the options of a question.", "Put it below the closing `:::`."),
    "question-few-options": ("A question has one option.", "Give it at least two."),
    "question-no-answer": ("No option of a question is right.", "Mark the right one with `[x]`."),
    "question-no-wrong": ("Every option of a question is right.", "Leave `[ ]` at the wrong ones."),
    "question-no-box": ("An option has no box.", "Begin it with `- [ ]`, the right one with `- [x]`."),
    "question-empty-option": ("An option has no words.", "Write the option after its box."),
    "question-no-reason": (
        "An option has no reason.",
        "Say why it is right or wrong in a paragraph of its own below it, indented by two spaces.",
    ),
}


def build(tree: Tree) -> int:
    """Build every question of the article in its order, and give their number."""
    count = 0
    for box in tree.found["div"]:
        name = box.get("class", "")
        if box.get("role"):  # a note
            continue
        _check_closed(tree, box)
        if name == "question":
            count += 1
            _build_one(tree, box, count)
        else:
            _say(tree, box, "container-unknown")
            take(box, "class")
    return count


def _build_one(tree: Tree, box: Element, number: int) -> None:
    box.tag = "section"
    put(box, id=ID.format(number), cls="question", aria_label=f"Practice question {number}")
    parts = list(box)
    place = next((at for at, part in enumerate(parts) if _is_options(part)), len(parts))
    _build_prompt(tree, box, parts[:place], number)
    if place == len(parts):
        _say(tree, box, "question-options")
        return
    _build_options(tree, box, parts[place])
    if place + 1 < len(parts):
        _say(tree, parts[place + 1], "question-after")


def _build_prompt(tree: Tree, box: Element, parts: list[Element], number: int) -> None:
    ask = add(box, "div", cls="ask")
    count = add(ask, "p", cls="number")
    count.tail = ask.tail = "\n"
    tree.late.append((count, f"Question {number}"))
    ask.extend(parts)
    box.insert(0, ask)
    if is_blank(ask):
        _say(tree, box, "question-prompt")


def _is_options(part: Element) -> bool:
    return part.tag in ("ul", "ol") and any(_box(item) is not None for item in part)


def _build_options(tree: Tree, box: Element, options: Element) -> None:
    items = list(options)
    right = [
        _build_option(tree, item, letter) for letter, item in zip(_letters(len(items)), items, strict=True)
    ]
    for item in items:
        options.addprevious(item)
    remove(options)
    if len(items) < 2:
        _say(tree, box, "question-few-options")
    elif not any(right):
        _say(tree, box, "question-no-answer")
    elif all(right):
        _say(tree, box, "question-no-wrong")


def _letters(count: int) -> list[str]:
    return [ascii_uppercase[at % 26] * (at // 26 + 1) for at in range(count)]


def _box(item: Element) -> Element | None:
    return item[0] if len(item) and item[0].tag == "input" else None


def _build_option(tree: Tree, item: Element, letter: str) -> bool:
    """Make a list item a `details` that opens to show the reason, and say whether the option is right."""
    box = _box(item)
    right = box is not None and box.get("checked") is not None
    if box is None:
        _say(tree, item, "question-no-box")
    else:
        remove(box)
    summary, why = _split(item, "why yes" if right else "why no")
    if is_blank(summary):
        _say(tree, item, "question-empty-option")
    if is_blank(why):
        _say(tree, item, "question-no-reason")
    _letter(tree, summary, letter)
    _judge(tree, why, _VERDICTS[right])
    item.tag = "details"
    summary.tail = item.tail = "\n"
    return right


def _split(item: Element, why_class: str) -> tuple[Element, Element]:
    """Move an option's first paragraph, or its loose words, into a summary, and the rest into a reason."""
    parts = list(item)
    stop = next((at for at, part in enumerate(parts) if part.tag not in _INLINE), len(parts))
    if stop == 0 and not (item.text or "").strip() and parts and parts[0].tag in ("p", "figure"):
        summary, rest = parts[0], parts[1:]
        summary.tag = "summary"
    else:
        summary, rest = add(item, "summary"), parts[stop:]
        summary.text = (item.text or "").lstrip()
        summary.extend(parts[:stop])
        item.insert(0, summary)
    item.text = None
    why = add(item, "div", cls=why_class)
    why.extend(rest)
    return summary, why


def _letter(tree: Tree, summary: Element, letter: str) -> None:
    mark = add(summary, "span", cls="letter")
    summary.insert(0, mark)
    mark.tail, summary.text = f" {summary.text or ''}", None
    tree.late.append((mark, letter))


def _judge(tree: Tree, why: Element, verdict: str) -> None:
    """Put the verdict above the reason, unless the reason begins with it."""
    if not text_of([why]).startswith(verdict):
        mark = add(why, "p", cls="verdict")
        why.insert(0, mark)
        mark.tail = "\n"
        tree.late.append((mark, verdict))


def _check_closed(tree: Tree, box: Element) -> None:
    start, end = tree.span(box)
    if start == end or not tree.lines[min(end, len(tree.lines)) - 1].rstrip().endswith(":::"):
        _say(tree, box, "container-open")


def _say(tree: Tree, element: Element, code: str) -> None:
    tree.report(tree.line(element), code, *_SAYINGS[code])
