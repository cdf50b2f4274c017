"""`carrel demo`: everything, in the foreground, until Ctrl-C."""

import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from carrel.settings import Settings, SettingsError, load
from payments.stripe.events import HANDLED_EVENTS
from website.demo import mailbox
from website.demo.environment import (
    Neighbors,
    check_operators_settings,
    fill_in,
    has_own_mail_server,
    port,
    write_down,
)
from website.demo.fake_stripe import running_fake_stripe
from website.demo.preparing import Prepared, prepare
from website.demo.processes import Processes, ProcessStartError

FAKE_STRIPE_KEY = "sk_test_standin"
FAKE_STRIPE_SECRET = "whsec_demo"
FAKE_STRIPE_STATE = "stripe.db"

THINGS_TO_TRY = """
  {site} is running at {address}   (Ctrl-C ends it)

  Three things to try:
    1. Read an article, and disable its ads: follow the line under the title; the test card is filled in.
    2. Subscribe at the foot of an article, then {mail}
    3. Write: {carrel} new {exam}/my-first-article, edit the file, then {carrel} publish

  Other commands see this site with --demo: {carrel} --demo doctor, {carrel} --demo stripe setup
  Start a site of your own with: {carrel} init my-site --from-demo
  The admin pages: {operator_url}
  The money side of the test payments: {stripe}
"""
IN_THE_MAILBOX = "open the mailbox: {address}/demo/mail/"
OWN_MAIL_SERVER_HINT = "read your email: it is sent through your own mail server (SMTP_URL)"


def run_demo() -> None:
    """Run web, worker and their neighbors. Raises `SettingsError`, `DatabaseUnusableError`, and click's exceptions."""
    settings = check_operators_settings(os.environ)
    _refuse_taken_port(port(os.environ))
    prepared = prepare(settings)
    with ExitStack() as stack:
        environ = stack.enter_context(_neighbors(settings))
        stack.callback(write_down(settings.home, os.environ, environ).unlink, missing_ok=True)
        processes = Processes(environ)
        stack.callback(processes.stop)
        own_mail = has_own_mail_server(os.environ, settings)
        _start(processes, load(environ, demo=True), prepared, own_mail=own_mail)


def _start(processes: Processes, settings: Settings, prepared: Prepared, *, own_mail: bool) -> None:
    interrupted = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    processes.start("website", "serve", "--demo", *([] if own_mail else ["--mailbox"]))
    processes.start("worker", "worker", "--demo")
    processes.wait_until_it_answers(f"{settings.base_url}/healthz")
    click.echo(
        THINGS_TO_TRY.format(
            site=settings.site_name,
            address=settings.base_url,
            mail=(OWN_MAIL_SERVER_HINT if own_mail else IN_THE_MAILBOX).format(address=settings.base_url),
            operator_url=settings.desk_base_url + prepared.operator_path,
            exam=prepared.exam,
            carrel=_command(),
            stripe=settings.stripe_api_base,
        )
    )
    while not interrupted.wait(0.5):
        if dead := processes.first_dead():
            raise ProcessStartError(f"The {dead} ended unexpectedly; see its message above.")
    click.echo("\nEnding …")


def _command() -> str:
    """How this command was typed."""
    return sys.argv[0] if Path(sys.argv[0]).name == "carrel" else "carrel"


def _refuse_taken_port(number: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError as error:
            why = "is in use by another program" if error.errno == errno.EADDRINUSE else "cannot be used"
            raise SettingsError(f"Port {number} {why}. Choose another: PORT={number + 1} make run") from None


@contextmanager
def _neighbors(settings: Settings) -> Iterator[Mapping[str, str]]:
    """Start the stand-in, and the mailbox where it is wanted; the environment that leads to them."""
    base_url = f"http://127.0.0.1:{port(os.environ)}"
    with ExitStack() as stack:
        smtp_url = ""
        if not has_own_mail_server(os.environ, settings):
            controller, smtp_url = mailbox.start(settings.home)
            stack.callback(controller.stop)
        stripe = stack.enter_context(
            running_fake_stripe(
                webhook_url=f"{base_url}/webhooks/stripe",
                webhook_secrets=(FAKE_STRIPE_SECRET,),
                webhook_events=sorted(HANDLED_EVENTS),
                api_key=FAKE_STRIPE_KEY,
                retry_delays=(1, 5, 15, 60, 300, 1800),
                settle_after=20,
                state=settings.home / FAKE_STRIPE_STATE,
            )
        )
        yield fill_in(
            os.environ, settings, Neighbors(stripe.base_url, FAKE_STRIPE_KEY, FAKE_STRIPE_SECRET, smtp_url)
        )
