"""Tables and task lists, made accessible to keyboards and screen readers."""

import re

from articles.render.tree import (
    Element,
    Tree,
    new_element,
    parent_of,
    pop_attribute,
    text_of,
    wrap,
)

_BEFORE_ROW = re.compile(r"^[>\s]+")  # quotes, and the indentation of lists
_BAR = re.compile(r"(?<!\\)\|")
_LAST_BAR = re.compile(r"(?<!\\)\|$")
_MAX_LABEL = 120  # characters; a screen reader reads the whole label aloud


def make_tables_accessible(tree: Tree) -> None:
    """Make wide tables scrollable by keyboard, and mark header cells."""
    for table in tree.elements["table"]:
        report_lost_cells(tree, table)
        headers = [header for header in table.iter("th") if not is_empty_cell(header)]
        for header in headers:
            header.set("scope", "col")
        for cell in table.iter("th", "td"):
            if alignment := pop_attribute(cell, "align"):
                cell.set("class", alignment)
        mark_row_headers(table)
        for empty in [header for header in table.iter("th") if is_empty_cell(header)]:
            empty.tag = "td"  # an empty header has no meaning for a screen reader
            pop_attribute(empty, "scope")
        label = f"Table: {', '.join(text_of([header]) for header in headers)}"[:_MAX_LABEL]
        wrap(table, new_element("div", cls="table", role="region", aria_label=label, tabindex="0"))


def report_lost_cells(tree: Tree, table: Element) -> None:
    """Warn of rows that have more cells than the head: GFM, 4.10, drops what is beyond it."""
    rows = list(table.iter("tr"))
    for row in rows[1:]:
        line = tree.line(row)
        if cell_count(tree.lines[line - tree.context.first_line]) > len(rows[0]):
            message = (
                f"The row has more cells than the table's header ({len(rows[0])}); the extra cells are lost."
            )
            hint = r"Write a bar that is text as `\|`, in code too, or give the header as many cells."
            tree.report(line, "cells-lost", message, hint, "warning")


def cell_count(line: str) -> int:
    """How many cells GFM sees in a line of a table."""
    row = _BEFORE_ROW.sub("", line).rstrip()
    bars = len(_BAR.findall(row))
    return bars + 1 - row.startswith("|") - (len(row) > 1 and bool(_LAST_BAR.search(row)))


def mark_row_headers(table: Element) -> None:
    """Make the first column headers when all of it is bold, or when its own header is empty."""
    first_cells = [row[0] for row in table.iter("tr") if len(row) and row[0].tag == "td"]
    corner = next(table.iter("th"), None)
    if (corner is not None and is_empty_cell(corner)) or all(is_bold_cell(cell) for cell in first_cells):
        for cell in first_cells:
            cell.tag = "th"
            cell.set("scope", "row")


def is_empty_cell(cell: Element) -> bool:
    """Whether a cell has no content."""
    return not len(cell) and not (cell.text or "").strip()


def is_bold_cell(cell: Element) -> bool:
    """Whether all of a cell is bold."""
    return len(cell) == 1 and cell[0].tag == "strong" and not cell.text and not cell[0].tail


def label_task_lists(tree: Tree) -> None:
    """Label the checkboxes of task lists, which are only for reading."""
    for checkbox in tree.elements["input"]:
        item = checkbox.getparent()
        if item is None:  # an option's checkbox, which `questions` has removed
            continue
        item.set("class", "task")
        parent_of(item).set("class", "tasks")
        checkbox.set("aria-label", "Done" if checkbox.get("checked") is not None else "Not done")
