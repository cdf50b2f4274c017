"""Builds the items of an article in their order."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches

from articles.items import KINDS, MOST_OPTIONS, Item
from articles.render import callouts
from articles.render.study import answer, card, case, cloze, order, question, term
from articles.render.study.draft import Draft
from articles.render.study.header import Header, read_header
from articles.render.study.messages import MESSAGES
from articles.render.study.workpiece import ANCHOR, Workpiece
from articles.render.tree import Element, Tree, pop_attribute

_BUILDERS: dict[str, Callable[[Workpiece], None]] = {
    "question": question.build, "answer": answer.build, "order": order.build, "cloze": cloze.build,
    "card": card.build, "term": term.build, "case": case.build,
}  # fmt: skip


@dataclass(slots=True)
class StudyItems:
    """The items of an article while its tree still changes."""

    drafts: list[Draft] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    late: list[Callable[[], None]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    sections: dict[Element, Header] = field(default_factory=dict)

    def show(self) -> None:
        """Do what must not be in the text for search."""
        for step in self.late:
            step()

    def finish(self) -> tuple[Item, ...]:
        """The items, once the tree is as it is shown."""
        return tuple(draft.finish() for draft in self.drafts)


def build_items(tree: Tree) -> StudyItems:
    """Make sections of all containers that are items, and report those that are nothing."""
    items = StudyItems()
    for box in tree.elements["div"]:
        if box.tag == "div" and not box.get("role"):  # a callout has one, or is folded
            _build(tree, box, items)
    return items


def _build(tree: Tree, box: Element, items: StudyItems) -> None:
    _check_closed(tree, box)
    if header := read_header(box.get("class", "")):
        _build_item(tree, box, header, items)
    elif not callouts.from_container(box):
        message, hint = MESSAGES["container-unknown"]
        name = next(iter(box.get("class", "").split()), "").strip("{.}").lower()
        near = get_close_matches(name, KINDS, 1, 0.7)
        tree.report(tree.line(box), "container-unknown", message, f"Write `::: {near[0]}`." if near else hint)
        pop_attribute(box, "class")


def _build_item(tree: Tree, box: Element, header: Header, items: StudyItems) -> None:
    line = tree.line(box)
    draft = Draft(header, line, case=_case_of(tree, box, header, items))
    for code, message, hint in header.mistakes:
        tree.report(line, code, message, hint)
    if not header.key and not any(code == "item-bad-id" for code, _, _ in header.mistakes):
        message = "An item has no id, so nobody can practice it by itself."
        hint = "Write one behind its kind, or run `carrel check --give-ids`, which writes one for each that has none."
        tree.report(line, "item-no-id", message, hint, "warning")
    items.sections[box] = header
    items.counts[header.kind] += 1
    number = items.counts[header.kind]
    piece = Workpiece(tree, box, draft, number, items.late)
    _BUILDERS[header.kind](piece)
    piece.end()
    if len(draft.options) > MOST_OPTIONS:
        piece.report(box, "item-too-many")
    draft.take_texts()
    items.drafts.append(draft)
    if header.kind == "question":
        items.anchors.append(f"{ANCHOR}{number}")
    if header.key:
        items.anchors.append(f"{ANCHOR}{header.key}")


def _case_of(tree: Tree, box: Element, header: Header, items: StudyItems) -> str:
    """The key of the case around it; an item stands in no other item."""
    around = next((items.sections[outer] for outer in box.iterancestors() if outer in items.sections), None)
    if around is None:
        return ""
    if around.kind != "case" or header.kind == "case":
        tree.report(tree.line(box), "item-nested", *MESSAGES["item-nested"])
    return around.key


def _check_closed(tree: Tree, box: Element) -> None:
    start, end = tree.span(box)
    if start == end or not tree.lines[min(end, len(tree.lines)) - 1].rstrip().endswith(":::"):
        tree.report(tree.line(box), "container-open", *MESSAGES["container-open"])
