"""Terms: a word, and a definition that opens."""

from articles.render.study.options import split_words
from articles.render.study.workpiece import Workpiece, drop
from articles.render.tree import Element, is_blank, new_element, sub_element


def build(piece: Workpiece) -> None:
    """Make a term of the container."""
    parts = piece.begin()
    pair = _term_and_definition(parts)
    if pair is None:
        piece.report(piece.box, "item-definition")
        piece.set_prompt(parts, "item-definition")
        return
    term, definition = pair
    if "\n" in "".join(map(str, term.itertext())).strip():
        piece.report(piece.box, "item-definition")
    if len(definition) and definition[0].tag == "ol" and not (definition.text or "").strip():
        piece.report(definition, "item-term-list")
    name = new_element("p")
    dfn = sub_element(name, "dfn")
    dfn.text = term.text
    dfn.extend(list(term))
    drop(parts[0])
    piece.set_prompt([name], "item-definition")
    piece.draft.answer = _blocks(definition)
    if not any(not is_blank(part) for part in piece.draft.answer):
        piece.report(piece.box, "item-definition")
    piece.add_answer("Show the definition").extend(piece.draft.answer)


def _term_and_definition(parts: list[Element]) -> tuple[Element, Element] | None:
    if len(parts) != 1 or parts[0].tag != "dl":
        return None
    tags = [part.tag for part in parts[0]]
    return (parts[0][0], parts[0][1]) if tags == ["dt", "dd"] else None


def _blocks(definition: Element) -> list[Element]:
    """The blocks of a definition, whose first words need not be in one."""
    words, rest = split_words(definition)
    return rest if is_blank(words) else [words, *rest]
