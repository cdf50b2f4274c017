"""What a digest needs fails while it goes out: the mail server dies, the disk is full."""

import resource
from pathlib import Path

import pytest

from carrel.settings import Settings
from newsletter.issues.models import DeliveryState
from tests.support.digests import (
    count_in_states,
    count_states,
    expire_leases,
    make_all_due,
    put_issue,
    send_all,
    services_sending_to,
    wait_until,
)
from tests.support.served import free_port
from tests.support.sink import sink, taken
from tests.support.worker import on_one_database, worker

MAILS = 500
FEW_BYTES = 4096
pytestmark = pytest.mark.faults


@on_one_database
def test_mf_10_a_mail_server_that_dies_and_comes_back_gets_the_rest_once(
    settings: Settings, tmp_path: Path
) -> None:
    log, port, said = tmp_path / "taken", free_port(), settings.home / "worker.log"
    with services_sending_to(settings, port) as services:
        put_issue(services, MAILS)
        with worker(services.settings):
            with sink(log, port):
                wait_until(lambda: len(taken(log)) >= 20)
            wait_until(lambda: "mail server cannot be used" in said.read_text())
            assert count_in_states(services, DeliveryState.QUEUED) > 0
            make_all_due(services)
            with sink(log, port):
                wait_until(
                    lambda: count_in_states(services, DeliveryState.SENT, DeliveryState.UNCERTAIN) == MAILS
                )

        arrived = [to for to, _ in taken(log)]
        assert len(arrived) == len(set(arrived)) >= MAILS - settings.digest_connections
        assert count_in_states(services, DeliveryState.UNCERTAIN) <= settings.digest_connections


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_mf_28_a_full_disk_stops_the_sending_and_what_was_sent_is_not_sent_again(
    settings: Settings, tmp_path: Path
) -> None:
    """PostgreSQL's disk is its own server's: its refusal is to us as any other of its errors."""
    log, said = tmp_path / "taken", settings.home / "worker.log"
    with sink(log) as port, services_sending_to(settings, port) as services:
        put_issue(services, MAILS)
        with worker(services.settings) as process:
            wait_until(lambda: len(taken(log)) >= 20)
            # From here on no file of the worker's can grow: to SQLite that is a disk without room.
            _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (FEW_BYTES, most))
            wait_until(lambda: process.poll() is not None or "step failed" in said.read_text())
            stopped_at = len(taken(log))
        assert stopped_at < MAILS
        expire_leases(services)
        assert count_in_states(services, DeliveryState.UNCERTAIN) <= settings.digest_connections
        send_all(services)

        arrived = [to for to, _ in taken(log)]
        assert len(arrived) == len(set(arrived))
        with services.db.read() as session:
            counts = count_states(session)
        assert counts["sent"] + counts.get("uncertain", 0) == MAILS
