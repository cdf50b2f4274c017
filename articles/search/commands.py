"""`carrel searches`: what readers looked for and did not find."""

import click

from articles.search import misses
from carrel.services import open_database
from carrel.settings import load


@click.command("searches")
@click.option(
    "--limit", type=click.IntRange(1, misses.MOST_ROWS), default=50, show_default=True, help="How many."
)
def searches_command(limit: int) -> None:
    """List searches without results, most frequent first."""
    db = open_database(load())
    try:
        with db.read() as session:
            rows = misses.read(session, limit)
    finally:
        db.close()
    for row in rows:
        click.echo(f"{row.count:6}  {row.last_on}  {row.words}")
    if not rows:
        click.echo("Every search so far has found something.")
