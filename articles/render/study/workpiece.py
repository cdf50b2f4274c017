"""What the kinds of items have in common: label, prompt, hint, source, and the part that readers open."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from articles.render.study.draft import Draft
from articles.render.study.messages import MESSAGES
from articles.render.tree import (
    Element,
    Tree,
    is_blank,
    new_element,
    pop_attribute,
    remove,
    set_attributes,
    sub_element,
    text_of,
)

LABELS = {
    "question": "Question", "answer": "Short answer", "order": "Put in order", "cloze": "Fill the gap", "card": "Card",
    "term": "Term", "case": "Case",
}  # fmt: skip
ANCHOR = "question-"  # reserved, so that no heading has it
_USUAL_TITLES = ("tip", "hint")
_SOURCE_LINE = re.compile(r"^Sources?:[ \t]*(?:\S|\Z)", re.MULTILINE)
_SOURCE = re.compile(r"Sources?:\s*\S")


@dataclass(slots=True)
class Workpiece:
    """The container of one item, and what is to become of it. `late` is done when the text for search was taken."""

    tree: Tree
    box: Element
    draft: Draft
    number: int
    late: list[Callable[[], None]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The kind of the item."""
        return self.draft.header.kind

    def report(self, element: Element, code: str) -> None:
        """Record a mistake where the element begins."""
        self.tree.report(self.tree.line(element), code, *MESSAGES[code])

    def begin(self) -> list[Element]:
        """Make a section of the container. Its parts, without hint and source."""
        key = self.draft.header.key
        label = "Practice question" if self.kind == "question" else LABELS[self.kind]
        looks = {"question": "question", "case": "case"}.get(self.kind, f"question item-{self.kind}")
        self.box.tag = "section"
        pop_attribute(self.box, "class")
        if key or self.kind == "question":
            set_attributes(self.box, cls=looks, id=f"{ANCHOR}{key or self.number}")
        else:
            set_attributes(self.box, cls=looks)
        set_attributes(self.box, aria_label=f"{label} {self.number}")
        self._take_source()
        if not self.draft.source and self.kind != "case":
            self.report_hidden_source()
        self._take_hint()
        return list(self.box)

    def set_prompt(self, parts: list[Element], missing: str = "question-prompt") -> None:
        """Put what is asked at the top, below the label; the code says what is wrong without any."""
        prompt = new_element("div", cls="stem" if self.kind == "case" else "ask")
        label = sub_element(prompt, "p", cls="number")
        label.tail = prompt.tail = "\n"
        self.tree.visual_texts.append((label, f"{LABELS[self.kind]} {self.number}"))
        if self.kind == "question" and self.draft.header.key:
            sub_element(label, "span", id=f"{ANCHOR}{self.number}")  # its address before it had an id
        self.draft.prompt = parts
        prompt.extend(parts)
        self.box.insert(0, prompt)
        if is_blank(prompt):
            self.report(self.box, missing)
        for hint in self.draft.hint:
            self._add_hint(prompt, hint)

    def add_answer(self, words: str) -> Element:
        """A part that readers open; what it shows goes into the element."""
        details = sub_element(self.box, "details", cls="answer")
        summary = sub_element(details, "summary")
        self.tree.visual_texts.append((summary, words))
        summary.tail = details.tail = "\n"
        return sub_element(details, "div", cls="why yes")

    def end(self) -> None:
        """Put the source below everything else."""
        for source in self.draft.source:
            source.set("class", "source")
            source.tail = "\n"
            self.box.append(source)

    def _take_source(self) -> None:
        last = self.box[-1] if len(self.box) else None
        if last is not None and last.tag == "p" and _SOURCE.match(text_of([last])):
            remove(last)
            self.draft.source = [last]
            self.draft.texts["source"] = text_of([last]).partition(":")[2].strip()

    def report_hidden_source(self) -> None:
        """Warn of a source that the reason above it has swallowed, as no blank line parts them."""
        for paragraph in self.box.iter("p"):
            if _SOURCE_LINE.search(paragraph.text or "") or any(
                _SOURCE_LINE.search(each.tail or "") for each in paragraph
            ):
                message, hint = MESSAGES["item-source-line"]
                self.tree.report(
                    self.tree.line_of_match(paragraph, _SOURCE), "item-source-line", message, hint, "warning"
                )

    def _take_hint(self) -> None:
        hints = [part for part in self.box if part.get("class") == "note note-tip"]
        for hint in hints:
            drop(hint)
        if len(hints) > 1:
            self.report(self.box, "item-hint-twice")
        if hints:
            title, *self.draft.hint = list(hints[0])
            if text_of([title]).casefold() not in _USUAL_TITLES:
                title.tag = "p"
                pop_attribute(title, "class")
                self.draft.hint.insert(0, title)
            for part in self.draft.hint:
                part.tail = part.tail if (part.tail or "").strip() else "\n"

    def _add_hint(self, prompt: Element, part: Element) -> None:
        """All parts of the hint go into one element, behind what is asked."""
        following = prompt.getnext()
        if following is not None and following.get("class") == "hint":
            following[-1].append(part)
            return
        details = new_element("details", cls="hint")
        summary = sub_element(details, "summary")
        self.tree.visual_texts.append((summary, "Hint"))
        summary.tail = details.tail = "\n"
        sub_element(details, "div", cls="why").append(part)
        prompt.addnext(details)


def drop(element: Element) -> None:
    """Take an element out; words behind it stay."""
    if not (element.tail or "").strip():
        element.tail = None
    remove(element)
