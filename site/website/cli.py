"""The `carrel` command. Each package brings its own commands; here they are put together."""

import sys

import click

from website.db import DatabaseUnusable
from website.settings import BadSettings

EXIT_REFUSED = 2


@click.group()
@click.version_option(package_name="carrel")
def carrel() -> None:
    """Carrel publishes study articles, sells the pass that removes their ads, and mails the digest."""


def main() -> None:
    """Run a command. A refusal is one sentence and exit status 2."""
    try:
        carrel(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)
    except (BadSettings, DatabaseUnusable) as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(EXIT_REFUSED)
