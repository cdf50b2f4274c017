"""Which backups are kept, and which are thrown away."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from website.backup import backup_store
from website.backup.backup_store import StoredBackup

NIGHT = datetime(2026, 11, 21, 3, tzinfo=UTC)


def nights(count: int, kind: str = "nightly") -> list[StoredBackup]:
    moments = [NIGHT - timedelta(days=n) for n in range(count)]
    return [StoredBackup(moment, kind, Path(f"{moment:%Y-%m-%d}-{kind}")) for moment in moments]


def kept(backups: list[StoredBackup], now: datetime = NIGHT) -> list[int]:
    gone = backup_store.expired(backups, now)
    return [(NIGHT - backup.at).days for backup in backups if backup not in gone]


def test_data_13_seven_days_four_weeks_and_six_months_are_kept() -> None:
    left = kept(nights(400))
    assert left[:7] == [0, 1, 2, 3, 4, 5, 6]
    months = {f"{NIGHT - timedelta(days=n):%Y-%m}" for n in left}
    weeks = {f"{NIGHT - timedelta(days=n):%G-%V}" for n in left}
    assert len(months) == 6
    assert len(weeks) >= 4
    assert len(left) <= 7 + 4 + 6
    assert max(left) < 183


@pytest.mark.sweep
def test_kept_night_by_night_it_comes_to_the_same(tmp_path: Path) -> None:
    home = tmp_path
    for number in range(200):
        now = NIGHT + timedelta(days=number)
        backup_store.path_for(home, now, "nightly").touch()
        backup_store.rotate(home, now)
    left = backup_store.all_backups(home)
    assert 12 <= len(left) <= 17
    assert left[0].at == NIGHT + timedelta(days=199)


def test_one_made_by_hand_stays_a_month_and_never_half_a_year() -> None:
    by_hand = [StoredBackup(NIGHT - timedelta(hours=n), "by-hand", Path(str(n))) for n in range(5)]
    assert backup_store.expired(by_hand, NIGHT) == []
    backups = [*nights(3), *by_hand]
    assert len(backup_store.expired(backups, NIGHT + timedelta(days=31))) > 0


def test_the_newest_stays_however_old_it_is() -> None:
    assert backup_store.expired(nights(1), NIGHT + timedelta(days=2000)) == []


def test_other_files_in_the_folder_are_nobodys_business(tmp_path: Path) -> None:
    folder = backup_store.folder(tmp_path)
    (folder / "notes.txt").touch()
    (folder / "carrel-copy.tar.gz").touch()
    assert backup_store.all_backups(tmp_path) == []
    backup_store.rotate(tmp_path, NIGHT)
    assert len(list(folder.iterdir())) == 2
