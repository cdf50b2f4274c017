"""The contract as it was written down: one file for each kind of promise, one line for each promise."""

from pathlib import Path

FOLDER = Path(__file__).parent / "frozen"


def read(name: str) -> list[str]:
    """The promises of this kind."""
    return (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()


def add(name: str, promises: list[str]) -> list[str]:
    """Write down what is not there yet, and return it. Nothing is ever taken away: that is done by hand."""
    kept = read(name) if (FOLDER / f"{name}.txt").exists() else []
    new = sorted(set(promises) - set(kept))
    (FOLDER / f"{name}.txt").write_text("\n".join(sorted({*kept, *new})) + "\n", "utf-8")
    return new
