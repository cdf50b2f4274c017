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
    monkeypatch.setattr("newsletter.delivery.limits.time.sleep", lambda s: now.__setitem__(0, now[0] + s))
    limit = SendRateLimit(20)
    moments = []
    while limit.wait(101.0):
        moments.append(now[0])
    assert moments == pytest.approx([100 + 0.05 * n for n in range(21)])


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
