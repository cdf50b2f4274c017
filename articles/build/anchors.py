"""Checks links to an anchor in another file, which is possible only when that file has been built."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from articles.build.built_article import BuiltArticle, BuiltLink
from articles.problems import Problem, ProblemsByPath


class AnchorChecker:
    """Collects the links and anchors of built files, by path; then finds the links that lead to no anchor."""

    def __init__(self) -> None:
        self.links: dict[str, tuple[BuiltLink, ...]] = {}
        self.anchors: dict[str, Collection[str]] = {}

    def add(self, built: BuiltArticle) -> None:
        """Collect the links and anchors of a file."""
        self.links[built.path], self.anchors[built.path] = built.links, built.anchors

    def missing_targets(self) -> set[str]:
        """The files that links with an anchor lead to, and whose anchors are not here yet."""
        targets = {link.path for links in self.links.values() for link in links if link.anchor}
        return targets - self.anchors.keys()

    def problems(self, more_links: Mapping[str, tuple[BuiltLink, ...]] | None = None) -> ProblemsByPath:
        """The broken links, as far as the anchors of their files are here."""
        problems: ProblemsByPath = {}
        for path, links in {**self.links, **(more_links or {})}.items():
            for link in links:
                if link.anchor and link.anchor not in self.anchors.get(link.path, (link.anchor,)):
                    problems.setdefault(path, []).append(self._problem(link))
        return problems

    def _problem(self, link: BuiltLink) -> Problem:
        matches = get_close_matches(link.anchor, list(self.anchors[link.path]), 1, 0.5)
        hint = f"Did you mean #{matches[0]}?" if matches else "Use the anchor of a heading, or leave it out."
        return Problem(
            link.line, "anchor-broken", f"{link.path} has no anchor #{link.anchor}.", hint, "warning"
        )
