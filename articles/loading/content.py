"""The content folder, loaded: exams, pages, articles, and the problems of all."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from pathlib import Path

from articles.loading.article_file import ArticleFile, LoadedArticle, load_article
from articles.loading.authors_file import AUTHORS_FILE, AuthorsFile, load_authors
from articles.loading.consistency import check_declared_names, check_topic_names, declared_topics
from articles.loading.discovery import ContentFolder, DiscoveredArticle, scan_content
from articles.loading.exam_file import EXAM_FILE, ExamFile, load_exam
from articles.loading.markdown_file import BodySource
from articles.loading.page_file import PageFile, load_page
from articles.parallel_map import parallel_map
from articles.problems import Problem, ProblemReport, ProblemsByPath
from articles.spool import Spool


@dataclass
class LoadedContent:
    """Everything loaded so far. All mappings are by path but `exams`, which are by slug."""

    folder: ContentFolder
    zone: tzinfo = UTC  # of the site
    authors: AuthorsFile = field(default_factory=AuthorsFile)
    exams: dict[str, ExamFile] = field(default_factory=dict)
    pages: dict[str, PageFile] = field(default_factory=dict)
    articles: dict[str, ArticleFile] = field(default_factory=dict)
    # Of every file that has one: authors want the mistakes of body and front matter at once.
    bodies: Spool[BodySource] = field(default_factory=Spool)
    sections: set[str] = field(default_factory=set)  # files that stand for a folder and have no text
    unchanged: dict[str, str] = field(default_factory=dict)  # the present stat of files that were not parsed
    problems: ProblemsByPath = field(default_factory=dict)
    errors: int = 0

    def add_problems(self, path: str, problems: Iterable[Problem]) -> None:
        """Record problems of a file."""
        for problem in problems:
            self.problems.setdefault(path, []).append(problem)
            self.errors += problem.level == "error"

    def merge_problems(self, problems_by_path: ProblemsByPath) -> None:
        """Record problems of several files."""
        for path, problems in problems_by_path.items():
            self.add_problems(path, problems)

    def report(self, selected: Collection[str] | None = None) -> ProblemReport:
        """The problems so far (of the `selected` paths), each once, in the order of files and lines."""
        paths = sorted(path for path in self.problems if selected is None or path in selected)
        count = len(self.folder.articles) + len(self.pages) if selected is None else len(selected)
        problems = {path: sorted(set(self.problems[path]), key=_order) for path in paths}
        return ProblemReport(problems, count, () if selected is not None else tuple(self.folder.skipped))


def _order(problem: Problem) -> tuple[int, str, str]:
    return problem.line, problem.code, problem.message


def load_exams_and_pages(root: Path, now_ns: int, zone: tzinfo = UTC) -> LoadedContent:
    """Scan the folder and load what must be known before the articles. Raises `ContentNotFoundError`."""
    content = LoadedContent(scan_content(root), zone)
    root = content.folder.root
    content.merge_problems(content.folder.problems)
    for folder in content.folder.exams:
        exam, problems = load_exam(root / folder, now_ns)
        content.add_problems(f"{folder}/{EXAM_FILE}", problems)
        if exam:
            content.exams[folder] = exam
    for path in content.folder.pages:
        page, file = load_page(root, path, now_ns)
        content.add_problems(path, file.problems)
        if page:
            content.pages[path] = page
        if file.body:
            content.bodies[path] = file.body
    content.authors, problems = load_authors(root, now_ns)
    content.add_problems(AUTHORS_FILE, problems)
    content.merge_problems(check_topic_names(content.exams.values()))
    return content


def load_articles(
    content: LoadedContent,
    files: Sequence[tuple[DiscoveredArticle, str]],
    now_ns: int,
    progress: Callable[[int], None],
) -> None:
    """Load articles, each given with its previous digest ("" to load it in any case)."""
    for chunk in parallel_map(_load_chunk, (content.folder.root, now_ns, content.zone), files, len(files)):
        for loaded in chunk:
            content.add_problems(loaded.path, loaded.problems)
            if loaded.unchanged:
                content.unchanged[loaded.path] = loaded.stat
            if loaded.is_section:
                content.sections.add(loaded.path)
            if loaded.article:
                content.articles[loaded.path] = loaded.article
            if loaded.body:
                content.bodies[loaded.path] = _with_defaults(content, loaded.path, loaded.body)
        progress(len(chunk))
    content.merge_problems(check_declared_names(content.articles.values(), content.exams))
    content.articles |= {
        path: _with_declared_names(content, article) for path, article in content.articles.items()
    }


def _with_declared_names(content: LoadedContent, article: ArticleFile) -> ArticleFile:
    """The article with the slugs of its topics and the names of its author and reviewer."""
    matter = article.matter
    return article.with_matter(
        topics=declared_topics(article, content.exams) if matter.topics else [],
        author=content.authors.name_of(matter.author),
        reviewer=content.authors.name_of(matter.reviewer) if matter.reviewer else None,
    )


def _with_defaults(content: LoadedContent, path: str, body: BodySource) -> BodySource:
    """The body with what its exam says of all its articles."""
    exam = content.exams.get(path.partition("/")[0])
    if exam is None:
        return body
    math = exam.fields.math if body.math is None else body.math
    language = body.language or exam.fields.lang
    return replace(body, math=math, quotes=exam.fields.quotes, language=language)


def _load_chunk(
    context: tuple[Path, int, tzinfo], files: Sequence[tuple[DiscoveredArticle, str]]
) -> list[LoadedArticle]:
    root, now_ns, zone = context
    return [load_article(root, file, now_ns, digest, zone) for file, digest in files]
