"""An issue that waits for the operator, and what they do with it, for tests."""

from dataclasses import replace

from carrel.services import Services
from newsletter.issues import composition, editing, freezing, issue_lifecycle
from newsletter.issues.editing import IssueDraft
from tests.support.articles import put_article
from tests.support.digests import add_subscribers, make_ready, start_schedule, the_issue
from tests.support.newsletter import put_reader

RECIPIENTS = 3


def put_waiting_issue(post: Services) -> Services:
    """An issue of six articles waits for the operator; one of its readers has the pass."""
    site = replace(post, settings=post.settings.model_copy(update={"digest_review": True}))
    with site.db.write() as session:
        add_subscribers(session, RECIPIENTS)
        put_reader(session, "reader-0@example.org", ad_free=True)
    start_schedule(site)
    with site.db.write() as session:
        for number in range(6):
            put_article(session, f"new-{number}")
    make_ready(site)
    return site


def prepare(site: Services) -> None:
    """Gather and compose, without a look at what is due."""
    for step in (freezing.run_step, composition.run_step):
        while step(site):
            pass


def edit(site: Services, *articles: int, version: int = 0, subject: str = "", text: str = "") -> None:
    with site.db.write() as session:
        draft = IssueDraft(subject, text, version, articles or tuple(chosen(site)))
        editing.edit(session, site.settings, 1, draft, actor="olga")


def chosen(site: Services) -> list[int]:
    with site.db.read() as session:
        candidates = editing.candidates(session, the_issue(session))
        return [each.article.id for each in candidates if each.is_chosen]


def approve(site: Services, version: int | None = None) -> bool:
    with site.db.write() as session:
        return issue_lifecycle.approve(session, site.settings, 1, "olga", version=version)


def state(site: Services) -> str:
    with site.db.read() as session:
        return the_issue(session).state
