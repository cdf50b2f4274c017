"""The `carrel` command. Each package brings its own commands; here they are put together."""

import errno
import gc
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from carrel.db import Database
    from carrel.settings import Settings

EXIT_REFUSED = 2
DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EFBIG}

# Where each command is, and what it does, in its own words. It is imported when somebody runs it: none waits for
# the others, and whoever only asks which there are waits for none.
COMMANDS = {
    "backup": (
        "website.backup_commands:backup_command",
        "Back up the running site: database, pictures, and a manifest with checksums.",
    ),
    "bounces": (
        "newsletter.bounces.commands:bounces",
        "Process bounces and complaints: read a returned email, or import a provider's list.",
    ),
    "check": (
        "articles.commands:check_command",
        "Check articles for mistakes (all of them, or those under PATHS).",
    ),
    "demo": (
        "website.commands:demo_command",
        "Run everything on this machine: website, worker, a fake Stripe, and a mailbox.",
    ),
    "digest": (
        "newsletter.issues.issue_commands:digest",
        "Preview the next digest, and send one that is waiting for approval.",
    ),
    "doctor": (
        "website.doctor.commands:doctor_command",
        "Check the site's health, and say how to fix what fails.",
    ),
    "entitlements": ("payments.commands:entitlements", "Work with passes as recorded in the ledger."),
    "import": (
        "website.import_command:import_command",
        "Import articles from Ghost, WordPress, Jekyll, Hugo, or Obsidian into an exam's folder.",
    ),
    "init": (
        "website.commands:init_command",
        "Create a site: a folder with settings, an exam, an article, and the standard pages.",
    ),
    "mail": ("website.backup_commands:mail", "Manage email that is on hold after a backup was restored."),
    "media": (
        "website.media_commands:media",
        "Manage pictures: share them through an object store, and delete those that nothing uses.",
    ),
    "migrate": ("website.commands:migrate_command", "Upgrade the database to this release's schema."),
    "move-database": (
        "website.move_command:move_database_command",
        "Copy the site's database to URL, from SQLite to PostgreSQL or back.",
    ),
    "new": (
        "articles.commands:new_command",
        "Create an article: a file with front matter and the usual sections.",
    ),
    "new-exam": (
        "articles.commands:new_exam_command",
        "Create an exam: a folder with exam.toml and a sample article.",
    ),
    "operator": (
        "website.admin.operators.commands:operator",
        "Manage operators: add, list, reset, and remove.",
    ),
    "preview": (
        "website.preview.command:preview_command",
        "Preview the site of FOLDER, including drafts and scheduled articles, and reload on every save.",
    ),
    "preview-link": (
        "articles.preview_link_command:preview_link_command",
        "Create a link that lets anyone who has it read a draft or scheduled article on the live site.",
    ),
    "publish": (
        "articles.publish_command:publish_command",
        "Publish the articles, all at once or not at all.",
    ),
    "reconcile": (
        "payments.commands:reconcile_command",
        "Compare Stripe with the ledger, in both directions.",
    ),
    "restore": ("website.backup_commands:restore_command", "Restore a backup."),
    "searches": (
        "articles.search.commands:searches_command",
        "List searches without results, most frequent first.",
    ),
    "serve": ("website.commands:serve_command", "Serve the site (production)."),
    "stripe": (
        "payments.setup.commands:stripe_group",
        "Connect Stripe, and check that it is configured as the site needs.",
    ),
    "study": (
        "website.study.commands:study",
        "Rebuild what readers remember of what they studied.",
    ),
    "subscribers": (
        "newsletter.commands:subscribers",
        "Import or export subscribers as CSV.",
    ),
    "worker": (
        "website.commands:worker_command",
        "Run the background jobs: emails, digests, payments, cleanup.",
    ),
}


class Commands(click.Group):
    """The commands of all packages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The names, and what each does."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=Commands)
@click.version_option(package_name="carrel")
@click.option("--demo", is_flag=True, help="Use the settings of the demo in this folder (make run).")
@click.option(
    "--env-file", type=click.Path(path_type=Path), help="Read settings from a file with NAME=value lines."
)
@click.pass_context
def carrel(context: click.Context, demo: bool, env_file: Path | None) -> None:
    """Carrel publishes study articles, sells the pass that removes their ads, and mails the digest."""
    context.obj = ready_database
    if not gc.isenabled():  # as `main` left it; by now everything that the command needs is there
        gc.freeze()
        gc.enable()
    if env_file:
        from carrel.settings import read_env_file

        os.environ.update(read_env_file(env_file))
    if demo:
        _take_settings_of_running_demo()


def _take_settings_of_running_demo() -> None:
    from carrel.settings import load
    from website.commands import demo_module

    of_running_demo = demo_module("environment").of_running_demo
    os.environ.update(of_running_demo(load(demo=True).home))


def ready_database(settings: "Settings") -> "Database":
    """The database of these settings, for a command that needs our schema in it."""
    from carrel.services import existing_database
    from website.migrations import check_schema

    db = existing_database(settings)
    check_schema(db)
    return db


def main() -> None:
    """Run a command. A refusal is one sentence and exit status 2."""
    gc.disable()  # what is imported stays: to look for waste among it, again and again, is a sixth of a start
    try:
        sys.exit(carrel(standalone_mode=False))
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except Exception as error:
        if sentence := _sentence(error):
            refuse(sentence)
        raise


def _sentence(error: Exception) -> str:
    """What an operator can do about it; empty when nobody foresaw it."""
    from sqlalchemy.exc import OperationalError  # here: a command that goes well needs none of them

    from carrel.db import DatabaseUnusableError, ReadOnlyError
    from carrel.object_store import ObjectStoreError
    from carrel.settings import SettingsError
    from website.backup.errors import BackupError

    match error:
        case SettingsError() | DatabaseUnusableError() | ReadOnlyError() | BackupError() | ObjectStoreError():
            return str(error)
        case OperationalError():
            words = " ".join(str(error.orig).split()).rstrip(".?")
            return f"The database cannot be used: {words}. {_hint(error.orig)}"
        case OSError() if error.errno in DISK_TROUBLE:
            place = error.filename or "the disk"
            return f"{error.strerror}: {place}. Free up space, or make it writable, and try again."
    return ""


def _hint(error: BaseException | None) -> str:
    if "locked" in str(error) or "lock timeout" in str(error):
        return "The database is busy. Try again in a minute."
    if type(error).__module__.startswith("psycopg"):
        return "Check that PostgreSQL is running and that the database's URL is right."
    return "Is the disk full or the folder read-only?"


def refuse(sentence: str) -> NoReturn:
    """End with one sentence and exit status 2."""
    click.echo(sentence, err=True)
    sys.exit(EXIT_REFUSED)
