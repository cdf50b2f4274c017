"""Items of articles that no file holds."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Article, ArticleBody
from articles.publish.sync_items import ItemWriter, PlacedItem
from articles.render import render
from tests.support.articles import put_article


def put_items(session: Session, article: Article, markdown: str, objective: str | None = None) -> None:
    """Let the items of this Markdown stand in the article, as after publishing; without `objective=`, of this one."""
    rendered = render(markdown)
    body = session.scalars(select(ArticleBody).where(ArticleBody.id == article.body_id)).one()
    body.blocks = [
        {"kind": block.kind, "words": block.words, "html": block.html} for block in rendered.blocks
    ]
    placed = [
        PlacedItem(item, article.exam_id, article.id, position, item.objective or objective)
        for position, item in enumerate(rendered.items, 1)
    ]
    ItemWriter(session).write(placed, [article.id], [])
    session.flush()


def put_article_with(session: Session, slug: str, markdown: str, domain: str | None = None) -> Article:
    """An article of this domain with these items, about Medicare."""
    article = put_article(session, slug, domain=domain, topics=("medicare",))
    put_items(session, article, markdown, domain)
    return article


def question(key: str, right: Sequence[str] = ("Yes",), wrong: Sequence[str] = ("No", "Perhaps")) -> str:
    """A question with these options; the right ones come first."""
    options = [("x", text) for text in right] + [(" ", text) for text in wrong]
    listed = "\n\n".join(f"- [{box}] {text}\n\n  Why {text} of {key}." for box, text in options)
    return f"::: question {key}\nWhat about {key}?\n\n{listed}\n:::\n"


def questions(name: str, count: int) -> str:
    """So many questions: name-1, name-2 …"""
    return "\n".join(question(f"{name}-{number}") for number in range(1, count + 1))
