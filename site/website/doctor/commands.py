"""The operator's command: doctor."""

import json

import click

from carrel import clock
from carrel.findings import Finding, worst
from carrel.services import existing_database
from carrel.settings import load
from website.doctor.check_context import CheckContext
from website.doctor.run_checks import run_all


@click.command("doctor")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--offline", is_flag=True, help="Do not contact the mail server, Stripe, or buckets.")
def doctor_command(form: str, offline: bool) -> None:
    """Check the site's health, and say how to fix what fails.

    Exit status: 0 all is OK, 1 the worst is a warning, 2 the worst is an error.
    """
    settings = load()
    db = existing_database(settings)
    try:
        findings = run_all(CheckContext(settings, db, clock.now(), ask_outside=not offline))
    finally:
        db.close()
    click.echo(_json(findings) if form == "json" else "\n".join(map(str, findings)))
    raise click.exceptions.Exit(worst(findings).exit_status)


def _json(findings: list[Finding]) -> str:
    """The keys are older than the names of the attributes, and scripts know them."""
    return json.dumps(
        [{"check": f.check, "level": f.level, "says": f.message, "mend": f.fix} for f in findings], indent=1
    )
