"""The operator's command: doctor."""

import json
from dataclasses import asdict

import click

from carrel import clock
from carrel.services import existing_database
from carrel.settings import load
from website.doctor.findings import CheckContext, Finding, Level
from website.doctor.run_checks import run_all, worst

EXIT = {Level.WELL: 0, Level.LOOK: 1, Level.BAD: 2}
MARK = {Level.WELL: "well", Level.LOOK: "LOOK", Level.BAD: "BAD "}


@click.command("doctor")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--offline", is_flag=True, help="Ask neither the mail server nor Stripe.")
def doctor_command(form: str, offline: bool) -> None:
    """Is the site well? Each check says what to do when it is not.

    Exit status: 0 all is well, 1 somebody should look at something, 2 something does not work.
    """
    settings = load()
    db = existing_database(settings)
    try:
        findings = run_all(CheckContext(settings, db, clock.now(), ask_outside=not offline))
    finally:
        db.close()
    click.echo(
        json.dumps([asdict(finding) for finding in findings], indent=1) if form == "json" else _text(findings)
    )
    raise click.exceptions.Exit(EXIT[worst(findings)])


def _text(findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{MARK[finding.level]}  {finding.check}: {finding.says}")
        if finding.mend:
            lines.append(f"        {finding.mend}")
    return "\n".join(lines)
