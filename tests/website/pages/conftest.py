"""A library whose pages have all that pages may have."""

import pytest
from sqlalchemy import select

from articles.models import ArticleBody
from articles.render import render
from carrel.db import Database
from tests.articles.items import ALL
from tests.support.articles import put_article

TEXT = "A claim is clean when nothing is missing, and a payer has to decide on it in time. " * 30


@pytest.fixture
def library_with_items(db: Database) -> None:
    """An article with every kind of item, and one without any."""
    with db.write() as session:
        put_article(session, "clean-claims")
        article = put_article(session, "timely-filing")
        body = session.scalars(select(ArticleBody).where(ArticleBody.id == article.body_id)).one()
        rendered = render(f"{TEXT}\n\n{TEXT}\n\n## Try it\n\n{ALL}\n{TEXT}\n\n{TEXT}\n")
        body.blocks = [{"kind": b.kind, "words": b.words, "html": b.html} for b in rendered.blocks]
