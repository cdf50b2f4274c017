"""`carrel import`: articles of other programs, and the subscribers of Ghost."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import select

from articles.check import check
from articles.commands import EXIT_PROBLEMS, command_errors
from articles.importing.download import download_picture
from articles.importing.export import Export, ImportRefusedError, Member, Note, counted
from articles.importing.importer import Importer, ImportReport
from articles.importing.read_export import read_export
from articles.importing.source_files import members_of_csv
from articles.importing.wordpress import ARTICLES
from articles.models import Exam
from articles.problems import ProblemReport
from articles.progress import Progress
from articles.report_lines import problem_lines
from carrel import clock
from carrel.command_line import CommandError, actor
from carrel.db import Database
from carrel.settings import Settings, load
from newsletter.issues.commands import Ready, database
from newsletter.transfer import importer as subscribers
from newsletter.transfer.fates import Fate
from newsletter.transfer.row_reader import Defaults
from newsletter.transfer.text_file import InvalidFileError

SHOWN = 50  # notes of one kind; with --all, all of them
_FILE = click.Path(path_type=Path)


@click.command("import")
@click.argument("source", type=_FILE)
@click.argument("exam")
@click.option("--dry-run", is_flag=True, help="Show what would be imported, without changing anything.")
@click.option(
    "--url", "base_url", default="", help="Where the old site was, if the export does not say: https://…"
)
@click.option(
    "--uploads", type=_FILE, help="A folder with the pictures of the old site (wp-content/uploads)."
)
@click.option("--members", type=_FILE, help="Ghost's member export (CSV), to import as subscribers.")
@click.option("--type", "kinds", multiple=True, help="Another WordPress post type to import as articles.")
@click.option("--no-fetch", is_flag=True, help="Do not download pictures from other servers.")
@click.option("--all", "everything", is_flag=True, help="Show every note, however many.")
@click.pass_obj
def import_command(
    ready: Ready,
    source: Path,
    exam: str,
    *,
    dry_run: bool,
    base_url: str,
    uploads: Path | None,
    members: Path | None,
    kinds: tuple[str, ...],
    no_fetch: bool,
    everything: bool,
) -> None:
    """Import articles from Ghost, WordPress, Jekyll, Hugo, or Obsidian into an exam's folder.

    The exam is created if it does not exist. SOURCE is a Ghost export (.json or .zip), a WordPress export (.xml), or
    a folder of Jekyll, Hugo, Obsidian or plain Markdown. Safe to run twice: nothing is duplicated, and what you
    edited since stays.
    Exit status: 0 all articles pass `carrel check`, 1 some do not, 2 the command could not be carried out.
    """
    settings, progress = load(), Progress()
    try:
        with command_errors():
            export = read_export(source, base_url=base_url, uploads=uploads, kinds=(*ARTICLES, *kinds))
            export.members += members_of_csv(members.read_bytes()) if members else []
            download = None if no_fetch else download_picture
            importer = Importer(
                export, settings.content, exam, clock.now(), settings.zone, dry_run, download, progress
            )
            report = importer.run()
            progress.end()
            _print(import_lines(export, report, dry_run=dry_run, everything=everything))
            checked = None if dry_run else _check(settings, report, exam)
    except ImportRefusedError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{error.filename or source} cannot be used: {error.strerror or error}.") from None
    if checked:
        _print(check_lines(checked, report, exam))
    if export.members:
        with database(ready, settings) as db:
            _print(import_members(db, exam, export.members, dry_run=dry_run))
    if checked and checked.errors:
        raise click.exceptions.Exit(EXIT_PROBLEMS)


def _check(settings: Settings, report: ImportReport, exam: str) -> ProblemReport | None:
    """What `carrel check` says of the exam; None when nothing came into it."""
    return check(settings.content, [settings.content / exam], zone=settings.zone) if report.articles else None


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def import_lines(export: Export, report: ImportReport, *, dry_run: bool, everything: bool) -> Iterator[str]:
    """What was done, and what was not carried over."""
    yield from _note_lines(report.notes, everything=everything)
    if report.exam.new_text:
        began = "would be created" if dry_run else "was created"
        yield f"The exam “{report.exam.slug}” {began}: review every line of its exam.toml."
    if unknown := Counter(report.exam.unknown_tags).most_common():
        yield "These tags are left out. To make topics of them, declare them in exam.toml and import again:"
        shown = unknown if everything else unknown[:SHOWN]
        yield from (f"  {tag} ({count:,})" for tag, count in shown)
        if len(unknown) > len(shown):
            yield f"  … and {len(unknown) - len(shown):,} more; to see all, import with --all."
    would = "would be " if dry_run else ""
    parts = [
        f"{len(report.written):,} {would}new",
        f"{len(report.updated):,} {would}changed",
        f"{len(report.unchanged):,} unchanged",
        f"{len(report.kept):,} kept because they were edited",
    ]
    yield f"{export.program}: {counted(len(report.articles), 'article')}, {', '.join(parts)}; {counted(report.drafts, 'draft')} among them."
    pictures = (
        f"{counted(report.to_fetch, 'picture')} to fetch"
        if dry_run
        else f"{counted(report.pictures, 'picture')} imported"
    )
    redirects = counted(report.redirects, "redirect")
    notes = counted(len(report.notes), "note")
    yield f"{redirects} from old addresses, {pictures}, {notes} on what was not carried over."


def _note_lines(notes: list[Note], *, everything: bool) -> Iterator[str]:
    """The notes by file; in a long report, as many of one file's and in all as somebody reads."""
    shown = notes if everything else notes[: SHOWN * 4]
    about = None
    for note in shown:
        if note.about != about:
            yield f"{note.about}:"
            about = note.about
        yield f"  {note.sentence}"
    if len(notes) > len(shown):
        yield f"… and {len(notes) - len(shown):,} more notes; to see all, import with --all."
    if notes:
        yield ""


