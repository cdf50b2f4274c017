"""The author's commands without a database: check and new."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path

import click

from articles.check import PathNotFoundError, check
from articles.fix import Fix, find_fix
from articles.give_ids import find_ids_to_give
from articles.loading.discovery import ContentNotFoundError
from articles.parallel_map import WorkerDiedError
from articles.problems import ProblemReport
from articles.progress import Progress
from articles.report_lines import print_report
from articles.starter import StarterError, new_article, new_exam
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
@click.option("--all", "everything", is_flag=True, help="Show every mistake, however many.")
@click.option("--strict", is_flag=True, help="Treat every warning as a mistake.")
@click.option(
    "--fetch",
    "fetches",
    is_flag=True,
    help="Download pictures from other servers into the articles' folders.",
)
@click.option(
    "--fix", "fixes", is_flag=True, help="Fix what can be fixed automatically, and show each change."
)
@click.option(
    "--give-ids",
    "gives_ids",
    is_flag=True,
    help="Write an id into each item that has none, and show each change.",
)
def check_command(
    paths: tuple[Path, ...],
    output_format: str,
    *,
    everything: bool,
    strict: bool,
    fetches: bool,
    fixes: bool,
    gives_ids: bool,
) -> None:
    """Check articles for mistakes (all of them, or those under PATHS). Publishes nothing.

    Exit status: 0 no mistakes, 1 mistakes, 2 the command could not be carried out.
    """
    progress = Progress()
    with command_errors():
        settings = load()
        report = check(settings.content, paths, progress, zone=settings.zone)
        if fetches and fetch_remote(report, settings.content, progress):
            report = check(settings.content, paths, progress, zone=settings.zone)
        if fixes and apply_fixes(report, settings.content, settings.zone):
            report = check(settings.content, paths, progress, zone=settings.zone)
        if gives_ids and give_ids(report, settings.content):
            report = check(settings.content, paths, progress, zone=settings.zone)
    progress.end()
    report = report.strict() if strict else report
    if output_format == "json":
        click.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=2))
    else:
        print_report(report, everything=everything)
    if report.errors:
        raise click.exceptions.Exit(EXIT_PROBLEMS)


def fetch_remote(report: ProblemReport, content: Path, progress: Progress) -> int:
    """Fetch the pictures that a report finds on other servers, and say what came of it. The number of files changed."""
    from articles.importing.fetch_pictures import fetch_pictures

    remote = [
        path
        for path, problems in report.problems.items()
        if any(problem.code == "image-remote" for problem in problems)
    ]
    fetched = fetch_pictures(content, remote, progress=progress)
    for sentence in fetched.failures:
        click.echo(sentence, err=True)
    pictures = f"{fetched.fetched:,} {'picture' if fetched.fetched == 1 else 'pictures'}"
    click.echo(f"Fetched {pictures} for {len(fetched.files):,} of {len(remote):,} files.", err=True)
    return len(fetched.files)


def apply_fixes(report: ProblemReport, content: Path, zone: tzinfo) -> int:
    """Mend the files of a report, and show on standard error what changes in each. The number of files."""
    found = [find_fix(content, path, problems, zone) for path, problems in report.problems.items()]
    fixes = [fix for fix in found if fix]
    write_fixes(fixes, content)
    click.echo(f"Fixed {len(fixes):,} of {len(report.problems):,} files with problems.", err=True)
    return len(fixes)


def give_ids(report: ProblemReport, content: Path) -> int:
    """Write the missing ids of items into the files, and show each line. The number of files."""
    fixes = find_ids_to_give(content, report.problems, time.time_ns())
    write_fixes(fixes, content)
    click.echo(f"Gave ids to items in {len(fixes):,} {'file' if len(fixes) == 1 else 'files'}.", err=True)
    return len(fixes)


def write_fixes(fixes: Iterable[Fix], content: Path) -> None:
    """Write files, and show on standard error what changes in each."""
    for fix in fixes:
        fix.write(content)
        for line in fix.lines:
            click.echo(line, err=True)


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
    """Create an article: a file with front matter and the usual sections."""
    with command_errors():
        path = new_article(load().content, name)
    click.echo(
        f"{path}\nThis is a draft. Write it, run `carrel check`, remove the line `draft: true`, then run `carrel publish`."
    )


@click.command("new-exam")
@click.argument("slug")
def new_exam_command(slug: str) -> None:
    """Create an exam: a folder with exam.toml and a sample article."""
    with command_errors():
        exam, article = new_exam(load().content, slug)
    click.echo(
        f"{exam}\n{article}\nDescribe the exam in exam.toml. The article is a draft: replace its text, or remove it. "
        f"Then `carrel new {slug}/…` creates the next one."
    )
