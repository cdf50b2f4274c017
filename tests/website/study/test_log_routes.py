"""What devices tell of studying, as requests."""

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from carrel.accounts.models import Reader
from carrel.services import Services
from tests.support.browser import Browser
from tests.website.pages.test_account import enter
from tests.website.study.study_rows import as_json, event
from website.app import LARGEST_BODY_BYTES
from website.study.events import MOST_EVENTS
from website.study.log_routes import LARGEST_LOG_BYTES
from website.study.models import StudyEvent


def test_a_device_tells_and_is_told_what_is_kept(services: Services, anna: Browser, reader: Reader) -> None:
    body = {"events": [as_json(event()), as_json(event("nowhere"))], "reads": [["clean-claims", "end", 1, 5]]}
    answer = anna.client.post("/study/log", json=body)
    assert (answer.status_code, answer.json) == (200, {"stored": 2, "refused": 1})
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_device_of_a_guest_is_not_heard(app: Flask) -> None:
    assert Browser(app).client.post("/study/log", json={"events": []}).status_code == 401


def test_a_browser_that_only_has_the_pass_is_not_heard(
    services: Services, app: Flask, reader: Reader
) -> None:
    other = enter(services, app, reader, proven=False)
    assert other.client.post("/study/log", json={"events": []}).status_code == 401


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b" " * (128 * 1024 + 1), 413)])
def test_a_malformed_or_large_body_is_refused(anna: Browser, body: bytes, status: int) -> None:
    answer = anna.client.post("/study/log", data=body, content_type="application/json")
    assert answer.status_code == status


def test_a_device_that_was_away_tells_more_than_any_form_holds(anna: Browser) -> None:
    rows = [as_json(event("x" * 80)) for _ in range(MOST_EVENTS)]
    body = json.dumps({"events": rows}).encode()
    assert LARGEST_BODY_BYTES < len(body) < LARGEST_LOG_BYTES
    answer = anna.client.post("/study/log", data=body, content_type="application/json")
    assert (answer.status_code, answer.json) == (200, {"stored": 0, "refused": MOST_EVENTS})


def test_another_site_cannot_tell(anna: Browser) -> None:
    headers = {"Origin": "https://evil.test"}
    assert anna.client.post("/study/log", json={"events": []}, headers=headers).status_code == 403


def test_a_moment_is_read_as_utc(services: Services, anna: Browser, reader: Reader) -> None:
    row = as_json(event(at=datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)))
    anna.client.post("/study/log", json={"events": [row]})
    with services.db.read() as session:
        (kept,) = session.scalars(select(StudyEvent.at))
        assert kept == datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