def check_lines(checked: ProblemReport, report: ImportReport, exam: str) -> Iterator[str]:
    """Which of the imported articles do not pass `carrel check`, and why."""
    ours = {f"{exam}/{path}" for path in report.articles}
    wrong = {
        path: [problem for problem in problems if problem.level == "error"]
        for path, problems in checked.problems.items()
    }
    wrong = {path: problems for path, problems in wrong.items() if problems}
    yield from problem_lines(wrong)
    failed = len(ours & wrong.keys())
    warnings = f"{checked.warnings:,} warnings (carrel check {exam})"
    yield f"{len(ours) - failed:,} of {len(ours):,} articles pass `carrel check`, with {warnings}."
    yield (
        "Fix the others before you publish." if checked.errors else "Review them, then run `carrel publish`."
    )


def import_members(db: Database, exam: str, members: list[Member], *, dry_run: bool) -> Iterator[str]:
    """Make Ghost's members subscribers of the exam, through the importer of CSV files: the same rules, the same log."""
    with db.read() as session:
        is_published = session.scalar(select(Exam.id).where(Exam.slug == exam, Exam.in_files))
    if is_published is None:
        yield f"{counted(len(members), 'member')} can subscribe when the exam is published: publish, then import again."
        return
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("email", "source", "consented_at", "exams"))
    writer.writerows((member.email, "Ghost", member.since, exam) for member in members)
    try:
        checked = subscribers.check(db, "ghost-members.csv", out.getvalue().encode(), Defaults())
        if not dry_run and not checked.parsed.problems:
            subscribers.run(db, checked, actor())
    except InvalidFileError as error:
        raise CommandError(str(error)) from None
    if problems := [line for line in checked.lines if line.fate is Fate.INVALID]:
        yield from (f"member {problem.number - 1}: {problem.sentence}" for problem in problems)
        yield f"No member was imported: {counted(len(problems), 'line')} of the list cannot be used. Fix the list, then import again."
        return
    added = checked.counts.get(Fate.ADDED, 0)
    verb = "to add" if dry_run else "added"
    gone = counted(len(checked.lines) - added, "member")
    yield f"{counted(added, 'subscriber')} {verb}; {gone} already here, or unsubscribed."
