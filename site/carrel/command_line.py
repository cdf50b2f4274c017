"""What the commands of all packages share: how one says that it could not be carried out."""

import getpass

import click

EXIT_REFUSED = 2


class CommandError(click.ClickException):
    """A command could not be carried out: one sentence on standard error, and exit status 2."""

    exit_code = EXIT_REFUSED

    def show(self, file: object = None) -> None:
        """Print the sentence without click's "Error:" in front of it, as all refusals are printed."""
        click.echo(self.message, err=True)


def actor() -> str:
    """Who gave the command, for the audit."""
    return f"{getpass.getuser()} (command line)"
