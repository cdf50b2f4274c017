"""The locks are complete: whatever a pinned package asks for is pinned too, so no release of today changes anything."""

import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = {
    "requirements-build.txt": ["build"],
    "requirements.txt": ["build"],
    "requirements-cluster.txt": ["build"],
    "requirements-demo.txt": ["build", "demo"],
    "requirements-test.txt": ["build", "demo", "test", "lint"],
}
WITH_CLUSTER = {"requirements-cluster.txt", "requirements-test.txt"}
Pins = dict[str, Requirement]


def read(lock: str) -> str:
    return (ROOT / "deploy" / lock).read_text("utf-8")


def pins(text: str) -> Pins:
    """The pins of a lock that count on this machine, by name."""
    lines = [line.removesuffix("\\").strip() for line in text.splitlines() if line[:1].isalnum()]
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(pin.name): pin for pin in found if counts(pin, "")}


def counts(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def requirements(lock: str, pinned: Pins) -> Iterator[tuple[str, Requirement]]:
    """Every requirement, and who has it: ours first, then those of every pinned package with its extras."""
    groups = [PROJECT["dependency-groups"][group] for group in GROUPS[lock]]
    ours = [] if lock == "requirements-build.txt" else PROJECT["project"]["dependencies"]
    if lock in WITH_CLUSTER:
        ours = ours + PROJECT["project"]["optional-dependencies"]["cluster"]
    for line in sum(groups, ours + PROJECT["build-system"]["requires"]):
        yield "carrel", Requirement(line)
    for name, pin in pinned.items():
        for line in distribution(name).requires or []:
            asked = Requirement(line)
            if any(counts(asked, extra) for extra in ("", *pin.extras)):
                yield name, asked


def unanswered(lock: str, text: str) -> list[str]:
    """What is required but not pinned, with its version and its extras."""
    pinned = pins(text)
    return [
        f"{asked} (from {who})" for who, asked in requirements(lock, pinned) if not answers(pinned, asked)
    ]


def answers(pinned: Pins, asked: Requirement) -> bool:
    pin = pinned.get(canonicalize_name(asked.name))
    return (
        pin is not None
        and asked.specifier.contains(version(pin), prereleases=True)
        and asked.extras <= pin.extras
    )


def version(pin: Requirement) -> str:
    (exact,) = pin.specifier
    assert exact.operator == "=="
    return exact.version


@pytest.mark.parametrize("lock", GROUPS)
def test_every_requirement_of_every_pinned_package_is_pinned(lock: str) -> None:
    assert unanswered(lock, read(lock)) == []


@pytest.mark.parametrize("lock", GROUPS)
def test_nothing_is_pinned_that_nobody_requires(lock: str) -> None:
    pinned = pins(read(lock))
    assert set(pinned) - {canonicalize_name(asked.name) for _, asked in requirements(lock, pinned)} == set()


def test_what_is_installed_here_is_what_is_pinned() -> None:
    """Else the other tests would look at the requirements of other versions."""
    pinned = pins(read("requirements-test.txt"))
    assert {name: distribution(name).version for name in pinned} == {
        name: version(pin) for name, pin in pinned.items()
    }


def test_the_locks_agree() -> None:
    tested = pins(read("requirements-test.txt"))
    for lock in GROUPS:
        assert {
            name: str(pin) for name, pin in pins(read(lock)).items() if str(tested.get(name)) != str(pin)
        } == {}


def test_only_the_trial_has_a_mailbox() -> None:
    assert "aiosmtpd" in pins(read("requirements-demo.txt"))
    assert "aiosmtpd" not in pins(read("requirements.txt"))


def test_only_a_cluster_has_celery() -> None:
    assert {"celery", "redis"} <= set(pins(read("requirements-cluster.txt")))
    assert not {"celery", "redis"} & set(pins(read("requirements.txt")))


@pytest.mark.parametrize(
    ("lock", "whole", "broken", "missing"),
    [
        ("requirements-test.txt", "coverage[toml]==", "coverage==", "coverage[toml]"),
        ("requirements.txt", "psycopg[binary]==", "psycopg==", "psycopg[binary]"),
        ("requirements.txt", "\npathspec==", "\n# pathspec==", "pathspec"),
        ("requirements.txt", "\nflask==3", "\nflask==2", "flask"),
    ],
    ids=["an extra of a package", "an extra of ours", "a package", "a version"],
)
def test_a_hole_in_a_lock_is_seen(lock: str, whole: str, broken: str, missing: str) -> None:
    text = read(lock)
    assert whole in text
    holes = unanswered(lock, text.replace(whole, broken))
    assert [hole for hole in holes if hole.startswith(missing)] == holes != []


def test_every_pin_has_hashes_and_no_lock_names_an_index() -> None:
    for lock in GROUPS:
        text = read(lock)
        blocks = text.replace("\\\n", "").splitlines()
        assert [block for block in blocks if block and "--hash=sha256:" not in block] == []
        assert "://" not in text
