"""What people's bookmarks, scripts, feed readers and mail programs depend on stays as it was."""

import pytest

from tests.contract import frozen
from tests.contract.observe import LOST, promises


@pytest.fixture(scope="module")
def kept_today() -> dict[str, list[str]]:
    """What the code of today promises."""
    return promises()


def test_every_kind_of_promise_is_written_down(kept_today: dict[str, list[str]]) -> None:
    assert set(kept_today) == set(LOST) == {path.stem for path in frozen.FOLDER.iterdir()}


@pytest.mark.parametrize("name", LOST)
def test_no_promise_is_broken(kept_today: dict[str, list[str]], name: str) -> None:
    broken = sorted(set(frozen.read(name)) - set(kept_today[name]))
    assert not broken, f"{LOST[name]}: {broken}. If that is meant, take the lines out of frozen/{name}.txt."


@pytest.mark.parametrize("name", LOST)
def test_every_new_promise_is_written_down(kept_today: dict[str, list[str]], name: str) -> None:
    new = sorted(set(kept_today[name]) - set(frozen.read(name)))
    assert not new, f"New and not in frozen/{name}.txt: {new}. Write them down: python -m tests.contract"
