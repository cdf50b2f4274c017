"""Go live on a bare Debian, word for word as docs/going-live.md says: `make going-live`, as root, with debootstrap.

The document's own commands are run. What a folder cannot have is replaced, and printed as such: the editor, the
certificate of a public authority, and systemd as process 1 (tests/going_live/systemd.py).
"""

import argparse
import contextlib
import tempfile
import time
from pathlib import Path

from tests.going_live import trial
from tests.going_live.debian import entered
from tests.going_live.document import DOCUMENT, blocks
from tests.going_live.server import Server
from tests.support.smtp import FakeMailServer
from website.demo.fake_stripe import running_fake_stripe

UPGRADE = "A new release"
POSTGRESQL = "5"
DELIVERED = "OK       delivery: Stripe's event arrived"


def main() -> None:
    """Run everything, and say what was done."""
    parser = argparse.ArgumentParser(prog="make going-live", description=__doc__.splitlines()[0])
    parser.add_argument("--suite", default="bookworm", help="bookworm (Debian 12) or trixie (13)")
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    given = parser.parse_args()
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="going-live-")))
        print(f"A bare Debian ({given.suite}) in {folder} ...", flush=True)
        debian = stack.enter_context(entered(given.suite, folder / "debian"))
        debian.join_network()
        stripe = stack.enter_context(running_fake_stripe(retry_delays=(1, 2, 4, 8, 16)))
        mail = stack.enter_context(FakeMailServer().running())
        uses_postgresql = given.database == "postgresql"
        server = Server(debian, folder, stripe=stripe, mail=mail, uses_postgresql=uses_postgresql)
        go_live(server)
        trial.visit(server)
        trial.open_the_desk(server)
        trial.push_a_mistake(server)
        trial.buy(server, "anna@example.org")
        trial.back_up(server)
        trial.upgrade_and_roll_back(
            server, [each for each in blocks(DOCUMENT.read_text("utf-8")) if each.place == UPGRADE]
        )
        trial.buy(server, "bob@example.org")  # the older release sells under the later schema
        trial.verify_units(server)
    print(f"Green: {given.suite}, {given.database}, {time.monotonic() - began:.0f} s.")


def go_live(server: Server) -> None:
    """Every numbered step of the document."""
    steps = [each for each in blocks(DOCUMENT.read_text("utf-8")) if each.place.isdigit()]
    for block in steps:
        if block.place != POSTGRESQL or server.uses_postgresql:
            connects_stripe = "stripe setup" in block.commands
            if connects_stripe:
                trial.know_the_server(server.debian)
            said = server.follow(block)
            if connects_stripe and DELIVERED not in said:
                raise SystemExit("Stripe's event did not reach the website.")
    if left := server.replacements_left():
        raise SystemExit(f"The document no longer has what was to be replaced: {left}")


if __name__ == "__main__":
    main()
