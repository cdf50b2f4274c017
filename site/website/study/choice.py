"""What readers want to practice: a whole exam, one of its domains, a topic or an article; and the address of a set of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from articles.loading.field_types import SLUG
from articles.models.exams import SLUG_LENGTH
from website.study.sets import SETS

KINDS = ("domain", "topic", "article")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]?)\Z", re.ASCII)


class UnknownChoiceError(Exception):
    """There is no such choice: a slug that cannot be one, two choices at once, a set beyond the last."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is practiced: `kind` is one of `KINDS`, or "" for the whole exam."""

    kind: str = ""
    slug: str = ""
    number: int = 0  # of the set

    @property
    def places(self) -> dict[str, str]:
        """What `articles.study_items` is asked for."""
        return {self.kind: self.slug} if self.kind else {}

    def path(self, exam: str) -> str:
        """The one address of this set, which is the key that its page is kept under."""
        query = [f"{self.kind}={self.slug}"] if self.kind else []
        query += [f"set={self.number}"] if self.number else []
        return f"/study/{exam}/practice" + ("?" + "&".join(query) if query else "")

    def next(self) -> "Choice":
        """The set after this one; after the last comes the first."""
        return Choice(self.kind, self.slug, (self.number + 1) % SETS)


def choice_of(fields: Mapping[str, str]) -> Choice:
    """The choice of these fields of an address; what else is there does not count. Raises `UnknownChoiceError`."""
    chosen = [(kind, fields[kind]) for kind in KINDS if fields.get(kind)]
    kind, slug = chosen[0] if chosen else ("", "")
    number = fields.get("set") or "0"
    if len(chosen) > 1 or not _NUMBER.match(number) or int(number) >= SETS:
        raise UnknownChoiceError
    if kind and (len(slug) > SLUG_LENGTH or not SLUG.match(slug)):
        raise UnknownChoiceError
    return Choice(kind, slug, int(number))
