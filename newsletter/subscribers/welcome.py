"""The mail that greets a new subscriber, with three good articles to begin with."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from articles.models import Article, ArticleTopic, BodyLink, Exam, Topic
from articles.visibility import visible
from carrel import clock
from carrel.mail import outbox
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.subscribers import links, mails
from newsletter.subscribers.models import Frequency, SignUp, Subscriber

RECOMMENDED_COUNT = 3
MOST_NAMES = 5
FREQUENCY_PHRASES = {
    Frequency.EACH: "as each one appears",
    Frequency.DAILY: "at most once a day",
    Frequency.WEEKLY: "once a week",
    Frequency.MONTHLY: "once a month",
}


def queue(
    session: Session, settings: Settings, signer: Signer, subscriber: Subscriber, sign_up: SignUp
) -> None:
    """Queue the greeting, once for this sign-up."""
    outbox.queue(
        session,
        key=f"newsletter-welcome:{sign_up.id}",
        to=subscriber.email,
        mail=mails.welcome(
            settings,
            links.links_for(settings, signer, subscriber.address_hash),
            choices=in_words(names(session, sign_up)),
            frequency=FREQUENCY_PHRASES[Frequency(sign_up.frequency)],
            best=best(session, sign_up.exams, sign_up.topics),
        ),
        private=True,
    )


def best(
    session: Session, exams: Sequence[int], topics: Sequence[int], count: int = RECOMMENDED_COUNT
) -> list[Article]:
    """The articles to begin with: the first in the author's order, then those that others link to most."""
    about = select(ArticleTopic.article_id).where(ArticleTopic.topic_id.in_(topics))
    pointed_at = (
        select(func.count()).where(BodyLink.url == "/articles/" + Article.slug + "/").scalar_subquery()
    )
    order = (Article.position.asc().nulls_last(), pointed_at.desc(), Article.id)
    chosen = Article.exam_id.in_(exams) | Article.id.in_(about)
    return list(
        session.scalars(select(Article).where(visible(clock.now()), chosen).order_by(*order).limit(count))
    )


def names(session: Session, sign_up: SignUp) -> list[str]:
    """What somebody asked for, by name: exams in the publisher's order, then topics."""
    exams = session.scalars(select(Exam.name).where(Exam.id.in_(sign_up.exams)).order_by(Exam.position))
    topics = session.scalars(select(Topic.name).where(Topic.id.in_(sign_up.topics)).order_by(Topic.name))
    return [*exams, *topics]


def in_words(names: Sequence[str]) -> str:
    """`CPB`, `CPB and CCM`, `CPB, CCM and Denials`; of many, the first and how many more."""
    if len(names) > MOST_NAMES:
        names = [*names[: MOST_NAMES - 1], f"{len(names) - MOST_NAMES + 1} more"]
    head, last = names[:-1], names[-1:]
    return " and ".join([", ".join(head), *last]) if head else "".join(last)
