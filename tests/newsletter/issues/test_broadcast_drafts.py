"""A broadcast before it is sent: what is missing, who else changed it, whether it may go out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from carrel import clock
from carrel.services import Services
from newsletter.issues import broadcasts, freezing
from newsletter.issues.broadcasts import BroadcastSentError, NobodyError
from newsletter.issues.issue_lifecycle import CannotSendError
from newsletter.issues.models import Issue, IssueState
from newsletter.issues.preview import preview
from newsletter.subscribers.models import Frequency
from newsletter.writing.models import IssueText
from newsletter.writing.recipients import count_recipients
from newsletter.writing.save import EditConflictError, InvalidDraftError
from tests.newsletter.issues.broadcasting import create, draft, prepare, put_everybody, send


@pytest.fixture
def site(post: Services) -> Services:
    put_everybody(post)
    return post


def test_the_count_names_those_who_get_nothing(site: Services) -> None:
    with site.db.read() as session:
        text = IssueText(frequencies=list(Frequency), exams=[], topics=[])
        counted = count_recipients(session, site.settings, text, clock.now())
    assert (counted.chosen, counted.receiving, counted.without_ads) == (5, 3, 1)
    assert (counted.paused, counted.suppressed) == (1, 1)


def test_what_was_sent_is_neither_changed_nor_deleted(site: Services) -> None:
    create(site)
    send(site)
    with pytest.raises(BroadcastSentError), site.db.write() as session:
        broadcasts.save(session, site.settings, 1, draft(version=1), actor="olga")
    with pytest.raises(BroadcastSentError), site.db.write() as session:
        broadcasts.delete(session, 1, 1, actor="olga")


def test_what_another_operator_changed_is_neither_overwritten_nor_sent_nor_deleted(site: Services) -> None:
    create(site)
    with site.db.write() as session:
        broadcasts.save(session, site.settings, 1, draft(markdown="Newer.", version=1), actor="mara")
    with pytest.raises(EditConflictError) as conflict, site.db.write() as session:
        broadcasts.save(session, site.settings, 1, draft(version=1), actor="olga")
    assert conflict.value.theirs is not None
    assert (conflict.value.theirs.markdown, conflict.value.theirs.edited_by) == ("Newer.", "mara")
    with pytest.raises(EditConflictError):
        send(site, version=1)
    with pytest.raises(EditConflictError), site.db.write() as session:
        broadcasts.delete(session, 1, 1, actor="olga")
    with site.db.write() as session:
        broadcasts.delete(session, 1, 2, actor="olga")
    with pytest.raises(EditConflictError) as gone, site.db.write() as session:
        broadcasts.save(session, site.settings, 1, draft(version=2), actor="olga")
    assert gone.value.theirs is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"markdown": "\n"}, "markdown"),
        ({"frequencies": []}, "paces"),
        ({"exams": [99]}, "exams"),
        ({"topics": [99]}, "topics"),
    ],
)
def test_what_is_missing_is_named(site: Services, values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidDraftError) as refused:
        create(site, **values)
    assert list(refused.value.errors) == [field]


def test_without_recipients_or_an_address_nothing_is_sent(site: Services) -> None:
    create(site, frequencies=[Frequency.MONTHLY])
    with pytest.raises(NobodyError):
        send(site)
    nameless = replace(site, settings=site.settings.model_copy(update={"postal_address": ""}))
    create(site)
    with pytest.raises(CannotSendError, match="POSTAL_ADDRESS"):
        send(nameless, 2)


def test_an_approved_broadcast_goes_out_though_issues_are_reviewed_unless_it_is_late(site: Services) -> None:
    careful = replace(site, settings=site.settings.model_copy(update={"digest_review": True}))
    create(site)
    create(site)
    send(site, 1)
    prepare(careful)
    send(site, 2)
    with site.db.write() as session:
        late = session.scalars(select(Issue).where(Issue.period == "broadcast:2")).one()
        late.due_at -= timedelta(days=3)
    prepare(careful)
    with site.db.read() as session:
        states = session.execute(select(Issue.state, Issue.reason).order_by(Issue.id)).all()
    assert states[0] == (IssueState.SENDING, "")
    assert states[1].state == IssueState.WAITING
    assert "is late" in states[1].reason


def test_the_preview_of_the_next_digest_knows_no_broadcast(site: Services) -> None:
    create(site)
    send(site)
    while freezing.run_step(site):
        pass
    with site.db.read() as session:
        shown = preview(session, site.settings, site.signer, Frequency.EACH, clock.now())
    assert shown.issue is None
