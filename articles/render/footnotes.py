"""Footnotes: numbered by us, since an author's label may hold any character, with a way back from every note."""

import re
from collections import Counter
from collections.abc import Set
from itertools import islice
from urllib.parse import unquote

from articles.render.tree import Element, Tree, parent_of, prose, put, remove

_DEFINITION = re.compile(r" {0,3}\[\^([^\]\s]+)\]:")
_CALL = re.compile(r"\[\^([^\]\s]+)\]")
_MANY = 100  # calls without a note; each is looked for in the source
_OURS = ("ref", "back", "footnote-backref")


def tie(tree: Tree, source: str) -> None:
    """Tie calls to notes in both directions, and report what has no other end."""
    if "[^" not in source:
        return
    calls = _calls(tree)
    _check_definitions(tree, {_label(target) for target in calls})
    for section in tree.found["section"][:1]:
        _keep_called(tree, section, calls)
        if len(section[0]):
            _tie_notes(tree, section, calls)
    untied = [call for called_from in calls.values() for call in called_from if call.get("class") != "ref"]
    tree.discard([parent_of(call) for call in untied])  # their note is not shown
    tree.found["a"] = [link for link in tree.found["a"] if link.get("class") not in _OURS]


def _calls(tree: Tree) -> dict[str, list[Element]]:
    calls: dict[str, list[Element]] = {}
    for link in tree.found["a"]:
        if link.get("id", "").startswith("fnref-"):
            link.text = None
            calls.setdefault(link.get("href", "")[1:], []).append(link)
    return calls


def _keep_called(tree: Tree, section: Element, calls: dict[str, list[Element]]) -> None:
    """Drop what the parser gives but no reader can reach: the second of two notes, one called in an alt text only."""
    tree.discard([note for note in section[0] if note.get("id") not in calls or not _backs(note)])
    kept = set(tree.found["a"])
    for called_from in calls.values():
        called_from[:] = [call for call in called_from if call in kept]
    if not len(section[0]):
        tree.discard([section])


def _tie_notes(tree: Tree, section: Element, calls: dict[str, list[Element]]) -> None:
    put(section, cls="footnotes", role="doc-endnotes", aria_label="Footnotes")
    for number, note in enumerate(section[0], 1):
        called_from, backs = calls[note.get("id", "")], _backs(note)
        note.set("id", f"fn-{number}")
        for count, (call, back) in enumerate(zip(called_from, backs, strict=False), 1):
            _tie_one(tree, call, back, number, count)
        for back in backs[len(called_from) :]:
            remove(back)


def _backs(note: Element) -> list[Element]:
    return [link for link in note.iter("a") if link.get("class") == "footnote-backref"]


def _tie_one(tree: Tree, call: Element, back: Element, number: int, count: int) -> None:
    place = f"fnref-{number}" if count == 1 else f"fnref-{number}-{count}"
    put(call, id=place, cls="ref", role="doc-noteref", href=f"#fn-{number}", aria_label=f"Note {number}")
    for mark in list(back):  # the count of a second call
        back.remove(mark)
    back.text = None
    label = f"Back to the text, note {number}" + (f", place {count}" if count > 1 else "")
    put(back, href=f"#{place}", cls="back", role="doc-backlink", aria_label=label)
    tree.late += [(call, str(number)), (back, "↩" if count == 1 else f"↩{count}")]


def _check_definitions(tree: Tree, called: Set[str]) -> None:
    code = [tree.span(element) for element in tree.found["pre"]]
    defined: Counter[str] = Counter()
    for number, line in [pair for pair in enumerate(tree.lines, 1) if "]:" in pair[1]]:
        found = _DEFINITION.match(line)
        if found and not any(start <= number <= end for start, end in code):
            defined[found[1].casefold()] += 1
            _check_definition(tree, number + tree.context.first_line - 1, found[1], defined, called)


def check_calls(tree: Tree) -> None:
    """Report calls whose note is missing: the parser leaves them as text."""
    undefined = ((element, call) for element, text in prose(tree) for call in _CALL.findall(text))
    for element, call in islice(undefined, _MANY):
        line = tree.seek(element, re.compile(re.escape(f"[^{call}]")))
        mend = f"Add a line that begins with `[^{call}]:`."
        tree.report(line, "footnote-undefined", f"The footnote [^{call}] is called, but not written.", mend)


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
