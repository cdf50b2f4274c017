"""The command publish. It has a module of its own because the other commands start faster without the database."""

import click

from articles.commands import EXIT_PROBLEMS, command_errors
from articles.progress import Progress
from articles.publish import PublishBusyError, PublishRefusedError, publish
from articles.report_lines import print_report, problem_lines
from carrel.command_line import CommandError
from carrel.settings import load


@click.command("publish")
@click.option("--dry-run", is_flag=True, help="Say what would be published, and publish nothing.")
@click.pass_context
def publish_command(context: click.Context, dry_run: bool) -> None:
    """Make the library that readers see what the files say, all at once or not at all.

    Exit status: 0 published, 1 mistakes (nothing was published), 2 the command could not be carried out.
    """
    settings, progress = load(), Progress()
    db = context.obj(settings)
    try:
        with command_errors():
            report = publish(
                settings, db, dry_run=dry_run, say=lambda line: click.echo(line, err=True), progress=progress
            )
    except PublishRefusedError as error:
        progress.end()
        print_report(error.report)
        click.echo("Nothing was published.")
        raise click.exceptions.Exit(EXIT_PROBLEMS) from None
    except PublishBusyError as error:
        raise CommandError(str(error)) from None
    finally:
        db.close()
    progress.end()
    for line in [*problem_lines(report.warnings), *report.lines()]:
        click.echo(line)
