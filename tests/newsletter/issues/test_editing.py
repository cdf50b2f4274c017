"""An operator changes an issue before it is sent: words, order, articles. Nobody gets anything twice or not at all."""

from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import func, select

from carrel.services import Services
from newsletter.issues import composition, freezing
from newsletter.issues.models import DeliveredArticle, IssueState, MailVariant
from newsletter.subscribers.models import Subscriber
from tests.newsletter.issues.issue_editing import (
    RECIPIENTS,
    approve,
    chosen,
    edit,
    prepare,
    put_waiting_issue,
    state,
)
from tests.newsletter.issues.test_freezing import CrashError, crashing_at
from tests.support.articles import put_article
from tests.support.digests import count_states, send_all, subjects, the_issue
from tests.support.smtp import FakeMailServer


@pytest.fixture
def site(post: Services) -> Services:
    return put_waiting_issue(post)


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


def test_a_subscriber_who_left_while_it_waited_is_not_gathered_again(site: Services) -> None:
    with site.db.write() as session:
        gone = session.scalars(select(Subscriber).where(Subscriber.email_key == "reader-1@example.org")).one()
        session.delete(gone)
    edit(site, *chosen(site)[:2])
    prepare(site)
    with site.db.read() as session:
        assert the_issue(session).recipients == RECIPIENTS - 1
        assert count_states(session) == {"queued": RECIPIENTS - 1}
