"""The author's commands without a database: check and new."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from articles.check import PathNotFoundError, check
from articles.loading.discovery import ContentNotFoundError
from articles.parallel_map import WorkerDiedError
from articles.problems import ProblemReport, ProblemsByPath
from articles.progress import Progress
from articles.starter import StarterError, new_article
from carrel.command_line import CommandError
from carrel.settings import load

EXIT_PROBLEMS = 1


@contextmanager
def command_errors() -> Iterator[None]:
    """Report foreseen failures in one sentence, with exit status 2."""
    try:
        yield
    except (ContentNotFoundError, PathNotFoundError, StarterError, WorkerDiedError) as error:
        raise CommandError(str(error)) from None


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format", "output_format", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def check_command(paths: tuple[Path, ...], output_format: str) -> None:
    """Look for mistakes in the articles (all, or those under PATHS). Publishes nothing.

    Exit status: 0 no mistakes, 1 mistakes, 2 the command could not be carried out.
    """
    progress = Progress()
    with command_errors():
        report = check(load().content, paths, progress)
    progress.end()
    if output_format == "json":
        click.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=2))
    else:
        print_report(report)
    if report.errors:
        raise click.exceptions.Exit(EXIT_PROBLEMS)


def print_report(report: ProblemReport) -> None:
    """Print the problems and their number."""
    for line in problem_lines(report.problems):
        click.echo(line)
    counts = f"{_count(report.errors, 'mistake')}, {_count(report.warnings, 'warning')}"
    click.echo(f"{_count(report.files, 'file')} looked at: {counts}.")


def problem_lines(problems_by_path: ProblemsByPath) -> Iterator[str]:
    """Problems as an author reads them."""
    for path, problems in problems_by_path.items():
        for problem in problems:
            level = "warning: " if problem.level == "warning" else ""
            yield f"{path}:{problem.line}: {problem.code} {level}{problem.message} — {problem.hint}"
        yield ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s") if number else f"no {noun}s"


def _as_json(report: ProblemReport) -> dict[str, object]:
    problems = [
        {
            "path": path,
            "line": problem.line,
            "level": problem.level,
            "code": problem.code,
            "message": problem.message,
            "mend": problem.hint,  # the name that programs rely on
        }
        for path, problems in report.problems.items()
        for problem in problems
    ]
    return {"files": report.files, "errors": report.errors, "warnings": report.warnings, "problems": problems}


@click.command("new")
@click.argument("name", metavar="EXAM/SLUG")
def new_command(name: str) -> None:
    """Begin an article: write a file with the front matter and the parts an article has."""
    with command_errors():
        path = new_article(load().content, name)
    click.echo(
        f"{path}\nIt is a draft: write it, run `carrel check`, remove the line `draft: true`, then `carrel publish`."
    )
