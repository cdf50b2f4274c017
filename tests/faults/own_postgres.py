"""A PostgreSQL that goes away and comes back."""

import os
import shlex
from pathlib import Path

from tests.support.postgres import Cluster


class OwnCluster(Cluster):
    """One that may be stopped without hurting another test."""

    def go(self) -> None:
        """Stop hard, as a crash would."""
        self.control("-m", "immediate", "stop")

    def come_back(self) -> None:
        """Start again, where it was."""
        words = shlex.split(Path(self.data, "postmaster.opts").read_text("utf-8"))
        options = " ".join(shlex.quote(word) for word in words[3:])  # after the program, -D and the folder
        self.control("-l", os.devnull, "-o", options, "start")
