"""Practice questions: one prompt, options that open to show their reason, no JavaScript."""

from string import ascii_uppercase

from articles.render import callouts
from articles.render.tree import (
    Element,
    Tree,
    is_blank,
    pop_attribute,
    remove,
    set_attributes,
    sub_element,
    text_of,
)

_INLINE = frozenset(("a", "br", "code", "del", "em", "img", "input", "strong", "sup"))
# What is said above a reason, unless the reason itself begins with it or with another word for it.
_VERDICTS = {True: ("Correct", "Right"), False: ("Incorrect", "Incorrect", "Wrong")}
_MESSAGES = {
    "container-open": ("A container is never closed.", "End it with a line of its own: `:::`."),
    "container-unknown": (
        "There is no container with this name.",
        "Use `::: question` for a practice question, `> [!NOTE]` for a note.",
    ),
    "question-prompt": ("A question has no text.", "Write the question above the options."),
    "question-options": ("A question has no options.", "Write each as `- [ ] words` or `- [x] words`."),
    "question-after": ("Something follows the options of a question.", "Put it below the closing `:::`."),
    "question-few-options": ("A question has one option.", "Give it at least two."),
    "question-no-answer": ("No option of a question is right.", "Mark the right one with `[x]`."),
    "question-no-wrong": ("Every option of a question is right.", "Leave `[ ]` before the wrong ones."),
    "question-no-box": ("An option has no box.", "Begin it with `- [ ]`, the right one with `- [x]`."),
    "question-empty-option": ("An option has no words.", "Write the option after its box."),
    "question-no-reason": (
        "An option has no reason.",
        "Say why it is right or wrong in a paragraph of its own below it, indented by two spaces.",
    ),
}


def build_questions(tree: Tree) -> list[str]:
    """Build the questions of the article in their order, and return their ids."""
    builder = QuestionBuilder(tree)
    for box in tree.elements["div"]:
        if box.tag == "div" and not box.get("role"):  # a callout has one, or is folded
            builder.build(box)
    return builder.ids


class QuestionBuilder:
    """Turns the parsed elements of questions into their final form."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.ids: list[str] = []

    def build(self, box: Element) -> None:
        """Build the question in a container `:::`, or report that the container is none."""
        self._check_closed(box)
        if box.get("class") == "question":
            self._build_question(box)
        elif not callouts.from_container(box):
            self._report(box, "container-unknown")
            pop_attribute(box, "class")

    def _build_question(self, box: Element) -> None:
        number = len(self.ids) + 1
        self.ids.append(f"question-{number}")
        box.tag = "section"
        set_attributes(box, id=self.ids[-1], cls="question", aria_label=f"Practice question {number}")
        parts = list(box)
        index = next((i for i, part in enumerate(parts) if _is_option_list(part)), len(parts))
        self._build_prompt(box, parts[:index], number)
        if index == len(parts):
            self._report(box, "question-options")
            return
        self._build_options(box, parts[index])
        if index + 1 < len(parts):
            self._report(parts[index + 1], "question-after")

    def _build_prompt(self, box: Element, parts: list[Element], number: int) -> None:
        prompt = sub_element(box, "div", cls="ask")
        label = sub_element(prompt, "p", cls="number")
        label.tail = prompt.tail = "\n"
        self.tree.visual_texts.append((label, f"Question {number}"))
        prompt.extend(parts)
        box.insert(0, prompt)
        if is_blank(prompt):
            self._report(box, "question-prompt")

    def _build_options(self, box: Element, options: Element) -> None:
        items = list(options)
        right = [
            self._build_option(item, letter) for letter, item in zip(_letters(len(items)), items, strict=True)
        ]
        for item in items:
            options.addprevious(item)
        remove(options)
        if len(items) < 2:
            self._report(box, "question-few-options")
        elif not any(right):
            self._report(box, "question-no-answer")
        elif all(right):
            self._report(box, "question-no-wrong")

    def _build_option(self, item: Element, letter: str) -> bool:
        """Turn a list item into a `details` that opens to show the reason. Whether the option is right."""
        box = _checkbox(item)
        right = box is not None and box.get("checked") is not None
        if box is None:
            self._report(item, "question-no-box")
        else:
            remove(box)
        summary, reason = _split_option(item, "why yes" if right else "why no")
        if is_blank(summary):
            self._report(item, "question-empty-option")
        if is_blank(reason):
            self._report(item, "question-no-reason")
        self._add_letter(summary, letter)
        self._add_verdict(reason, _VERDICTS[right])
        item.tag = "details"
        summary.tail = item.tail = "\n"
        return right

    def _add_letter(self, summary: Element, letter: str) -> None:
        mark = sub_element(summary, "span", cls="letter")
        summary.insert(0, mark)
        mark.tail, summary.text = f" {summary.text or ''}", None
        self.tree.visual_texts.append((mark, letter))

    def _add_verdict(self, reason: Element, verdicts: tuple[str, ...]) -> None:
        """Put the verdict above the reason, unless the reason begins with one."""
        if not text_of([reason]).startswith(verdicts):
            verdict = verdicts[0]
            mark = sub_element(reason, "p", cls="verdict")
            reason.insert(0, mark)
            mark.tail = "\n"
            self.tree.visual_texts.append((mark, verdict))

    def _check_closed(self, box: Element) -> None:
        start, end = self.tree.span(box)
        if start == end or not self.tree.lines[min(end, len(self.tree.lines)) - 1].rstrip().endswith(":::"):
            self._report(box, "container-open")

    def _report(self, element: Element, code: str) -> None:
        self.tree.report(self.tree.line(element), code, *_MESSAGES[code])


def _is_option_list(part: Element) -> bool:
    return part.tag in ("ul", "ol") and any(_checkbox(item) is not None for item in part)


def _letters(count: int) -> list[str]:
    return [ascii_uppercase[i % 26] * (i // 26 + 1) for i in range(count)]


def _checkbox(item: Element) -> Element | None:
    return item[0] if len(item) and item[0].tag == "input" else None


def _split_option(item: Element, reason_class: str) -> tuple[Element, Element]:
    """Move an option's first paragraph or inline content into a summary, and the rest into a reason."""
    parts = list(item)
    stop = next((i for i, part in enumerate(parts) if part.tag not in _INLINE), len(parts))
    if stop == 0 and not (item.text or "").strip() and parts and parts[0].tag in ("p", "figure"):
        summary, rest = parts[0], parts[1:]
        summary.tag = "summary"
    else:
        summary, rest = sub_element(item, "summary"), parts[stop:]
        summary.text = (item.text or "").lstrip()
        summary.extend(parts[:stop])
        item.insert(0, summary)
    item.text = None
    stray, summary.tail = (summary.tail or "").strip(), None
    reason = sub_element(item, "div", cls=reason_class)
    if stray:  # text of an author's element that is not allowed here
        sub_element(reason, "p").text = stray
    reason.extend(rest)
    return summary, reason
