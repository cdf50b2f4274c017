"""`carrel`, but its clock is wrong by as many seconds as the file named by CLOCK_FILE says, at any moment.

The product knows nothing of it: its one source of the time is replaced here before it starts.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carrel import clock
from website.cli import main

ENTRY = ("-m", "tests.faults.wrong_clock")


def wrong_now() -> datetime:
    """What the wrong clock shows."""
    return datetime.now(UTC) + timedelta(seconds=float(Path(os.environ["CLOCK_FILE"]).read_text()))


if __name__ == "__main__":
    clock.now = wrong_now
    main()
