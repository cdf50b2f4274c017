"""Mistakes in an author's files, and the report that `check` and `publish` give of them."""

from dataclasses import dataclass, replace
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the line of the file, a stable code, what is wrong, and how to fix it."""

    line: int
    code: str
    message: str
    hint: str
    level: Level = "error"


ProblemsByPath = dict[str, list[Problem]]


@dataclass(frozen=True)
class ProblemReport:
    """Problems by path, how many files were checked, and which were not."""

    problems: ProblemsByPath
    files: int
    skipped: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many mistakes prevent publishing."""
        return self._count("error")

    @property
    def warnings(self) -> int:
        """How many problems do not prevent publishing."""
        return self._count("warning")

    def strict(self) -> "ProblemReport":
        """The same report with every warning as a mistake."""
        problems = {
            path: [replace(problem, level="error") for problem in found]
            for path, found in self.problems.items()
        }
        return replace(self, problems=problems)

    def _count(self, level: Level) -> int:
        return sum(problem.level == level for problems in self.problems.values() for problem in problems)
