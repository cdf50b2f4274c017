"""Views and clicks: counted once for each browser in half an hour, without knowing anybody."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from carrel.ads import counters, impression_tokens, routes
from carrel.ads.event_buffer import EventBuffer
from carrel.ads.impression_tokens import ImpressionToken
from carrel.ads.models import AdCount, CountedEvent, PageCount, Salt
from carrel.services import Services
from tests.support.ads import NOW

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
pytestmark = [pytest.mark.usefixtures("noon"), pytest.mark.both_databases]


class Visitor:
    """A browser that tells what it saw."""

    def __init__(
        self, app: Flask, services: Services, address: str = "203.0.113.7", name: str = FIREFOX
    ) -> None:
        self._client: FlaskClient = app.test_client()
        self._signer = services.signer
        self._from = {"environ_base": {"REMOTE_ADDR": address}}
        self._headers = {"User-Agent": name, "Accept-Language": "en"}

    def tells(self, kind: str, *lines: str, **headers: str) -> TestResponse:
        return self.sends(json.dumps({"kind": kind, "stamps": lines}), **headers)

    def sends(self, body: str | bytes, **headers: str) -> TestResponse:
        headers = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post("/seen", data=body, headers=headers, **self._from)

    def token(self, ad: str = "1", slot: str = "side", article: str = "what-cmp-means") -> str:
        return impression_tokens.make(self._signer, ImpressionToken(ad, slot, "cpb", article, NOW))


@pytest.fixture
def anna(app: Flask, services: Services) -> Visitor:
    return Visitor(app, services)


def counted(services: Services, event_buffer: EventBuffer) -> tuple[int, int, int]:
    """Pages, views and clicks in the database after a flush."""
    event_buffer.flush()
    with services.db.read() as session:
        pages = session.scalar(select(func.sum(PageCount.views))) or 0
        views, clicks = session.execute(select(func.sum(AdCount.views), func.sum(AdCount.clicks))).one()
    return int(pages), int(views or 0), int(clicks or 0)


@pytest.fixture
def event_buffer(app: Flask) -> EventBuffer:
    return routes.counting(app).event_buffer


def test_a_page_a_view_and_a_click_are_counted(
    anna: Visitor, services: Services, event_buffer: EventBuffer
) -> None:
    for kind in ("page", "view", "click"):
        assert anna.tells(kind, anna.token()).status_code == 204
    assert counted(services, event_buffer) == (1, 1, 1)
    with services.db.read() as session:
        row = session.scalars(select(AdCount)).one()
    assert (row.ad, row.slot, row.exam, row.hour) == ("1", "side", "cpb", NOW.replace(minute=0))


def test_reading_writes_nothing_until_the_tally_is_flushed(anna: Visitor, services: Services) -> None:
    anna.tells("view", anna.token())
    with services.db.read() as session:
        assert session.scalars(select(AdCount)).all() == []


def test_100_reloads_of_one_browser_in_half_an_hour_count_once(
    anna: Visitor, services: Services, event_buffer: EventBuffer, noon: time_machine.Traveller
) -> None:
    for count in range(100):
        noon.move_to(NOW + timedelta(seconds=17.9 * count), tick=False)
        anna.tells("view", anna.token())
        anna.tells("page", anna.token())
        if count % 7 == 0:
            event_buffer.flush()
    assert counted(services, event_buffer) == (1, 1, 0)


def test_reloads_that_reach_two_processes_count_once(
    anna: Visitor, app: Flask, services: Services, event_buffer: EventBuffer
) -> None:
    anna.tells("view", anna.token())
    event_buffer.flush()
    app.extensions["ads"] = routes.AdCounting(EventBuffer(services.db), routes.counting(app).throttle)
    anna.tells("view", anna.token())
    assert counted(services, routes.counting(app).event_buffer) == (0, 1, 0)


def test_after_half_an_hour_a_browser_counts_again(
    anna: Visitor, services: Services, event_buffer: EventBuffer, noon: time_machine.Traveller
) -> None:
    anna.tells("view", anna.token())
    event_buffer.flush()
    noon.move_to(NOW + timedelta(minutes=31), tick=False)
    anna.tells("view", anna.token())
    assert counted(services, event_buffer) == (0, 2, 0)


def test_two_browsers_two_slots_and_two_articles_are_different_views(
    anna: Visitor, app: Flask, services: Services, event_buffer: EventBuffer
) -> None:
    ben = Visitor(app, services, "203.0.113.8")
    carl = Visitor(app, services, name=FIREFOX.replace("144", "145"))
    for visitor in (anna, ben, carl):
        visitor.tells("view", visitor.token(), visitor.token(slot="foot"), visitor.token(article="other"))
    assert counted(services, event_buffer) == (0, 9, 0)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "en"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36", "en"),
        ("curl/8.5.0", "en"),
        ("", "en"),
        (FIREFOX, ""),
    ],
)
def test_robots_are_not_counted(
    app: Flask, services: Services, event_buffer: EventBuffer, name: str, language: str
) -> None:
    robot = Visitor(app, services, name=name)
    assert robot.tells("view", robot.token(), Accept_Language=language).status_code == 204
    assert counted(services, event_buffer) == (0, 0, 0)


def test_a_telephone_with_bot_in_its_name_is_a_reader(
    app: Flask, services: Services, event_buffer: EventBuffer
) -> None:
    reader = Visitor(
        app,
        services,
        name="Mozilla/5.0 (Linux; Android 14; CUBOT X30) AppleWebKit/537.36 Chrome/140.0 Mobile",
    )
    reader.tells("view", reader.token())
    assert counted(services, event_buffer) == (0, 1, 0)


def test_priv_06_who_sends_global_privacy_control_is_not_even_counted(
    anna: Visitor, services: Services, event_buffer: EventBuffer
) -> None:
    assert anna.tells("view", anna.token(), Sec_GPC="1").status_code == 204
    assert counted(services, event_buffer) == (0, 0, 0)


def test_a_forged_stamp_counts_nothing_and_the_answer_does_not_tell(
    anna: Visitor, services: Services, event_buffer: EventBuffer
) -> None:
    assert anna.tells("view", anna.token().replace("1|", "2|", 1), "nonsense").status_code == 204
    assert counted(services, event_buffer) == (0, 0, 0)


STRANGE: list[str | bytes] = [
    "", "{", "[]", "null", '{"kind":"view"}', '{"kind":"buy","stamps":["x"]}', '{"kind":"view","stamps":[]}',
    '{"kind":"view","stamps":[1]}', '{"kind":"view","stamps":' + json.dumps(["x"] * 21) + "}", "[" * 8000, b"\xff\xfe",
    json.dumps({"kind": "view", "stamps": ["x" * 9000]}),
]  # fmt: skip


def test_a_message_that_our_script_does_not_send_is_refused(anna: Visitor) -> None:
    for body in STRANGE:
        assert anna.sends(body).status_code == 400, body[:60]


def test_a_message_from_another_site_is_refused(
    anna: Visitor, services: Services, event_buffer: EventBuffer
) -> None:
    assert anna.tells("view", anna.token(), Origin="https://evil.example").status_code == 403
    assert counted(services, event_buffer) == (0, 0, 0)


def test_a_flood_from_one_address_is_stopped_and_does_not_stop_others(
    anna: Visitor, app: Flask, services: Services, event_buffer: EventBuffer
) -> None:
    answers = {anna.tells("view", "x").status_code for _ in range(130)}
    ben = Visitor(app, services, "203.0.113.8")
    assert answers == {204, 429}
    assert ben.tells("view", ben.token()).status_code == 204


def test_neither_address_nor_browser_is_stored(
    anna: Visitor, services: Services, event_buffer: EventBuffer
) -> None:
    anna.tells("view", anna.token())
    event_buffer.flush()
    with services.db.read() as session:
        stored = [
            str(vars(row))
            for model in (AdCount, PageCount, CountedEvent, Salt)
            for row in session.scalars(select(model))
        ]
    assert len(stored) >= 3
    assert not any("203.0.113" in row or "Firefox" in row for row in stored)


def test_salts_and_marks_are_thrown_away(
    anna: Visitor, services: Services, event_buffer: EventBuffer, noon: time_machine.Traveller
) -> None:
    anna.tells("view", anna.token())
    event_buffer.flush()
    noon.move_to(NOW + timedelta(hours=2), tick=False)
    anna.tells("view", anna.token())
    event_buffer.flush()
    with services.db.read() as session:
        assert set(session.scalars(select(CountedEvent.at))) == {NOW + timedelta(hours=2)}
        assert min(session.scalars(select(Salt.period))) >= NOW + timedelta(hours=1)


def test_while_the_database_cannot_be_written_events_wait(
    anna: Visitor, services: Services, event_buffer: EventBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def locked(*_: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    anna.tells("view", anna.token())
    with monkeypatch.context() as patch:
        patch.setattr(counters, "count", locked)
        assert counted(services, event_buffer) == (0, 0, 0)
    assert counted(services, event_buffer) == (0, 1, 0)
