"""What an operator cannot save or approve: mistakes, what another one wrote meanwhile, an issue that is on its way."""

import pytest
from sqlalchemy import func, select

from carrel.services import Services
from newsletter.issues import composition, editing
from newsletter.issues.editing import IssueDraft, NotEditableError
from newsletter.issues.issue_lifecycle import CannotSendError
from newsletter.issues.models import Delivery, IssueState
from newsletter.writing.models import IssueText
from newsletter.writing.save import EditConflictError, InvalidDraftError
from tests.newsletter.issues.issue_editing import RECIPIENTS, approve, edit, prepare, put_waiting_issue, state
from tests.support.articles import put_article
from tests.support.digests import the_issue


@pytest.fixture
def site(post: Services) -> Services:
    return put_waiting_issue(post)


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
