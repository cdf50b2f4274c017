"""A whole issue whose bounces and complaints come back through three services, shuffled and doubled."""

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from carrel.mail.models import Suppression
from carrel.services import Services
from newsletter.bounces import rates, sns
from newsletter.bounces.rates import Returned
from newsletter.issues.models import Issue, IssueState
from newsletter.subscribers.models import Subscriber, SubscriberState
from tests.newsletter.bounces import documented
from tests.newsletter.bounces.documented import mailgun_event, postmark_bounce, ses_bounce, ses_complaint
from tests.newsletter.bounces.test_webhooks import post as tell
from tests.support.digests import put_issue, send_all

RECIPIENTS = 10_000 if os.environ.get("CARREL_FULL_FAULTS") else 500
HARD, SOFT, COMPLAINTS = (RECIPIENTS * share // 1_000 for share in (30, 50, 2))

# What each service sends for a hard bounce, a soft one, and a complaint of an address, each with an id of its own.
HARD_REPORTS: tuple[Callable[[str, int], tuple[str, Any]], ...] = (
    lambda address, n: ("amazon-ses", documented.sns(ses_bounce(address, feedback=f"hard-{n}"))),
    lambda address, n: ("postmark", postmark_bounce(address, number=n)),
    lambda address, n: ("mailgun", mailgun_event(address, number=f"hard-{n}")),
)
SOFT_REPORTS: tuple[Callable[[str, int], tuple[str, Any]], ...] = (
    lambda address, n: (
        "amazon-ses",
        documented.sns(ses_bounce(address, kind="Transient", feedback=f"soft-{n}")),
    ),
    lambda address, n: ("postmark", postmark_bounce(address, "SoftBounce", number=RECIPIENTS + n)),
    lambda address, n: ("mailgun", mailgun_event(address, severity="temporary", number=f"soft-{n}")),
)
COMPLAINT_REPORTS: tuple[Callable[[str, int], tuple[str, Any]], ...] = (
    lambda address, n: ("amazon-ses", documented.sns(ses_complaint(address, feedback=f"spam-{n}"))),
    lambda address, n: ("postmark", postmark_bounce(address, "SpamComplaint", number=2 * RECIPIENTS + n)),
    lambda address, n: ("mailgun", mailgun_event(address, event="complained", number=f"spam-{n}")),
)


def addresses(first: int, count: int) -> list[str]:
    return [f"reader-{number}@example.org" for number in range(first, first + count)]


@pytest.mark.sweep
def test_every_suppression_of_a_large_issue_is_right(
    client: FlaskClient, post: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sns, "fetch", lambda _address: documented.amazon_certificate())
    sns.signing_key.cache_clear()
    put_issue(post, RECIPIENTS)
    send_all(post)
    hard, soft = addresses(0, HARD), addresses(HARD, SOFT)
    complaints = addresses(HARD + SOFT, COMPLAINTS)

    reports = [
        make[number % 3](address, number)
        for people, make in ((hard, HARD_REPORTS), (soft, SOFT_REPORTS), (complaints, COMPLAINT_REPORTS))
        for number, address in enumerate(people)
    ] * 2
    random.Random(20261129).shuffle(reports)
    assert {tell(client, service, report) for service, report in reports} == {200}

    with post.db.read() as session:
        issue = session.scalars(select(Issue)).one()
        counted = rates.returned(session, issue.id)
        left = set(session.scalars(select(Subscriber.email).where(Subscriber.state == SubscriberState.LEFT)))
        suppressed = set(
            session.scalars(
                select(Subscriber.email).where(Subscriber.address_hash.in_(select(Suppression.address_hash)))
            )
        )
    assert counted == Returned(HARD, SOFT, COMPLAINTS)
    assert left == set(complaints)
    assert suppressed == {*hard, *complaints}
    assert issue.state == IssueState.FINISHED  # neither rate is above its limit
