"""The lines in which an author reads what `check` and `publish` found."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import click

from articles.problems import Problem, ProblemReport, ProblemsByPath

MOST_OF_A_KIND = 50  # lines shown of one code; of more, only the number is given
MANY = 20  # problems, of which the numbers by code are given too
MOST_SKIPPED = 10  # files that were not looked at, by name
_LINES_NAMED = 5


def print_report(report: ProblemReport, *, everything: bool = False) -> None:
    """Print the problems and their numbers."""
    for line in report_lines(report, everything=everything):
        click.echo(line)


def report_lines(report: ProblemReport, *, everything: bool = False) -> Iterator[str]:
    """The problems and their numbers."""
    yield from problem_lines(report.problems, everything=everything)
    counts = Counter(problem.code for problems in report.problems.values() for problem in problems)
    if counts.total() > MANY:
        yield f"By kind: {', '.join(f'{number:,} {code}' for code, number in counts.most_common())}."
    total = f"{_count(report.errors, 'mistake')}, {_count(report.warnings, 'warning')}"
    yield f"{_count(report.files, 'file')} checked: {total}."
    if report.skipped:
        more = " …" if len(report.skipped) > MOST_SKIPPED else ""
        were = "was" if len(report.skipped) == 1 else "were"
        names = ", ".join(report.skipped[:MOST_SKIPPED])
        yield f"{_count(len(report.skipped), 'file')} {were} not checked: {names}{more}"


def problem_lines(problems_by_path: ProblemsByPath, *, everything: bool = False) -> Iterator[str]:
    """Problems as an author reads them: in a file equal ones are one line, and of each code there are some."""
    shown: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    for path, problems in problems_by_path.items():
        lines = []
        for problem, numbers in grouped(problems).items():
            if shown[problem.code] >= MOST_OF_A_KIND and not everything:
                hidden[problem.code] += len(numbers)
                continue
            shown[problem.code] += 1
            level = "warning: " if problem.level == "warning" else ""
            message = f"{problem.message} — {problem.hint}{_also(numbers)}"
            lines.append(f"{path}:{numbers[0]}: {problem.code} {level}{message}")
        if lines:
            yield from [*lines, ""]
    if hidden:
        for code, number in hidden.most_common():
            yield f"… and {number:,} more of {code}"
        yield from ["To see all: carrel check --all, or carrel check FOLDER.", ""]


def grouped(problems: Sequence[Problem]) -> dict[Problem, list[int]]:
    """The lines of each problem, where those that differ in nothing else are one (with the line 0)."""
    groups: dict[Problem, list[int]] = {}
    for problem in problems:
        groups.setdefault(replace(problem, line=0), []).append(problem.line)
    return groups


def _also(numbers: Sequence[int]) -> str:
    others = list(dict.fromkeys(numbers))[1:]
    named = ", ".join(str(number) for number in others[:_LINES_NAMED])
    more = f" and {len(others) - _LINES_NAMED:,} more" if len(others) > _LINES_NAMED else ""
    return f" (also on line {named}{more})" if others else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s") if number else f"no {noun}s"
