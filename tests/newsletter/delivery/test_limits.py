"""No more mails in a second, and no more at once to one provider, than the operator allows (MAIL-21)."""

from dataclasses import replace

import pytest

from carrel.services import Services
from newsletter.delivery.limits import SendRateLimit
from tests.support.digests import put_issue, send_all
from tests.support.smtp import FakeMailServer


def test_mail_21_the_rate_limit_spaces_mails_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("newsletter.delivery.limits.time.monotonic", lambda: now[0])
    limit = SendRateLimit(20)
    moments = []
    while now[0] < 101.01:
        moments.append(now[0])
        limit.count()
        now[0] += limit.seconds_left
    assert moments == pytest.approx([100 + 0.05 * n for n in range(21)])


def test_mail_21_a_mail_that_went_late_does_not_make_the_rate_lower_and_a_long_rest_not_higher(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("newsletter.delivery.limits.time.monotonic", lambda: now[0])
    limit = SendRateLimit(20)
    limit.count()
    now[0] += 0.06  # a hundredth of a second late
    limit.count()
    assert limit.seconds_left == pytest.approx(0.04)
    now[0] += 10
    limit.count()
    assert limit.seconds_left == pytest.approx(0.05)


@pytest.mark.parametrize("most", [1, 2])
def test_mail_21_one_provider_gets_no_more_at_once_than_the_operator_allows(
    post: Services, mail_server: FakeMailServer, most: int
) -> None:
    polite = replace(post, settings=post.settings.model_copy(update={"digest_per_domain": most}))
    put_issue(polite, 12)
    mail_server.answer("RCPT", 0.05, times=12)
    send_all(polite)
    assert len({mail.to for mail in mail_server.mails}) == 12
    assert 0 < mail_server.most_at_once <= most
