"""What only shows when all files are seen together: slugs and aliases that collide, names nobody declared."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from articles.loading.article_file import ArticleFile
from articles.loading.exam_file import ExamFile
from articles.loading.validation_messages import suggest
from articles.render import Problem

Found = dict[str, list[Problem]]  # by path


class Addressed(Protocol):
    """An article as far as addresses go: just read, or known from the last time."""

    @property
    def path(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def old_slugs(self) -> Iterable[str]: ...
    def line_of(self, *place: str | int) -> int: ...


def check_addresses(articles: Iterable[Addressed]) -> Found:
    """Slugs that two articles want, and aliases that lead nowhere else or to two places."""
    found: Found = {}
    ordered = sorted(articles, key=lambda article: article.path)
    owners: dict[str, Addressed] = {}
    for article in ordered:
        if (first := owners.setdefault(article.slug, article)) is not article:
            message = f"{first.path} has the slug “{article.slug}” too."
            _add(
                found,
                article.path,
                Problem(article.line_of("slug"), "duplicate-slug", message, "Rename one of the files."),
            )
    _check_aliases(found, ordered, owners)
    return found


def _check_aliases(found: Found, articles: list[Addressed], owners: Mapping[str, Addressed]) -> None:
    claimed: dict[str, Addressed] = {}
    for article in articles:
        for index, alias in enumerate(article.old_slugs):
            line = article.line_of("aliases", index)
            if alias == article.slug:
                _add(
                    found,
                    article.path,
                    Problem(
                        line, "alias-loop", f"The alias “{alias}” is the article's own slug.", "Remove it."
                    ),
                )
            elif alias in owners:
                _add(
                    found,
                    article.path,
                    Problem(line, "alias-taken", _taken(alias, article, owners[alias]), "Remove the alias."),
                )
            elif (first := claimed.setdefault(alias, article)) is not article:
                message = f"{first.path} has the alias “{alias}” too."
                _add(found, article.path, Problem(line, "alias-twice", message, "Keep one of the two."))


def _taken(alias: str, article: Addressed, owner: Addressed) -> str:
    if article.slug in owner.old_slugs:
        return f"This article and {owner.path} would redirect to each other for ever."
    return f"“{alias}” is the address of {owner.path}."


def check_declared(articles: Iterable[ArticleFile], exams: Mapping[str, ExamFile]) -> Found:
    """Domains and topics that the exam's `exam.toml` does not declare."""
    found: Found = {}
    for article in articles:
        if exam := exams.get(article.exam):
            _check_names(found, article, exam)
    return found


def _check_names(found: Found, article: ArticleFile, exam: ExamFile) -> None:
    domains = {domain.slug for domain in exam.fields.domains}
    if (domain := article.matter.domain) and domain not in domains:
        message = f"{exam.slug}/exam.toml has no domain “{domain}”."
        mend = suggest(domain, domains, "Declare it there")
        _add(found, article.path, Problem(article.line_of("domain"), "unknown-domain", message, mend))
    for index, topic in enumerate(article.matter.topics):
        line = article.line_of("topics", index)
        if topic not in exam.fields.topics:
            message = f"{exam.slug}/exam.toml has no topic “{topic}”."
            mend = suggest(topic, exam.fields.topics, "Declare it there under [topics]")
            _add(found, article.path, Problem(line, "unknown-topic", message, mend))
        elif topic in article.matter.topics[:index]:
            _add(
                found,
                article.path,
                Problem(line, "topic-twice", f"The topic “{topic}” is there twice.", "Keep one."),
            )


def check_topic_names(exams: Iterable[ExamFile]) -> Found:
    """Topics that two exams call by different names."""
    found: Found = {}
    first: dict[str, tuple[str, str]] = {}
    for exam in exams:
        for slug, name in exam.fields.topics.items():
            other, known = first.setdefault(slug, (exam.slug, name))
            if known != name:
                message = f"The topic {slug} is “{name}” here and “{known}” in {other}/exam.toml."
                _add(
                    found,
                    f"{exam.slug}/exam.toml",
                    Problem(1, "topic-name", message, "Use one name in both."),
                )
    return found


def _add(found: Found, path: str, problem: Problem) -> None:
    found.setdefault(path, []).append(problem)
