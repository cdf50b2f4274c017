"""The command preview-link. It has a module of its own because the other commands start faster without the database."""

import click

from articles import preview_links
from articles.preview_links import DAYS, MOST_DAYS, NotHiddenError
from carrel import audit, clock
from carrel.command_line import CommandError, actor
from carrel.services import signer_of
from carrel.settings import load


@click.command("preview-link")
@click.argument("slug")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), default=DAYS, show_default=True, help="How long it works."
)
@click.option("--revoke", is_flag=True, help="Revoke all links to this article instead of creating one.")
@click.pass_context
def preview_link_command(context: click.Context, slug: str, days: int, revoke: bool) -> None:
    """Create a link that lets anyone who has it read a draft or scheduled article on the live site.

    It expires after --days, or when the article is published. Nothing links to it, and search engines are told not to list it.
    """
    settings, now = load(), clock.now()
    signer, db = signer_of(settings), context.obj(settings)
    try:
        with db.write() as session:
            article = preview_links.find_hidden(session, slug, now)
            action = "preview.revoke" if revoke else "preview.link"
            audit.record(session, actor=actor(), action=action, subject=f"article:{slug}")
            if revoke:
                preview_links.revoke(session, article)
                click.echo("The links to this article no longer work.")
                return
            until = preview_links.until(now, days)
            path = preview_links.path_of(signer, article, until)
    except NotHiddenError as error:
        raise CommandError(str(error)) from None
    finally:
        db.close()
    click.echo(f"{settings.base_url}{path}")
    click.echo(f"It works until {until.astimezone(settings.zone):%Y-%m-%d %H:%M %Z}.", err=True)
