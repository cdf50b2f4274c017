"""An operator changes an issue before it is sent: words, order, articles. Nobody gets anything twice or not at all."""

from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import func, select

from carrel.services import Services
from newsletter.issues import composition, editing, freezing, issue_lifecycle
from newsletter.issues.editing import IssueDraft, NotEditableError
from newsletter.issues.issue_lifecycle import CannotSendError
from newsletter.issues.models import DeliveredArticle, Delivery, IssueState, MailVariant
from newsletter.subscribers.models import Subscriber
from newsletter.writing.models import IssueText
from newsletter.writing.save import EditConflictError, InvalidDraftError
from tests.newsletter.issues.test_freezing import CrashError, crashing_at
from tests.support.articles import put_article
from tests.support.digests import (
    add_subscribers,
    count_states,
    make_ready,
    send_all,
    start_schedule,
    subjects,
    the_issue,
)
from tests.support.newsletter import put_reader
from tests.support.smtp import FakeMailServer

RECIPIENTS = 3


@pytest.fixture
def site(post: Services) -> Services:
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


def test_an_introduction_and_a_subject_come_in_every_mail_and_the_issue_waits_again(
    site: Services, mail_server: FakeMailServer
) -> None:
    edit(site, subject="Before the exam", text="Read **these** first: [the pass](/pass/).")
    assert state(site) == IssueState.FROZEN
    prepare(site)
    assert state(site) == IssueState.WAITING
    assert approve(site)
    send_all(site)

    assert subjects(mail_server) == ["Before the exam"] * RECIPIENTS
    for mail in mail_server.mails:
        parts = [str(part.get_content()) for part in mail.message.iter_parts()]
        assert "Read these first: the pass [1]" in parts[0]
        assert f'<strong>these</strong> first: <a href="{site.settings.base_url}/pass/"' in parts[1]


def test_an_edited_issue_waits_though_no_setting_asks_for_it(site: Services) -> None:
    edit(site, text="Good morning.")
    prepare(replace(site, settings=site.settings.model_copy(update={"digest_review": False})))
    assert state(site) == IssueState.WAITING


def test_the_order_is_that_of_the_operator(site: Services, mail_server: FakeMailServer) -> None:
    backwards = tuple(reversed(chosen(site)))
    edit(site, *backwards)
    prepare(site)
    approve(site)
    send_all(site)

    assert tuple(chosen(site)) == backwards
    assert subjects(mail_server) == ["New 5 (and 5 more)"] * RECIPIENTS
    text = str(next(mail_server.mails[0].message.iter_parts()).get_content())
    places = [text.index(f"New {number} (") for number in range(5)]
    assert places == sorted(places, reverse=True)


def test_what_is_left_out_comes_with_the_next_issue_and_what_was_added_does_not(
    site: Services, mail_server: FakeMailServer
) -> None:
    with site.db.write() as session:
        later = put_article(session, "later").id
    first = chosen(site)[:2]
    edit(site, later, *first)
    prepare(site)
    approve(site)
    send_all(site)

    assert subjects(mail_server) == ["Later (and 2 more)"] * RECIPIENTS
    with site.db.read() as session:
        got = select(DeliveredArticle.article_id, func.count()).group_by(DeliveredArticle.article_id)
        assert dict(session.execute(got).all()) == dict.fromkeys([later, *first], RECIPIENTS)
        assert count_states(session) == {"sent": RECIPIENTS}


def test_an_article_that_was_left_out_can_be_taken_in_again(site: Services) -> None:
    everything = chosen(site)
    edit(site, *everything[:2])
    prepare(site)
    edit(site, *everything, version=1)
    prepare(site)
    assert chosen(site) == everything
    with site.db.read() as session:
        assert count_states(session) == {"queued": RECIPIENTS}
        assert session.scalars(select(func.count()).select_from(DeliveredArticle)).one() == RECIPIENTS * 6
        assert session.scalars(select(func.count()).select_from(MailVariant)).one() == 2


