"""The raw mails, one of each kind kept in `snapshots/`, so that a change of any byte is seen in review.

`make mails` writes them anew: read the difference, and look at the mails themselves (docs/mails.md).
"""

import os
from pathlib import Path

from tests.mails.samples import SNAPSHOTS

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "snapshots"


def kept() -> dict[str, bytes]:
    return {path.stem: path.read_bytes().replace(b"\n", b"\r\n") for path in FOLDER.glob("*.eml")}


def test_every_mail_is_the_one_that_was_looked_at(mails: dict[str, bytes]) -> None:
    now = {name: mails[name] for name in SNAPSHOTS}
    if os.environ.get("CARREL_KEEP_MAILS"):
        FOLDER.mkdir(exist_ok=True)
        for path in FOLDER.glob("*.eml"):
            path.unlink()
        for name, raw in now.items():
            (FOLDER / f"{name}.eml").write_bytes(raw.replace(b"\r\n", b"\n"))
    before = kept()
    assert set(now) == set(before), "make mails"
    assert [name for name in now if now[name] != before[name]] == [], "make mails"


def test_a_mail_of_every_template_is_looked_at(mails: dict[str, bytes]) -> None:
    folders = {
        path.parent for path in ROOT.glob("*/**/templates/mails/*/subject.txt") if ".venv" not in path.parts
    }
    kinds = {f"{folder.parents[2].name}-{folder.name}" for folder in folders}
    assert len(kinds) > 15
    assert kinds == {kind_of(name) for name in mails} == {kind_of(name) for name in SNAPSHOTS}


def kind_of(name: str) -> str:
    package, kind, *_ = name.split("-")
    return f"{package}-{kind}"
