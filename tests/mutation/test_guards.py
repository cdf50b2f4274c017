"""The table of guards fits the code: `make mutants` can break every one of them."""

import pytest

from tests.mutation.guards import ROOT, Guard, guards


@pytest.mark.parametrize("guard", list(guards()), ids=lambda guard: guard.name)
def test_a_guard_can_be_broken_and_its_tests_are_there(guard: Guard) -> None:
    source = (ROOT / guard.file).read_text()
    broken = guard.broken(source)
    if guard.file.endswith(".py"):
        compile(broken, guard.file, "exec")
    for test in guard.tests:
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text()


def test_no_two_guards_share_a_name() -> None:
    names = [guard.name for guard in guards()]
    assert sorted(set(names)) == sorted(names)
    assert len(names) >= 10
