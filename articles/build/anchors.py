"""Links to a place inside another file: they can only be checked once that file has been made."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from articles.build.built_article import BuiltLink
from articles.render import Problem


def broken_anchor(link: BuiltLink, anchors: Collection[str]) -> Problem:
    """The problem of a link whose place is not among the anchors of its file."""
    near = get_close_matches(link.anchor, list(anchors), 1, 0.5)
    mend = f"Did you mean #{near[0]}?" if near else "Use the anchor of a heading, or leave it out."
    return Problem(link.line, "anchor-broken", f"{link.path} has no place #{link.anchor}.", mend)


def broken_anchors(
    links: Mapping[str, tuple[BuiltLink, ...]], anchors: Mapping[str, Collection[str]]
) -> dict[str, list[Problem]]:
    """The broken ones among links (by path), as far as the files they lead to are in `anchors`."""
    found: dict[str, list[Problem]] = {}
    for path, each in links.items():
        for link in each:
            if link.anchor and link.path in anchors and link.anchor not in anchors[link.path]:
                found.setdefault(path, []).append(broken_anchor(link, anchors[link.path]))
    return found
