"""The author's commands: check and new."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from articles.build.parallel_map import WorkerDiedError
from articles.check import PathNotFoundError, Report, check
from articles.loading.discovery import ContentNotFoundError
from articles.progress import Progress
from articles.render import Problem
from articles.starter import StarterError, new_article
from carrel.settings import load

EXIT_PROBLEMS, EXIT_REFUSED = 1, 2


class CommandError(click.ClickException):
    """A sentence for the author, and exit status 2."""

    exit_code = EXIT_REFUSED

    def show(self, file: object = None) -> None:
        """Say it without a heading."""
        click.echo(self.message, err=True)


@contextmanager
def refusing() -> Iterator[None]:
    """Say in one sentence why a command could not be carried out."""
    try:
        yield
    except (ContentNotFoundError, PathNotFoundError, StarterError, WorkerDiedError) as wrong:
        raise CommandError(str(wrong)) from None


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check_command(paths: tuple[Path, ...], form: str) -> None:
    """Look for mistakes in the articles (all, or those under PATHS). Publishes nothing.

    Exit status: 0 no mistakes, 1 mistakes, 2 the command could not be carried out.
    """
    progress = Progress()
    with refusing():
        report = check(load().content, paths, progress)
    progress.end()
    if form == "json":
        click.echo(json.dumps(_as_data(report), ensure_ascii=False, indent=2))
    else:
        show(report)
    if report.errors:
        raise click.exceptions.Exit(EXIT_PROBLEMS)


def show(report: Report) -> None:
    """Print what a check found."""
    for line in lines_of(report.problems):
        click.echo(line)
    click.echo(
        f"{report.files:,} files looked at: {_count(report.errors, 'mistake')}, {_count(report.warnings, 'warning')}."
    )


def lines_of(problems: dict[str, list[Problem]]) -> Iterator[str]:
    """Problems as an author reads them."""
    for path, found in problems.items():
        for problem in found:
            mark = "warning: " if problem.level == "warning" else ""
            yield f"{path}:{problem.line}: {problem.code} {mark}{problem.message} — {problem.mend}"
        yield ""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s") if number else f"no {what}s"


def _as_data(report: Report) -> dict[str, object]:
    problems = [
        {
            "path": path,
            "line": problem.line,
            "level": problem.level,
            "code": problem.code,
            "message": problem.message,
            "mend": problem.mend,
        }
        for path, found in report.problems.items()
        for problem in found
    ]
    return {"files": report.files, "errors": report.errors, "warnings": report.warnings, "problems": problems}


@click.command("new")
@click.argument("name", metavar="EXAM/SLUG")
def new_command(name: str) -> None:
    """Begin an article: write a file with the front matter and the parts an article has."""
    with refusing():
        path = new_article(load().content, name)
    click.echo(
        f"{path}\nIt is a draft: write it, run `carrel check`, remove the line `draft: true`, then `carrel publish`."
    )
