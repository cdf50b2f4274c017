"""`carrel digest status|pause|resume|stop|retry`."""

import pytest

from carrel.services import Services
from newsletter.issues.models import IssueState
from tests.newsletter.issues.conftest import Run
from tests.support.digests import put_issue, send_all, the_issue
from tests.support.smtp import FakeMailServer


def state(post: Services) -> str:
    with post.db.read() as session:
        return the_issue(session).state


def test_mail_28_an_operator_can_hold_an_issue_let_it_go_on_and_end_it(post: Services, run: Run) -> None:
    assert run("status").output == "There are no issues yet.\n"
    put_issue(post, 2)
    for command, said, expected in (
        ("pause", "Issue 1 is paused.\n", IssueState.PAUSED),
        ("resume", "Issue 1 resumes.\n", IssueState.SENDING),
        ("stop", "Issue 1 is stopped.\n", IssueState.STOPPED),
    ):
        assert (run(command, "1").output, state(post)) == (said, expected)
    again = run("stop", "1")
    assert again.exit_code == 2
    assert "carrel digest status" in again.output


def test_mail_04_whose_mail_is_uncertain_is_listed_and_can_be_sent_again(
    post: Services, mail_server: FakeMailServer, run: Run
) -> None:
    put_issue(post, 2)
    mail_server.close_after_data()
    send_all(post)

    said = run("status").output

    assert "Issue 1 (each, article:new): finished." in said
    assert "  2 recipients: 1 sent, 1 uncertain\n" in said
    assert "  uncertain: reader-" in said
    assert run("retry", "1", "uncertain").output.endswith("1 emails of issue 1 are queued again.\n")
    assert run("retry", "1", "failed").output == "0 emails of issue 1 are queued again.\n"
    assert run("retry", "1").exit_code == 2


@pytest.mark.parametrize(
    "command", [("send",), ("pause",), ("resume",), ("stop",), ("retry", "failed"), ("retry", "uncertain")]
)
def test_a_number_that_no_issue_has_is_said_to_be_none(
    post: Services, run: Run, command: tuple[str, ...]
) -> None:
    put_issue(post, 1)

    refused = run(command[0], "7", *command[1:])

    # In its own stream: the log of another test's worker may be in the other one.
    assert (refused.stderr, refused.exit_code) == ("There is no issue 7: see `carrel digest status`.\n", 2)
    assert state(post) == IssueState.SENDING
