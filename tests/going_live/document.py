"""The commands of docs/going-live.md, as they stand there."""

import re
from dataclasses import dataclass

from tests.deploy.units import ROOT

DOCUMENT = ROOT / "docs" / "going-live.md"
STEP = re.compile(r"^\*\*(\d+)\.\*\* ")
HOME = "On your own computer"


@dataclass(frozen=True)
class Block:
    """Commands in one piece, the step or heading they belong to, and what is said before them."""

    place: str
    says: str
    commands: str

    @property
    def is_at_home(self) -> bool:
        """Whether it is for the author's computer, not for the server."""
        return HOME in self.says


def blocks(text: str) -> list[Block]:
    """Every block of commands, in the document's order."""
    found, place, says, commands = [], "", [], []  # type: ignore[var-annotated]
    for line in [*text.splitlines(), "#"]:
        if line.startswith("    "):
            commands.append(line[4:])
            continue
        if commands and line:
            found.append(Block(place, " ".join(says), "\n".join(commands)))
            says, commands = [], []
        if step := STEP.match(line):
            place, says = step[1], []
        elif line.startswith("#"):
            place, says = line.lstrip("# "), []
        says.append(line)
    return found
