"""Tables, notes and task lists, made to be used by keyboard and heard by a screen reader."""

from articles.render.tree import Element, Tree, make, parent_of, put, take, text_of, wrap

_LABEL = 120  # characters; a listener needs the gist of a long head


def tables(tree: Tree) -> None:
    """Let wide tables scroll by keyboard, and say which cells are heads."""
    for table in tree.found["table"]:
        heads = [head for head in table.iter("th") if not _is_empty(head)]
        for head in heads:
            head.set("scope", "col")
        for cell in table.iter("th", "td"):
            if side := take(cell, "align"):
                cell.set("class", side)
        _mark_row_heads(table)
        for empty in [head for head in table.iter("th") if _is_empty(head)]:
            empty.tag = "td"  # a head without words says nothing to a listener
            take(empty, "scope")
        label = f"Table: {', '.join(text_of([head]) for head in heads)}"[:_LABEL]
        wrap(table, make("div", cls="table", role="region", aria_label=label, tabindex="0"))


def _mark_row_heads(table: Element) -> None:
    """The first column heads its rows where all of it is bold, and where nothing stands above it."""
    firsts = [row[0] for row in table.iter("tr") if len(row) and row[0].tag == "td"]
    corner = next(table.iter("th"), None)
    if (corner is not None and _is_empty(corner)) or all(_is_bold(cell) for cell in firsts):
        for cell in firsts:
            cell.tag = "th"
            cell.set("scope", "row")


def _is_empty(cell: Element) -> bool:
    return not len(cell) and not (cell.text or "").strip()


def _is_bold(cell: Element) -> bool:
    return len(cell) == 1 and cell[0].tag == "strong" and not cell.text and not cell[0].tail


def notes(tree: Tree) -> None:
    """Turn GitHub's admonitions into notes."""
    for box in tree.found["div"]:
        classes = box.get("class", "").split()
        if classes[:1] == ["markdown-alert"] and len(classes) == 2:
            kind = classes[1].removeprefix("markdown-alert-")
            put(box, cls=f"note note-{kind}", role="note")
            box[0].set("class", "note-title")


def tasks(tree: Tree) -> None:
    """Give the boxes of task lists a name; they are for reading, not for ticking."""
    for box in tree.found["input"]:
        item = box.getparent()
        if item is None:  # the box of an option: its question has removed it
            continue
        item.set("class", "task")
        parent_of(item).set("class", "tasks")
        box.set("aria-label", "Done" if box.get("checked") is not None else "Not done")
