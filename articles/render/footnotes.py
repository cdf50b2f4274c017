"""Footnotes: numbered by us, since an author's label may hold any character, with a way back from every note."""

import re
from collections import Counter
from collections.abc import Set
from urllib.parse import unquote

from articles.render.tree import Element, Tree, prose, remove

_DEFINITION = re.compile(r" {0,3}\[\^([^\]\s]+)\]:")
_CALL = re.compile(r"\[\^([^\]\s]+)\]")
_OURS = ("ref", "back", "footnote-backref")


def tie(tree: Tree, source: str) -> None:
    """Tie calls to notes in both directions, and report what has no other end."""
    if "[^" not in source:
        return
    calls = _calls(tree)
    _check_definitions(tree, {_label(target) for target in calls})
    if source.count("[^") > sum(map(len, calls.values())) + source.count("]:"):
        _check_calls(tree)
    for section in tree.found["section"]:
        section.attrib.update({"class": "footnotes", "role": "doc-endnotes", "aria-label": "Footnotes"})
        _tie_notes(tree, section, calls)
    tree.found["a"] = [link for link in tree.found["a"] if link.get("class") not in _OURS]


def _calls(tree: Tree) -> dict[str, list[Element]]:
    calls: dict[str, list[Element]] = {}
    for link in tree.found["a"]:
        if link.get("id", "").startswith("fnref-"):
            link.text = None
            calls.setdefault(link.get("href", "")[1:], []).append(link)
    return calls


def _tie_notes(tree: Tree, section: Element, calls: dict[str, list[Element]]) -> None:
    number = 0
    for note in list(section[0]):
        backs = [link for link in note.iter("a") if link.get("class") == "footnote-backref"]
        if not backs:  # the second of two notes with one name
            remove(note)
            continue
        number += 1
        called_from = calls[note.get("id", "")]
        note.set("id", f"fn-{number}")
        for count, (call, back) in enumerate(zip(called_from, backs, strict=True), 1):
            _tie_one(tree, call, back, number, count)


def _tie_one(tree: Tree, call: Element, back: Element, number: int, count: int) -> None:
    place = f"fnref-{number}" if count == 1 else f"fnref-{number}-{count}"
    call.attrib.update({"id": place, "class": "ref", "role": "doc-noteref"})
    call.attrib.update({"href": f"#fn-{number}", "aria-label": f"Note {number}"})
    for mark in list(back):  # the count of a second call
        back.remove(mark)
    back.text = None
    back.attrib.update({"href": f"#{place}", "class": "back", "role": "doc-backlink"})
    back.set("aria-label", f"Back to the text, note {number}" + (f", place {count}" if count > 1 else ""))
    tree.late += [(call, str(number)), (back, "↩" if count == 1 else f"↩{count}")]


def _check_definitions(tree: Tree, called: Set[str]) -> None:
    code = [tree.span(element) for element in tree.found["pre"]]
    defined: Counter[str] = Counter()
    for number, line in enumerate(tree.lines, 1):
        found = "]:" in line and _DEFINITION.match(line)
        if found and not any(start <= number <= end for start, end in code):
            defined[found[1].casefold()] += 1
            _check_definition(tree, number + tree.context.first_line - 1, found[1], defined, called)


def _check_calls(tree: Tree) -> None:
    for element, text in prose(tree):
        for call in _CALL.findall(text):
            line = tree.seek(element, re.compile(re.escape(f"[^{call}]")))
            mend = f"Add a line that begins with `[^{call}]:`."
            tree.report(
                line, "footnote-undefined", f"The footnote [^{call}] is called, but not written.", mend
            )


def _check_definition(tree: Tree, line: int, name: str, defined: Counter[str], called: Set[str]) -> None:
    label = name.casefold()
    if defined[label] > 1:
        tree.report(
            line, "footnote-duplicate", f"The footnote [^{name}] is written twice.", "Keep one of the two."
        )
    elif label not in called:
        message = f"The footnote [^{name}] is written, but the text never calls it."
        tree.report(
            line, "footnote-unused", message, f"Put [^{name}] where the note belongs, or remove the note."
        )


def _label(target: str) -> str:
    return unquote(target.removeprefix("fn-")).casefold()
