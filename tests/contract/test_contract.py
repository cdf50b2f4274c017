"""What people's bookmarks, scripts, feed readers and mail programs depend on stays as it was."""

import pytest

from tests.contract import frozen
from tests.contract.observe import LOOKS, LOST, promises


def test_every_kind_of_promise_is_written_down() -> None:
    assert set(LOOKS) == set(LOST) == {path.stem for path in frozen.FOLDER.iterdir()}


@pytest.mark.parametrize("kind", LOST)
def test_no_promise_is_broken(kind: str) -> None:
    broken = sorted(set(frozen.read(kind)) - set(promises(kind)))
    assert not broken, f"{LOST[kind]}: {broken}. If that is meant, take the lines out of frozen/{kind}.txt."


@pytest.mark.parametrize("kind", LOST)
def test_every_new_promise_is_written_down(kind: str) -> None:
    new = sorted(set(promises(kind)) - set(frozen.read(kind)))
    assert not new, f"New and not in frozen/{kind}.txt: {new}. Write them down: python -m tests.contract"
