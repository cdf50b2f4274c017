"""How commands refuse."""

import click
from click.testing import CliRunner

from carrel.command_line import CommandError


@click.command()
def refuse() -> None:
    raise CommandError("The house is closed: come back tomorrow.")


def test_a_refusal_is_one_sentence_on_standard_error_and_exit_status_2() -> None:
    result = CliRunner().invoke(refuse)
    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        "The house is closed: come back tomorrow.\n",
    )
