"""Links that show one article before readers see it: signed, for some days, and revocable (ADR 19).

A link names the article, the version of its links and the moment when it ends. Publishing raises the version of every
article that readers see, and so does whoever revokes the links of one.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from articles.models import Article
from articles.visibility import HIDDEN, ArticleState, state
from carrel.tokens import InvalidSignatureError, Signer

PURPOSE = "preview"
DAYS, MOST_DAYS = 7, 90


class NotHiddenError(Exception):
    """The article needs no such link, or has nothing to show. The message says why."""


class PreviewOverError(Exception):
    """The link was ours, and shows nothing any longer: it has ended or was revoked."""


def find_hidden(session: Session, slug: str, now: datetime) -> Article:
    """The article that a link is wanted for. Raises `NotHiddenError`."""
    row = session.execute(select(Article, state(now)).where(Article.slug == slug)).one_or_none()
    if row is None:
        raise NotHiddenError(f"There is no article “{slug}” in the library: publish it first, as a draft.")
    article, its_state = row[0], row[1]
    if its_state == ArticleState.REMOVED:
        raise NotHiddenError(f"“{slug}” was removed: there is nothing left to see.")
    if its_state not in HIDDEN:
        raise NotHiddenError(f"“{slug}” is published, and everybody can read it: {article.url}")
    return article


def path_of(signer: Signer, article: Article, until: datetime) -> str:
    """The path of a link that shows this article until then."""
    token = signer.sign(PURPOSE, f"{article.id}-{article.preview_version}-{int(until.timestamp())}")
    return f"/preview/{token}"


def until(now: datetime, days: int = DAYS) -> datetime:
    """When a link made now ends, to the second."""
    return (now + timedelta(days=days)).replace(microsecond=0)


def revoke(session: Session, article: Article) -> None:
    """Make every link to it that was made so far show nothing."""
    article.preview_version = Article.preview_version + 1  # in SQL, as two may do it at once
    session.flush()


def open_link(session: Session, signer: Signer, token: str, now: datetime) -> tuple[Article, datetime, bool]:
    """The article of a link, when the link ends, and whether readers see the article by now.

    Raises `InvalidSignatureError` on what is not ours or was cut off, and `PreviewOverError`.
    """
    article_id, version, end = _parts(signer.value_of(PURPOSE, token))
    ends = datetime.fromtimestamp(end, UTC)
    query = select(Article, state(now)).where(Article.id == article_id).options(joinedload(Article.content))
    row = session.execute(query).one_or_none()
    if row is None or ends <= now:
        raise PreviewOverError
    article, its_state = row[0], row[1]
    if its_state == ArticleState.VISIBLE:
        return article, ends, True
    if its_state not in HIDDEN or article.preview_version != version:
        raise PreviewOverError
    return article, ends, False


def _parts(value: str) -> tuple[int, int, int]:
    try:
        article_id, version, end = map(int, value.split("-"))
    except ValueError:  # signed by us, so another release's
        raise InvalidSignatureError(PURPOSE) from None
    return article_id, version, end
