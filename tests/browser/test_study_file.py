"""A guest's study taken along as a file, to another browser; and files that are none of ours."""

import json
import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WIDE, Profile
from tests.browser.studying import (
    ARTICLE,
    DATABASES,
    DEVICE,
    give,
    kept,
    overview,
    wait_for_rows,
    wait_until,
)


def test_a_file_takes_it_along_and_opening_it_twice_changes_nothing(
    page: Page, profile: Profile, tmp_path: Path
) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel", "cmp-capitation", grade=1, days_ago=2)
    page.goto(ARTICLE)
    page.get_by_role("button", name="Mark as read").click()
    wait_for_rows(page, 1, "reads")
    overview(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    assert re.fullmatch(r"study-\d{4}-\d\d-\d\d\.json", path.name)
    file = json.loads(path.read_text("utf-8"))
    assert file["carrel_study"] == 1
    assert [len(row) for row in file["events"] + file["reads"]] == [11, 11, 4]

    laptop = profile(viewport=WIDE).new_page()
    laptop.goto(DEVICE)
    for _ in range(2):
        laptop.get_by_label("Open a file from another browser").set_input_files(path)
        expect(laptop.get_by_text("2 answers of the file are in this browser now.")).to_be_visible()
    assert sorted(kept(laptop)) == sorted(kept(page))
    expect(laptop.get_by_text("2 items to review: CPB 2.")).to_be_visible()
    expect(laptop.get_by_text("1 article read")).to_be_visible()


@pytest.mark.parametrize(
    "content", ["", "[]", '{"carrel_study": 2, "events": [], "reads": []}', '{"carrel_study": 1, "events": [[1]], "reads": []}']
)  # fmt: skip
def test_another_file_is_refused_in_a_sentence(page: Page, tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    page.goto(DEVICE)
    page.get_by_label("Open a file from another browser").set_input_files(path)
    expect(page.get_by_text("That is not a file that this page saved.")).to_be_visible()
    assert page.evaluate(DATABASES) == []


@pytest.mark.parametrize(
    "exam", ["../../?", "../../feed.json?", "../device?", "<img src=x onerror=alert(1)>"]
)
def test_a_file_from_a_stranger_leads_nowhere_and_can_be_forgotten(
    page: Page, tmp_path: Path, exam: str
) -> None:
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    row = [str(uuid.uuid4()), "grade", exam, exam, "0" * 32, 1, 1, 0, 20_000, 1_700_000_000_000, "cards"]
    path = tmp_path / "study-2026-01-01.json"
    path.write_text(
        json.dumps({"carrel_study": 1, "events": [row], "reads": [[exam, '"><img src=x>', 0, 1]]})
    )
    page.goto(DEVICE)
    asked.clear()
    page.get_by_label("Open a file from another browser").set_input_files(path)
    expect(page.get_by_text("1 answer of the file is in this browser now.")).to_be_visible()
    overview(page)
    expect(page.get_by_text("Its questions are not kept in this browser yet")).to_be_visible()
    assert page.locator("main img").count() == 0
    assert not [url for url in asked if not re.search("/(study/(items|device|worker|log)|static/)", url)]
    page.get_by_text("Forget what this browser holds").click()
    page.get_by_role("button", name="Forget it").click()
    wait_until(page, "indexedDB.databases().then((bases) => !bases.length)")