def test_a_crash_at_any_statement_of_gathering_again_loses_nobody_and_repeats_nobody(
    site: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "BATCH", 2)
    edit(site, *chosen(site)[:2])
    crashes, more = 0, True
    while more:
        for statement in count(1):
            try:
                with crashing_at(site, statement):
                    more = freezing.run_step(site)
                break
            except CrashError:
                crashes += 1

    assert crashes > 20
    with site.db.read() as session:
        assert (the_issue(session).state, the_issue(session).recipients) == (IssueState.FROZEN, RECIPIENTS)
        assert count_states(session) == {"queued": RECIPIENTS}
        assert session.scalars(select(func.count()).select_from(DeliveredArticle)).one() == RECIPIENTS * 2


def test_of_two_operators_the_second_is_told_and_overwrites_nothing(site: Services) -> None:
    edit(site, text="Olga's words.")
    with pytest.raises(EditConflictError) as conflict:
        edit(site, text="Another's words.")
    assert conflict.value.theirs is not None
    assert conflict.value.theirs.markdown == "Olga's words."
    assert conflict.value.sentence.startswith("olga saved another version")
    edit(site, text="Both.", version=1)
    with site.db.read() as session:
        assert session.scalars(select(IssueText.markdown)).all() == ["Both."]


def test_nobody_approves_what_they_have_not_seen(site: Services) -> None:
    edit(site, text="Changed meanwhile.")
    prepare(site)
    with pytest.raises(CannotSendError, match="Someone changed this issue"):
        approve(site, version=0)
    assert state(site) == IssueState.WAITING
    assert approve(site, version=1)


def test_a_worker_that_composed_the_old_text_does_not_keep_it(
    site: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(site, subject="First")
    compose = composition.compose

    def slowly(*given: object) -> object:
        content = compose(*given)  # type: ignore[arg-type]
        monkeypatch.undo()
        edit(site, subject="Second", version=1)
        return content

    monkeypatch.setattr(composition, "compose", slowly)
    prepare(site)
    with site.db.read() as session:
        assert set(session.scalars(select(MailVariant.subject))) == {"Second"}


def test_an_issue_on_its_way_or_over_is_not_changed(site: Services) -> None:
    approve(site)
    with pytest.raises(NotEditableError):
        edit(site, text="Too late.")


@pytest.mark.parametrize(
    ("text", "subject", "articles", "field"),
    [
        ("[gone](/articles/gone/)", "", None, "markdown"),
        ("", "x" * 121, None, "subject"),
        ("x" * 40_001, "", None, "markdown"),
        ("", "", (99,), "articles"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(
    site: Services, text: str, subject: str, articles: tuple[int, ...] | None, field: str
) -> None:
    with pytest.raises(InvalidDraftError) as refused:
        edit(site, *(articles or ()), text=text, subject=subject)
    assert list(refused.value.errors) == [field]
    assert state(site) == IssueState.WAITING
    with site.db.read() as session:
        assert session.scalars(select(IssueText)).all() == []


def test_an_issue_without_articles_is_refused(site: Services) -> None:
    with pytest.raises(InvalidDraftError, match="at least one"), site.db.write() as session:
        editing.edit(session, site.settings, 1, IssueDraft("", "", 0, ()), actor="olga")


def test_articles_that_nobody_gets_make_the_issue_wait_and_keep_what_was_written(site: Services) -> None:
    with site.db.write() as session:
        other = put_article(session, "elsewhere", exam="ccm").id
    edit(site, other, text="Kept.")
    prepare(site)
    with site.db.read() as session:
        assert (the_issue(session).state, the_issue(session).reason) == (
            IssueState.WAITING,
            composition.NOBODY,
        )
        assert session.scalars(select(func.count()).select_from(Delivery)).one() == 0
    with site.db.read() as session:
        issue = the_issue(session)
        everything = [each.article.id for each in editing.candidates(session, issue)]
    edit(site, *everything, text="Kept.", version=1)
    prepare(site)
    with site.db.read() as session:
        assert (the_issue(session).reason, the_issue(session).recipients) == ("", RECIPIENTS)


def test_a_subscriber_who_left_while_it_waited_is_not_gathered_again(site: Services) -> None:
    with site.db.write() as session:
        gone = session.scalars(select(Subscriber).where(Subscriber.email_key == "reader-1@example.org")).one()
        session.delete(gone)
    edit(site, *chosen(site)[:2])
    prepare(site)
    with site.db.read() as session:
        assert the_issue(session).recipients == RECIPIENTS - 1
        assert count_states(session) == {"queued": RECIPIENTS - 1}
