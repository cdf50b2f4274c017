"""What a set's answers come to: how many were right, by domain, and what to read about those that were not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from articles.models import Article, Domain, Exam
from website.study.item_view import ItemView


@dataclass
class DomainScore:
    """The answers about one domain; without a domain for what belongs to none."""

    domain: Domain | None
    right: int = 0
    answered: int = 0
    total: int = 0
    reading: dict[int, Article] = field(default_factory=dict)

    def add(self, item: ItemView) -> None:
        """Count an item. What was not answered is no mistake."""
        self.total += 1
        if item.checked is None:
            return
        self.answered += 1
        self.right += item.checked.is_right
        if not item.checked.is_right:
            self.reading[item.article.id] = item.article


@dataclass(frozen=True, slots=True)
class Results:
    """The answers in all, and by domain in the exam's order."""

    domains: list[DomainScore]
    wrong: list[str]  # keys

    @property
    def right(self) -> int:
        """How many were right."""
        return sum(score.right for score in self.domains)

    @property
    def answered(self) -> int:
        """How many were answered and checked."""
        return sum(score.answered for score in self.domains)

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(score.total for score in self.domains)


def results_of(exam: Exam, items: Iterable[ItemView], domains: Mapping[str, str]) -> Results:
    """The results of these items; `domains` are slugs by the items' keys."""
    known: dict[str, Domain | None] = {domain.slug: domain for domain in exam.domains}
    scores = {slug: DomainScore(domain) for slug, domain in [*known.items(), ("", None)]}
    wrong: list[str] = []
    for item in items:
        slug = domains.get(item.key, "")
        scores[slug if slug in known else ""].add(item)
        if item.checked and not item.checked.is_right:
            wrong.append(item.key)
    return Results([score for score in scores.values() if score.total], wrong)
