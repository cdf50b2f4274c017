"""Bodies that are too large, sent to make others lose theirs: nginx and gunicorn as they are shipped."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from http.client import HTTPException

import pytest

from newsletter.bounces.routes import LARGEST_BYTES
from payments.webhooks.routes import LARGEST_EVENT_BYTES
from tests.caches.nginx import SHIPPED
from tests.caches.served_site import CacheSite
from tests.caches.wire import DESK_NAME, NAME, Front
from website import app, server
from website.admin import app as admin
from website.admin.advertising.routes import LARGEST_UPLOAD_BYTES
from website.admin.screens import subscriber_imports
from website.study.log_routes import LARGEST_LOG_BYTES

ROUNDS = 15  # each is every attack and twenty people: 300 people in all
PEOPLE = 20
ATTACKS = [
    ("/subscribe/", app.LARGEST_BODY_BYTES + 1),
    ("/no-such-page", 900_000),
    ("/search", app.LARGEST_BODY_BYTES),
    ("/webhooks/stripe", LARGEST_EVENT_BYTES + 1),
    ("/admin/sign-in", admin.LARGEST_BODY_BYTES),
    ("/admin/readers/1/erase", admin.LARGEST_BODY_BYTES + 1),
    ("/admin/ads/new", 1_000_000),
    ("/admin/ads/1", LARGEST_UPLOAD_BYTES),
]
HEADERS = {"Host": NAME, "X-Forwarded-Proto": "https"}
OTHERS = ["/webhooks/stripe", "/pass/checkout"]


def send(front: Front, path: str, size: int) -> tuple[int, bytes]:
    """POST a form of that many bytes to the host that has the path; status and body."""
    if path.startswith("/admin/"):
        front = replace(front, host=DESK_NAME)
    with closing(front.connect()) as wire:
        wire.putrequest("POST", path, skip_host=True, skip_accept_encoding=True)
        wire.putheader("Host", front.host)
        wire.putheader("Origin", f"https://{front.host}")
        wire.putheader("Content-Type", "application/x-www-form-urlencoded")
        wire.putheader("Content-Length", str(size))
        wire.endheaders()
        with suppress(OSError):  # refused before all of it was sent: the answer is there
            wire.send(b"a" * size)
        answer = wire.getresponse()
        return answer.status, answer.read()


def attack_with(front: Front, path: str, size: int) -> None:
    with suppress(HTTPException, OSError):  # to be cut off is the attacker's own trouble
        send(front, path, size)


@pytest.mark.faults
def test_an_attacker_wants_the_posts_of_others_to_be_lost_with_the_connections_that_his_bodies_close(
    nginx: Front,
) -> None:
    wanted = [OTHERS[number % 2] for number in range(PEOPLE)]
    with ThreadPoolExecutor(4) as people, ThreadPoolExecutor(2) as attackers:
        answers: list[int] = []
        for _ in range(ROUNDS):
            attacks = [attackers.submit(attack_with, nginx, path, size) for path, size in ATTACKS]
            answers += people.map(lambda path: send(nginx, path, 200)[0], wanted)
            for attack in attacks:
                attack.result()
    assert len(answers) == 300
    assert set(answers) == {400, 403}, "a signature and a token that are not there, nothing else"


@pytest.mark.parametrize(
    ("path", "largest"),
    [
        ("/subscribe/", app.LARGEST_BODY_BYTES),
        ("/study/log", LARGEST_LOG_BYTES),
        ("/webhooks/stripe", LARGEST_EVENT_BYTES),
        ("/webhooks/stripe/", LARGEST_EVENT_BYTES),
        ("/webhooks/bounces/postmark", LARGEST_BYTES),
        ("/admin/sign-in", admin.LARGEST_BODY_BYTES),
        ("/admin/ads/new", LARGEST_UPLOAD_BYTES),
        ("/admin/ads/1", LARGEST_UPLOAD_BYTES),
        ("/admin/subscribers/import", subscriber_imports.LARGEST_UPLOAD_BYTES),
        ("/admin/subscribers/1/change", admin.LARGEST_BODY_BYTES),
        ("/admin/ads/", admin.LARGEST_BODY_BYTES),
        ("/admin/ads/1/switch", admin.LARGEST_BODY_BYTES),
    ],
)
def test_an_attacker_wants_his_body_to_pass_nginx_and_be_refused_by_the_app(
    nginx: Front, path: str, largest: int
) -> None:
    assert send(nginx, path, largest)[0] not in {413, 502}
    status, body = send(nginx, path, largest + 1)
    assert status == 413
    assert b"<center>nginx</center>" in body


def test_nginx_and_the_app_have_one_truth_about_sizes() -> None:
    units = {"k": 1024, "m": 1024**2}
    said = re.findall(r"client_max_body_size (\d+)([km]);", SHIPPED.read_text("utf-8"))
    ours = [
        app.LARGEST_BODY_BYTES,
        LARGEST_LOG_BYTES,
        LARGEST_EVENT_BYTES,
        admin.LARGEST_BODY_BYTES,
        LARGEST_UPLOAD_BYTES,
    ]
    ours.append(subscriber_imports.LARGEST_UPLOAD_BYTES)
    assert [int(number) * units[unit] for number, unit in said] == ours
    assert max(ours) == server.DRAINED_BYTES


def test_what_no_view_has_read_is_read_before_the_answer_so_that_the_connection_can_stay(
    cache_site: CacheSite,
) -> None:
    with closing(Front("gunicorn", cache_site.port).connect()) as wire:
        for _ in range(2):  # the second one over the same connection
            wire.request("POST", "/no-such-page", b"a" * 1_000_000, HEADERS)
            answer = wire.getresponse()
            answer.read()
            assert (answer.status, answer.getheader("Connection")) == (404, "keep-alive")


@pytest.mark.parametrize(
    "said", [("Content-Length", str(server.DRAINED_BYTES + 1)), ("Transfer-Encoding", "chunked")]
)
def test_a_body_beyond_every_limit_is_not_awaited(cache_site: CacheSite, said: tuple[str, str]) -> None:
    with closing(Front("gunicorn", cache_site.port).connect()) as wire:
        wire.putrequest("POST", "/no-such-page", skip_host=True)
        for header in (*HEADERS.items(), said):
            wire.putheader(*header)
        wire.endheaders()
        answer = wire.getresponse()
        assert (answer.status, answer.getheader("Connection")) == (404, "close")
