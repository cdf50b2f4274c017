"""docs/going-live.md is what `make going-live` can follow; and what it promises is there."""

import subprocess

from tests.deploy.units import ROOT
from tests.going_live.document import DOCUMENT, blocks

BLOCKS = blocks(DOCUMENT.read_text("utf-8"))


def test_every_step_has_its_commands_and_two_are_for_the_authors_computer() -> None:
    steps = [int(block.place) for block in BLOCKS if block.place.isdigit()]
    assert sorted(set(steps)) == list(range(1, max(steps) + 1))
    assert [block.place for block in BLOCKS if block.is_at_home] == ["1", "8"]
    assert "carrel init" in BLOCKS[0].commands


def test_a_new_release_and_the_way_back_are_one_block_each() -> None:
    install, rollback = (block.commands for block in BLOCKS if block.place == "A new release")
    assert install.endswith("carrel-release install")
    assert rollback == "carrel-release rollback"


def test_what_it_copies_from_the_clone_is_there() -> None:
    named = {
        word.split("/", 4)[4]
        for block in BLOCKS
        for word in block.commands.split()
        if word.startswith(("/srv/carrel/source/", "/srv/carrel/current/")) and "*" not in word
    }
    assert {"deploy/release.py", "deploy/pre-receive", "deploy/nginx.conf"} <= named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_hook_is_a_sound_script() -> None:
    subprocess.run(["sh", "-n", ROOT / "deploy" / "pre-receive"], check=True)
