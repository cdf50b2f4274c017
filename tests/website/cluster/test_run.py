"""What each machine does for itself: all of it everywhere, but one backup a night, and one opinion about it."""

from types import SimpleNamespace
from typing import Any

import pytest

from carrel.services import Services
from website.cluster import run
from website.cluster.step_tasks import OF_THE_MACHINE
from website.doctor import run_checks
from website.worker import Step, steps

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def of_one_machine(leads: bool, *names: str) -> tuple[dict[str, Step], list[str]]:
    """Its steps as they run there, and the names of those that ran."""
    ran: list[str] = []

    def step(name: str) -> Step:
        return Step(name, lambda _: bool(ran.append(name)))  # type: ignore[func-returns-value]

    leader: Any = SimpleNamespace(leads=leads)
    return {each.name: each for each in run.for_one_of_many(map(step, names), leader)}, ran


@ON_SQLITE
@pytest.mark.parametrize("leads", [True, False])
def test_only_the_one_that_leads_makes_the_nightly_backup(services: Services, leads: bool) -> None:
    at_home, ran = of_one_machine(leads, "nightly backup", "offline copies")
    for step in at_home.values():
        step.run_step(services)
    assert ran == (["nightly backup", "offline copies"] if leads else ["offline copies"])


@ON_SQLITE
@pytest.mark.parametrize(
    ("leads", "checks"), [(True, run_checks.ALARMING_CHECKS), (False, run_checks.MACHINE_CHECKS)]
)
def test_the_others_raise_no_alarm_about_backups_that_they_do_not_make(
    services: Services, monkeypatch: pytest.MonkeyPatch, leads: bool, checks: object
) -> None:
    asked: list[object] = []

    def note(_site: object, chosen: object) -> list[object]:
        asked.append(chosen)
        return []

    monkeypatch.setattr(run_checks, "run_all", note)
    at_home, _ = of_one_machine(leads, "health checks")
    at_home["health checks"].run_step(services)
    assert asked == [checks]


def test_every_step_of_the_machine_is_one_of_the_workers() -> None:
    shared, own = run.divided(steps())
    assert {step.name for step in own} == OF_THE_MACHINE
    assert len(shared) + len(own) == len(steps())
