"""The table of guards fits the code: `make mutants` can break every one of them."""

import pytest

from tests.mutation.guards import ROOT, Guard, guards


@pytest.mark.parametrize("guard", list(guards()), ids=lambda guard: guard.name)
def test_a_guard_can_be_broken_and_its_tests_are_there(guard: Guard) -> None:
    source = (ROOT / guard.file).read_text()
    compile(guard.broken(source), guard.file, "exec")
    assert [test for test in guard.tests if not (ROOT / test.partition("::")[0]).exists()] == []


def test_no_two_guards_share_a_name() -> None:
    names = [guard.name for guard in guards()]
    assert sorted(set(names)) == sorted(names)
    assert len(names) >= 10
