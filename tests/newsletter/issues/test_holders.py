"""Whoever bought the pass gets the digest without ads, once their address is proven."""

import pytest

from carrel import clock
from carrel.ads.models import HouseAd
from carrel.services import Services, make_services
from newsletter.subscribers.eligibility import AD_FREE_DIGEST
from tests.support.articles import put_article
from tests.support.digests import add_subscribers, make_ready, send_all, start_schedule
from tests.support.newsletter import put_reader
from tests.support.smtp import FakeMailServer


def digests(post: Services, mail_server: FakeMailServer) -> dict[str, str]:
    """What each reader got: text and HTML."""
    with post.db.write() as session:
        session.add(
            HouseAd(name="books", title="Good books", url="https://shop.example/", created_at=clock.now())
        )
        add_subscribers(session, 3)
        put_reader(session, "reader-1@example.org", ad_free=True)
        put_reader(session, "reader-2@example.org", ad_free=False)
    start_schedule(post)
    with post.db.write() as session:
        put_article(session, "new")
    make_ready(post)
    send_all(post)
    return {mail.to.partition("@")[0]: mail.text() + mail.text("html") for mail in mail_server.mails}


def test_only_holders_get_the_digest_without_ads(post: Services, mail_server: FakeMailServer) -> None:
    got = digests(post, mail_server)
    has_ads = {reader: "Good books" in text for reader, text in got.items()}
    assert has_ads == {"reader-0": True, "reader-1": False, "reader-2": True}
    assert all(("Advertisement" in text) == has_ads[reader] for reader, text in got.items())


@pytest.mark.parametrize("extras", [(), ("private feed",)])
def test_an_operator_can_turn_the_extra_off(
    post: Services, mail_server: FakeMailServer, extras: tuple[str, ...]
) -> None:
    assert AD_FREE_DIGEST not in extras
    plain = make_services(post.settings.model_copy(update={"pass_extras": extras}))
    assert all("Good books" in text for text in digests(plain, mail_server).values())
    plain.db.close()
