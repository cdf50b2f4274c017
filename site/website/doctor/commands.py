"""The operator's command: doctor."""

import json

import click

from carrel import clock
from carrel.services import existing_database
from carrel.settings import load
from website.doctor.findings import CheckContext, Finding, Level
from website.doctor.run_checks import run_all, worst

EXIT = {Level.OK: 0, Level.WARNING: 1, Level.ERROR: 2}


@click.command("doctor")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--offline", is_flag=True, help="Ask neither the mail server nor Stripe.")
def doctor_command(form: str, offline: bool) -> None:
    """Is the site well? Each check says what to do when it is not.

    Exit status: 0 all is OK, 1 the worst is a warning, 2 the worst is an error.
    """
    settings = load()
    db = existing_database(settings)
    try:
        findings = run_all(CheckContext(settings, db, clock.now(), ask_outside=not offline))
    finally:
        db.close()
    click.echo(_json(findings) if form == "json" else _text(findings))
    raise click.exceptions.Exit(EXIT[worst(findings)])


def _json(findings: list[Finding]) -> str:
    """The keys are older than the names of the attributes, and scripts know them."""
    return json.dumps(
        [{"check": f.check, "level": f.level, "says": f.message, "mend": f.fix} for f in findings], indent=1
    )


def _text(findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{finding.level.label:7}  {finding.check}: {finding.message}")
        if finding.fix:
            lines.append(f"         {finding.fix}")
    return "\n".join(lines)
