"""What each service's fields come to."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from newsletter.bounces import amazon, mailgun, postmark
from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import AnyReport, Report
from tests.newsletter.bounces import documented
from tests.newsletter.bounces.documented import ses_bounce

ANNA = "anna@example.org"
HARD, SOFT, COMPLAINT = BounceKind.HARD, BounceKind.SOFT, BounceKind.COMPLAINT
LEFT = "left"


def told(reports: Callable[[Any], Sequence[AnyReport]], data: Any) -> list[tuple[str, str]]:
    return [(report.kind if isinstance(report, Report) else LEFT, report.address) for report in reports(data)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (ses_bounce(ANNA, "bob@example.org"), [(HARD, ANNA), (HARD, "bob@example.org")]),
        (ses_bounce(ANNA, event=True), [(HARD, ANNA)]),
        (ses_bounce(ANNA, kind="Transient"), [(SOFT, ANNA)]),
        (ses_bounce(ANNA, kind="Undetermined"), [(SOFT, ANNA)]),
        (documented.ses_complaint(ANNA), [(COMPLAINT, ANNA)]),
        (documented.ses_complaint(ANNA, kind="not-spam"), []),
        (documented.ses_complaint(ANNA, kind="auth-failure"), []),
        ('{"notificationType": "Delivery", "delivery": {}}', []),
        ("Successfully validated SNS topic for Amazon SES event publishing.", []),
    ],
)
def test_what_amazon_says(message: str, expected: list[tuple[str, str]]) -> None:
    assert told(amazon.reports, message) == expected


def test_amazon_shows_our_own_message_id_among_the_headers() -> None:
    (report,) = amazon.reports(ses_bounce(ANNA, message_id="<digest.1.ab@carrel.test>"))
    assert report.message_id == "<digest.1.ab@carrel.test>"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (documented.postmark_bounce(ANNA, "HardBounce"), [(HARD, ANNA)]),
        (documented.postmark_bounce(ANNA, "BadEmailAddress"), [(HARD, ANNA)]),
        (documented.postmark_bounce(ANNA, "Transient"), [(SOFT, ANNA)]),
        (documented.postmark_bounce(ANNA, "Blocked"), [(SOFT, ANNA)]),
        (documented.postmark_bounce(ANNA, "AutoResponder"), []),
        (documented.postmark_bounce(ANNA, "SpamComplaint"), [(COMPLAINT, ANNA)]),
        (documented.postmark_bounce(ANNA, "SpamNotification"), [(COMPLAINT, ANNA)]),
        (documented.postmark_bounce(ANNA, "Unsubscribe"), [(LEFT, ANNA)]),
        (documented.postmark_suppression(ANNA, "ManualSuppression"), [(LEFT, ANNA)]),
        (documented.postmark_suppression(ANNA, "SpamComplaint"), [(COMPLAINT, ANNA)]),
        (documented.postmark_suppression(ANNA, "HardBounce"), [(HARD, ANNA)]),
        (documented.postmark_suppression(ANNA, None, suppress=False), []),
        ({"RecordType": "Open", "Recipient": ANNA}, []),
    ],
)
def test_what_postmark_says(data: Any, expected: list[tuple[str, str]]) -> None:
    assert told(postmark.reports, data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (documented.mailgun_event(ANNA), [(HARD, ANNA)]),
        (documented.mailgun_event(ANNA, severity="temporary"), [(SOFT, ANNA)]),
        (documented.mailgun_event(ANNA, event="complained"), [(COMPLAINT, ANNA)]),
        (documented.mailgun_event(ANNA, event="delivered"), []),
        (documented.mailgun_event(ANNA, event="unsubscribed"), [(LEFT, ANNA)]),
        (documented.mailgun_event(ANNA, reason="suppress-bounce", said=""), [(HARD, ANNA)]),
        (documented.mailgun_event(ANNA, reason="suppress-complaint"), [(COMPLAINT, ANNA)]),
        (documented.mailgun_event(ANNA, reason="suppress-unsubscribe"), [(LEFT, ANNA)]),
        (documented.mailgun_event(ANNA, reason="generic", said="5.7.1 looks like spam"), [(SOFT, ANNA)]),
        (documented.mailgun_event(ANNA, reason="generic", said="no such user"), [(HARD, ANNA)]),
        (documented.mailgun_event(ANNA, reason="old", said="too old"), [(SOFT, ANNA)]),
        (documented.mailgun_event(ANNA, said="mailbox full", status={"bounce-type": "soft"}), [(SOFT, ANNA)]),
    ],
)
def test_what_mailgun_says(data: Any, expected: list[tuple[str, str]]) -> None:
    assert told(mailgun.reports, data) == expected
