"""The worker's own steps as tasks: none is forgotten, none runs twice in a process, and a failing one stops no other."""

import threading
from collections.abc import Callable

import pytest

from carrel.services import Services
from website.broker import QUEUES, Broker
from website.cluster import step_tasks
from website.cluster.step_tasks import OF_THE_MACHINE, QUEUE_OF, StepRunner, make_app
from website.worker import Step, steps

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def runner(services: Services, run_step: Callable[[Services], bool], **step: object) -> StepRunner:
    return StepRunner(services, [Step("work", run_step, **step)])  # type: ignore[arg-type]


def test_every_step_of_the_worker_is_either_the_machines_or_announced_in_one_of_the_queues(
    services: Services,
) -> None:
    all_steps = steps()
    names = {step.name for step in all_steps}
    shared = [step for step in all_steps if step.name not in OF_THE_MACHINE]
    broker = Broker("redis://127.0.0.1/0", "https://study.example.org", "a")
    schedule = make_app(broker, StepRunner(services, shared), shared).conf.beat_schedule
    assert names == OF_THE_MACHINE | set(schedule)
    assert {entry["options"]["queue"] for entry in schedule.values()} == set(QUEUES)
    assert set(QUEUE_OF) <= names
    assert schedule["mail"]["options"]["queue"] == "urgent"
    assert schedule["Stripe events"]["options"]["queue"] == "payments"
    assert {schedule[name]["options"]["queue"] for name in ("sending digests", "recipients of digests")} == {
        "bulk"
    }


def test_a_step_runs_until_nothing_is_left_and_closes_what_it_opened(services: Services) -> None:
    left, closed = [1, 2, 3], []
    at_work = runner(services, lambda _: bool(left and left.pop()), close=lambda: closed.append(len(left)))
    assert not at_work.run("work")
    assert (left, closed) == ([], [0])


def test_a_slice_ends_and_says_that_there_is_more(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_tasks, "SLICE_SECONDS", 0.01)
    closed: list[bool] = []
    assert runner(services, lambda _: True, close=lambda: closed.append(True)).run("work")
    assert closed == [True]


def test_one_that_runs_here_already_is_not_begun_again(services: Services) -> None:
    began, may_end, runs = threading.Event(), threading.Event(), []

    def work(_services: Services) -> bool:
        runs.append(1)
        began.set()
        may_end.wait(30)
        return False

    at_work = runner(services, work)
    thread = threading.Thread(target=at_work.run, args=("work",))
    thread.start()
    assert began.wait(30)
    assert not at_work.run("work")
    may_end.set()
    thread.join()
    assert runs == [1]


def test_one_that_fails_stops_nothing_is_not_closed_and_is_not_asked_at_once_again(
    services: Services,
) -> None:
    """What it has sent is still to be recorded, with the connections that are open."""
    runs, closed = [], []

    def fail(_services: Services) -> bool:
        runs.append(1)
        raise ZeroDivisionError

    at_work = runner(services, fail, close=lambda: closed.append(1))
    assert not at_work.run("work")
    assert not at_work.run("work")
    assert (runs, closed) == ([1], [])
    at_work.close()
    assert closed == [1]


def test_a_step_of_a_later_release_is_left_to_others(services: Services) -> None:
    assert not runner(services, lambda _: True).run("a step of next year")


def test_whoever_is_told_to_stop_ends_after_the_turn(services: Services) -> None:
    runs: list[int] = []

    def work(_services: Services) -> bool:
        runs.append(1)
        at_work.stopping.set()
        return True

    at_work = runner(services, work)
    at_work.run("work")
    assert runs == [1]


def test_nobody_who_gets_into_redis_can_command_a_worker_or_run_code_there(services: Services) -> None:
    broker = Broker("redis://127.0.0.1/0", "https://study.example.org", "a")
    app = make_app(broker, StepRunner(services, []), [])
    assert not app.conf.worker_enable_remote_control
    assert set(app.conf.accept_content) == {"json"}
    assert app.conf.broker_transport_options["global_keyprefix"] == broker.prefix
    assert [name for name in app.tasks if not name.startswith("celery.")] == [step_tasks.TASK]
