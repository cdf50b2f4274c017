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
        "Make a backup beside the running site: database, pictures, and a manifest that proves both.",
    ),
    "check": (
        "articles.commands:check_command",
        "Look for mistakes in the articles (all, or those under PATHS).",
    ),
    "demo": (
        "website.commands:demo_command",
        "Try everything on this machine: website, worker, a stand-in for Stripe, a mailbox.",
    ),
    "digest": (
        "newsletter.issues.issue_commands:digest",
        "See what the next digest would be, and let one go out that waits for you.",
    ),
    "doctor": (
        "website.doctor.commands:doctor_command",
        "Is the site well? Each check says what to do when it is not.",
    ),
    "entitlements": ("payments.commands:entitlements", "Who has the pass, according to the ledger."),
    "init": (
        "website.commands:init_command",
        "Begin a site: a folder with settings, an exam, an article and the plain pages.",
    ),
    "mail": ("website.backup_commands:mail", "Mail that is held since a backup was restored."),
    "migrate": ("website.commands:migrate_command", "Bring the database to this release's schema."),
    "new": (
        "articles.commands:new_command",
        "Begin an article: write a file with the front matter and the parts an article has.",
    ),
    "operator": (
        "website.admin.operators.commands:operator",
        "Say who runs the site: add, list, reset and remove operators.",
    ),
    "publish": (
        "articles.publish_command:publish_command",
        "Make the library that readers see what the files say, all at once or not at all.",
    ),
    "reconcile": ("payments.commands:reconcile_command", "Compare Stripe with the ledger, both ways."),
    "restore": ("website.backup_commands:restore_command", "Put a backup back."),
    "serve": ("website.commands:serve_command", "Serve the site (production)."),
    "stripe": (
        "payments.setup.commands:stripe_group",
        "Connect Stripe, and look whether everything there is as the site needs it.",
    ),
    "subscribers": (
        "newsletter.commands:subscribers",
        "Bring subscribers from elsewhere, or take them along, as CSV.",
    ),
    "worker": (
        "website.commands:worker_command",
        "Do the background work: mails, digests, payments, upkeep.",
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
@click.option("--demo", is_flag=True, help="Use the settings of the demo that runs here (make run).")
@click.option(
    "--env-file", type=click.Path(path_type=Path), help="Read settings from a file of NAME=value lines."
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

    from carrel.db import DatabaseUnusableError
    from carrel.settings import SettingsError
    from website.backup.errors import BackupError

    match error:
        case SettingsError() | DatabaseUnusableError() | BackupError():
            return str(error)
        case OperationalError():
            return f"The database cannot be used: {error.orig}. {_hint(error.orig)}"
        case OSError() if error.errno in DISK_TROUBLE:
            place = error.filename or "the disk"
            return f"{error.strerror}: {place}. Make room, or make it writable, and try again."
    return ""


def _hint(error: BaseException | None) -> str:
    if "locked" in str(error):
        return "Others are writing: try again in a minute."
    return "Is the disk full, or the folder read-only?"


def refuse(sentence: str) -> NoReturn:
    """End with one sentence and exit status 2."""
    click.echo(sentence, err=True)
    sys.exit(EXIT_REFUSED)
