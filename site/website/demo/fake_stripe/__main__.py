"""``python -m website.demo.fake_stripe``: a local Stripe for the demo, until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from website.demo.fake_stripe.fake_stripe import API_KEY, FakeStripe


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    options = _parser().parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with FakeStripe.running(
        options.port,
        api_key=options.api_key,
        webhook_url=options.webhook_url,
        webhook_secrets=options.webhook_secret or ["whsec_standin"],
        retry_delays=(1, 5, 15, 60, 300, 1800),
        settle_after=20,
        state=options.state,
    ) as fake_stripe:
        sys.stdout.write(f"The Stripe stand-in is at {fake_stripe.base_url}/\n")
        sys.stdout.flush()
        stopped.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m payments.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8200, help="0 takes a free one")
    parser.add_argument("--api-key", default=API_KEY, help="the one key that is accepted")
    parser.add_argument("--webhook-url", help="where events are posted")
    parser.add_argument("--webhook-secret", action="append", help="may be given more than once")
    parser.add_argument("--state", type=Path, help="a SQLite file that keeps everything")
    return parser


if __name__ == "__main__":
    main()
