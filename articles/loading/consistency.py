"""Checks across files: slugs and aliases that collide, domains and topics that no exam declares."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from articles.loading.article_file import ArticleFile
from articles.loading.exam_file import EXAM_FILE, ExamFile, topic_key
from articles.loading.file_io import written_ns
from articles.loading.other_keys import OTHER_KEY
from articles.loading.validation_messages import suggest
from articles.problems import Problem, ProblemsByPath

MOST_TOPICS = 12


class HasSlug(Protocol):
    """An article with its slugs: from its file, or from the database when the file is unchanged."""

    @property
    def path(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def aliases(self) -> Iterable[str]: ...
    @property
    def stat(self) -> str: ...
    def line_of(self, *place: str | int) -> int: ...


def check_slugs(articles: Iterable[HasSlug], is_page: Callable[[str], bool]) -> ProblemsByPath:
    """Slugs that two articles claim, and aliases that collide, lead back to their own article or are a page.

    Of two files the newer one is to blame, so that a new file never makes an old one wrong.
    """
    problems: ProblemsByPath = defaultdict(list)
    ordered = sorted(articles, key=lambda article: (written_ns(article.stat), article.path))
    owners: dict[str, HasSlug] = {}
    for article in ordered:
        if (owner := owners.setdefault(article.slug, article)) is not article:
            line, message = article.line_of("slug"), f"{owner.path} also has the slug “{article.slug}”."
            problems[article.path].append(
                Problem(line, "duplicate-slug", message, "Rename one of the files.")
            )
    alias_owners: dict[str, HasSlug] = {}
    for article in ordered:
        for index, alias in enumerate(article.aliases):
            if is_page(f"{alias}/") or is_page(alias):
                message = f"The site has a page at {alias}, which an alias cannot replace."
                problems[article.path].append(
                    Problem(article.line_of("aliases", index), "alias-taken", message, "Remove the alias.")
                )
            elif problem := check_alias(article, index, alias, owners, alias_owners):
                problems[article.path].append(problem)
    return problems


def check_alias(
    article: HasSlug, index: int, alias: str, owners: Mapping[str, HasSlug], alias_owners: dict[str, HasSlug]
) -> Problem | None:
    """The problem of one alias, if it has any."""
    line = article.line_of("aliases", index)
    if alias == article.slug:
        return Problem(line, "alias-loop", f"The alias “{alias}” is the article's own slug.", "Remove it.")
    if owner := owners.get(alias):
        message = (
            f"This article and {owner.path} would redirect to each other forever."
            if article.slug in owner.aliases
            else f"“{alias}” is the address of {owner.path}."
        )
        return Problem(line, "alias-taken", message, "Remove the alias.")
    if (owner := alias_owners.setdefault(alias, article)) is not article:
        return Problem(
            line, "alias-twice", f"{owner.path} also has the alias “{alias}”.", "Keep one of the two."
        )
    return None


def check_declared_names(articles: Iterable[ArticleFile], exams: Mapping[str, ExamFile]) -> ProblemsByPath:
    """Domains and topics that the exam's `exam.toml` does not declare."""
    problems: ProblemsByPath = defaultdict(list)
    for article in articles:
        if exam := exams.get(article.exam):
            check_domain(problems, article, exam)
            check_topics(problems, article, exam)
    return problems


def check_domain(problems: ProblemsByPath, article: ArticleFile, exam: ExamFile) -> None:
    """The article's domain must be declared."""
    declared = {domain.slug for domain in exam.fields.domains}
    if (domain := article.matter.domain) and domain not in declared:
        message = f"{exam.slug}/{EXAM_FILE} has no domain “{domain}”."
        hint = suggest(domain, declared, "Declare it there")
        problems[article.path].append(Problem(article.line_of("domain"), "unknown-domain", message, hint))


def check_topics(problems: ProblemsByPath, article: ArticleFile, exam: ExamFile) -> None:
    """The article's topics must be declared, by slug or name, and each only once; other programs' tags need not."""
    slugs, topics = exam.topic_slugs, article.matter.topics
    found = _tag_problems if ("topics", OTHER_KEY) in article.lines else _topic_problems
    problems[article.path] += found(
        article, exam, [topic for topic in topics if topic_key(topic) not in slugs]
    )


def _tag_problems(article: ArticleFile, exam: ExamFile, unknown: list[str]) -> Iterator[Problem]:
    for tag in unknown:
        line = article.line_of("topics", article.matter.topics.index(tag))
        message = f"The tag “{tag}” is left out: {exam.slug}/{EXAM_FILE} has no such topic."
        hint = "Declare it there under [topics] if readers should find it."
        yield Problem(line, "unknown-tag", message, hint, "warning")


def _topic_problems(article: ArticleFile, exam: ExamFile, unknown: list[str]) -> Iterator[Problem]:
    topics = article.matter.topics
    for index, topic in enumerate(topics):
        line = article.line_of("topics", index)
        if topic in unknown:
            message = f"{exam.slug}/{EXAM_FILE} has no topic “{topic}”."
            hint = suggest(topic, exam.fields.topics, "Declare it there under [topics]")
            yield Problem(line, "unknown-topic", message, hint)
        elif topic in topics[:index]:
            yield Problem(line, "topic-twice", f"The topic “{topic}” is listed twice.", "Keep one.")
    if len(topics) > MOST_TOPICS:
        message, hint = (
            f"There are more than {MOST_TOPICS} topics.",
            "Keep those that readers would look for.",
        )
        yield Problem(article.line_of("topics"), "wrong-value", message, hint)


def declared_topics(article: ArticleFile, exams: Mapping[str, ExamFile]) -> list[str]:
    """The slugs of the article's topics that its exam declares."""
    exam = exams.get(article.exam)
    slugs = exam.topic_slugs if exam else {}
    return list(
        dict.fromkeys(slugs[key] for topic in article.matter.topics if (key := topic_key(topic)) in slugs)
    )


def check_topic_names(exams: Iterable[ExamFile]) -> ProblemsByPath:
    """Topics to which two exams give different names."""
    problems: ProblemsByPath = defaultdict(list)
    first_names: dict[str, tuple[str, str]] = {}
    for exam in exams:
        for slug, name in exam.fields.topics.items():
            first_exam, first_name = first_names.setdefault(slug, (exam.slug, name))
            if first_name != name:
                message = f"The topic {slug} is “{name}” here and “{first_name}” in {first_exam}/{EXAM_FILE}."
                path = f"{exam.slug}/{EXAM_FILE}"
                problems[path].append(Problem(1, "topic-name", message, "Use one name in both."))
    return problems
