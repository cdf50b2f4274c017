"""A report stays readable when there are thousands of problems."""

from articles.problems import Problem, ProblemReport
from articles.report_lines import report_lines


def problem(line: int, code: str = "raw-html") -> Problem:
    return Problem(line, code, "No HTML.", "Write Markdown.")


def test_equal_problems_of_a_file_are_one_line() -> None:
    report = ProblemReport({"a.md": [problem(line) for line in (3, 9, 9, 12)]}, 1)
    assert list(report_lines(report)) == [
        "a.md:3: raw-html No HTML. — Write Markdown. (also on line 9, 12)",
        "",
        "1 file checked: 4 mistakes, no warnings.",
    ]


def test_of_thousands_of_one_kind_some_are_shown_and_all_are_counted() -> None:
    problems = {f"{number}.md": [problem(1)] for number in range(2_000)} | {"x.md": [problem(2, "rare")]}
    lines = list(report_lines(ProblemReport(problems, 3_000)))
    assert len([line for line in lines if ": raw-html" in line]) == 50
    assert "x.md:2: rare No HTML. — Write Markdown." in lines
    assert lines[-5:] == [
        "… and 1,950 more of raw-html",
        "To see all: carrel check --all, or carrel check FOLDER.",
        "",
        "By kind: 2,000 raw-html, 1 rare.",
        "3,000 files checked: 2,001 mistakes, no warnings.",
    ]


def test_all_are_shown_to_whoever_asks() -> None:
    problems = {f"{number}.md": [problem(1)] for number in range(2_000)}
    lines = list(report_lines(ProblemReport(problems, 2_000), everything=True))
    assert len([line for line in lines if ": raw-html" in line]) == 2_000
