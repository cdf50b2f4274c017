"""Checks across the items of an exam: ids that two items have, objectives that no exam declares, and all of them together."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from articles.build.built_article import BuiltArticle
from articles.items import Item
from articles.lint import lint_bank
from articles.loading.exam_file import EXAM_FILE, ExamFile
from articles.loading.validation_messages import suggest
from articles.problems import Problem, ProblemsByPath
from articles.spool import Spool


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An item that the library has: its exam, its key, and the file of its article."""

    exam: str
    key: str
    path: str


@dataclass
class ItemBank:
    """Collects the items of built articles, by path; then finds what is wrong across them."""

    items: Spool[tuple[Item, ...]] = field(default_factory=Spool)
    _keys: set[tuple[str, str]] = field(default_factory=set)  # of exams and items

    def add(self, built: BuiltArticle) -> None:
        """Collect the items of a file."""
        if built.items:
            self.items[built.path] = built.items
            self._keys.update((built.path.partition("/")[0], item.key) for item in built.items)

    def problems(self, exams: Mapping[str, ExamFile], elsewhere: Iterable[StoredKey] = ()) -> ProblemsByPath:
        """What is wrong with ids and objectives; `elsewhere` are the items of articles that were not built."""
        owners = {(item.exam, item.key): item.path for item in elsewhere}
        problems: ProblemsByPath = {}
        for path in sorted(self.items):
            exam = exams.get(path.partition("/")[0])
            if exam and (found := list(self._of_article(path, exam, owners))):
                problems[path] = found
        return problems

    def _of_article(self, path: str, exam: ExamFile, owners: dict[tuple[str, str], str]) -> Iterator[Problem]:
        for item in self.items[path]:
            yield from _objective_problems(item, exam)
            if not item.key:
                continue
            if item.key in exam.fields.retired:
                message = f"The id {item.key} is retired in {EXAM_FILE}."
                yield Problem(item.line, "item-id-retired", message, "Give the item another id.")
            if (exam.slug, item.key) in owners:
                message = f"{owners[exam.slug, item.key]} has an item with the id {item.key} already."
                yield Problem(item.line, "item-id-twice", message, "Give one of them another id.")
            owners.setdefault((exam.slug, item.key), path)

    def bank_problems(self, exams: Collection[str]) -> ProblemsByPath:
        """What all questions of an exam show together: only when all of its articles were built."""
        problems: ProblemsByPath = {}
        for exam in exams:
            of_exam = (item for path, items in self.items.items() if _is_in(path, exam) for item in items)
            if found := list(lint_bank(of_exam)):
                problems[f"{exam}/{EXAM_FILE}"] = found
        return problems

    def vanished(self, exams: Mapping[str, ExamFile], stored: Iterable[StoredKey]) -> ProblemsByPath:
        """Items of the library that no file has any longer, and that no `exam.toml` calls retired."""
        problems: ProblemsByPath = {}
        for item in stored:
            exam = exams.get(item.exam)
            if exam and (item.exam, item.key) not in self._keys and item.key not in exam.fields.retired:
                message = (
                    f"The item {item.key}, which was published in {item.path}, is in no file any longer."
                )
                hint = f'Bring it back, or add it in {EXAM_FILE}: retired = ["{item.key}"]'
                problem = Problem(1, "item-vanished", message, hint)
                problems.setdefault(f"{item.exam}/{EXAM_FILE}", []).append(problem)
        return problems


def _is_in(path: str, exam: str) -> bool:
    return path.startswith(f"{exam}/")


def _objective_problems(item: Item, exam: ExamFile) -> Iterator[Problem]:
    if item.objective and item.objective not in exam.objectives:
        message = f"{EXAM_FILE} declares no objective {item.objective}."
        hint = suggest(
            item.objective,
            sorted(exam.objectives),
            f'Use a domain of {EXAM_FILE}, or declare it there: objectives = {{ name = "Title" }}',
        )
        yield Problem(item.line, "objective-unknown", message, hint)
