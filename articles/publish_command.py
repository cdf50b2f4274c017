"""The command publish. It has a module of its own because the other commands start faster without the database."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click

from articles.commands import EXIT_PROBLEMS, command_errors
from articles.git_source import GitSource, GitSourceError
from articles.progress import Progress
from articles.publish import PublishBusyError, PublishRefusedError, publish
from articles.report_lines import print_report, problem_lines
from carrel.command_line import CommandError
from carrel.db import Database
from carrel.object_store import ObjectStoreError
from carrel.settings import Settings, load


@click.command("publish")
@click.option("--dry-run", is_flag=True, help="Show what would be published, without publishing.")
@click.option(
    "--from", "source", type=click.Choice(["git"]), help="Publish what was pushed, as a git hook or by hand."
)
@click.option(
    "--repository",
    type=click.Path(path_type=Path),
    help="With git: the bare repository, unless its hook runs.",
)
@click.option("--branch", default="main", show_default=True, help="With git: the branch that the site shows.")
@click.option(
    "--into", type=click.Path(path_type=Path), help="With git: the folder for the files (default: the one above the content)."
)  # fmt: skip
@click.pass_context
def publish_command(
    context: click.Context,
    *,
    dry_run: bool,
    source: str | None,
    repository: Path | None,
    branch: str,
    into: Path | None,
) -> None:
    """Publish the articles, all at once or not at all.

    Exit status: 0 published, 1 mistakes (nothing was published), 2 the command could not be carried out.
    """
    settings = load()
    files = laid_out(settings, repository, branch, into, keep=not dry_run) if source else nullcontext(True)
    try:
        with files as is_wanted:
            if is_wanted:
                _publish(context, settings, dry_run=dry_run)
    except GitSourceError as error:
        raise CommandError(str(error)) from None


@contextmanager
def laid_out(
    settings: Settings, repository: Path | None, branch: str, into: Path | None, *, keep: bool
) -> Iterator[bool]:
    """What was pushed, in its folder; false when it was something else than the branch. Raises `GitSourceError`."""
    folder = (into or settings.content.parent).absolute()
    if not settings.content.absolute().is_relative_to(folder):
        raise GitSourceError(
            f"CARREL_CONTENT ({settings.content}) is not in {folder}: name its folder with --into."
        )
    if settings.home.absolute().is_relative_to(folder):
        raise GitSourceError(
            f"CARREL_HOME ({settings.home}) is in {folder}, which may only have what was pushed."
        )
    git = GitSource.of_process(repository, branch, folder)
    with git.lock(_say):
        commit = git.wanted(sys.stdin.readlines() if "GIT_DIR" in os.environ else None)
        if commit is None:
            click.echo(f"Nothing to publish: the site shows the branch {branch}.")
            yield False
            return
        with git.laid_out(commit, keep=keep):
            yield True


def _purge(settings: Settings, db: Database) -> None:
    from carrel.shared_cache import (
        purge,  # here: its HTTP client takes a while to load, and few sites need it
    )

    if not purge(settings, db):
        _say(
            "The shared cache could not be purged: it shows the old pages for a minute. An alarm has the details."
        )


def _publish(context: click.Context, settings: Settings, *, dry_run: bool) -> None:
    progress = Progress()
    db = context.obj(settings)
    try:
        with command_errors():
            report = publish(settings, db, dry_run=dry_run, say=_say, progress=progress)
        if settings.purge_url and not (dry_run or report.is_empty):
            _purge(settings, db)
    except PublishRefusedError as error:
        progress.end()
        print_report(error.report)
        click.echo("Nothing was published.")
        raise click.exceptions.Exit(EXIT_PROBLEMS) from None
    except PublishBusyError as error:
        raise CommandError(str(error)) from None
    except ObjectStoreError as error:
        raise CommandError(f"{error} Nothing was published.") from None
    finally:
        db.close()
    progress.end()
    for line in [*problem_lines(report.warnings), *report.lines()]:
        click.echo(line)


def _say(line: str) -> None:
    click.echo(line, err=True)
