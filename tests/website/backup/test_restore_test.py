"""The restore test finds what is wrong with a backup before it is needed."""

import pytest

from carrel.db import Database
from carrel.settings import Settings
from tests.support.articles import put_article
from website.app import create_app
from website.backup import backup_store, create, restore_test


@pytest.mark.sweep
def test_data_11_a_good_backup_is_restored_elsewhere_and_serves_its_pages(
    home: Settings, db: Database
) -> None:
    with db.write() as session:
        put_article(session, slug="one")
    result = restore_test.run(home, create.create_backup(home, db), create_app)
    assert result.problem == ""
    assert result.last_good_at == result.tested_at
    assert restore_test.last_result(home.home) == result
    assert not list(backup_store.folder(home.home).glob(".scratch-*"))


@pytest.mark.sweep
def test_data_11_a_cut_backup_is_found_out_and_the_last_good_time_stays(home: Settings, db: Database) -> None:
    path = create.create_backup(home, db)
    good = restore_test.run(home, path, create_app)
    path.write_bytes(path.read_bytes()[:-2000])
    bad = restore_test.run(home, path, create_app)
    assert "cut short" in bad.problem
    assert bad.last_good_at == good.last_good_at


def test_data_11_a_site_that_does_not_serve_from_it_is_a_failed_test(
    home: Settings, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore_test, "PAGES", ("/", "/no-such-page/"))
    assert "/no-such-page/" in restore_test.run(home, create.create_backup(home, db), create_app).problem
