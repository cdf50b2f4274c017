"""Checks links to an anchor in another file, which is possible only when that file has been built."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from articles.build.built_article import BuiltArticle, BuiltLink
from articles.problems import Problem, ProblemsByPath


class AnchorChecker:
    """Collects the links and anchors of built files, by path; then finds the links that lead to no anchor."""

    def __init__(self) -> None:
        self.links: dict[str, tuple[BuiltLink, ...]] = {}  # those that have an anchor
        self.anchors: dict[str, str] = {}  # with a line for each: a list takes four times as much memory

    def add(self, built: BuiltArticle) -> None:
        """Collect the links and anchors of a file."""
        self.add_anchors({built.path: built.anchors})
        if links := tuple(link for link in built.links if link.anchor):
            self.links[built.path] = links

    def add_anchors(self, anchors: Mapping[str, Iterable[str]]) -> None:
        """Collect the anchors of files, by path."""
        self.anchors |= {path: "\n".join(names) for path, names in anchors.items()}

    def missing_targets(self) -> set[str]:
        """The files that links with an anchor lead to, and whose anchors are not here yet."""
        targets = {link.path for links in self.links.values() for link in links}
        return targets - self.anchors.keys()

    def problems(self, more_links: Mapping[str, tuple[BuiltLink, ...]] | None = None) -> ProblemsByPath:
        """The broken links, as far as the anchors of their files are here."""
        problems: ProblemsByPath = {}
        for path, links in {**self.links, **(more_links or {})}.items():
            for link in links:
                if link.anchor and link.anchor not in self._anchors_of(link):
                    problems.setdefault(path, []).append(self._problem(link))
        return problems

    def _anchors_of(self, link: BuiltLink) -> Sequence[str]:
        """Those of the file that it leads to; its own, where we do not know them."""
        return self.anchors.get(link.path, link.anchor).split("\n")

    def _problem(self, link: BuiltLink) -> Problem:
        matches = get_close_matches(link.anchor, self._anchors_of(link), 1, 0.5)
        hint = f"Did you mean #{matches[0]}?" if matches else "Use the anchor of a heading, or leave it out."
        return Problem(
            link.line, "anchor-broken", f"{link.path} has no anchor #{link.anchor}.", hint, "warning"
        )
