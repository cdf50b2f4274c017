"""Mail scanners open every link of every mail, several times, in every way: nothing happens."""

import re
from datetime import timedelta

import time_machine

from carrel.services import Services
from tests.support.browser import Browser
from tests.support.digests import put_issue, send_all, services_sending_to
from tests.support.smtp import FakeMailServer
from tests.support.state import dump
from tests.support.subscribing import QueuedMails, ask, link_in

ADDRESS = re.compile(r"https://carrel\.test(/[^\s\"<>]*)")


def test_mail_10_mf_19_every_link_of_every_mail_opened_three_times_changes_nothing(
    anna: Browser,
    stranger: Browser,
    services: Services,
    post: QueuedMails,
    noon: time_machine.Traveller,
) -> None:
    ask(anna, "ben@example.org")
    anna.send(anna.get(link_in(post.newest(), "confirm")))
    noon.shift(timedelta(hours=2))
    ask(anna, "ben@example.org", exam="ccm")
    ask(anna)
    mails = post.all()
    assert {mail.name for mail in mails} == {"newsletter/confirm", "newsletter/welcome", "newsletter/already"}
    with FakeMailServer().running() as server, services_sending_to(services.settings, server.port) as sender:
        put_issue(sender, 1)
        send_all(sender)
    digests = server.mails_to("reader-0@example.org")
    texts = [
        *(mail.text + mail.html for mail in mails),
        *(mail.text() + mail.text("html") for mail in digests),
    ]
    paths = {path for text in texts for path in ADDRESS.findall(text)}
    assert len([path for path in paths if path.startswith("/newsletter/")]) == 6
    before = dump(services.db)
    for path in sorted(paths) * 3:
        assert stranger.get(path).status_code in {200, 410}
        stranger.head(path)
        stranger.client.options(path)
    assert dump(services.db) == before
