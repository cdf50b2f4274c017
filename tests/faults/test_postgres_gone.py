"""PostgreSQL is stopped hard in the middle of everything, and comes back: kept pages stay, the rest follows by itself."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.conftest import FULL
from tests.faults.own_postgres import OwnCluster
from tests.faults.site import Site, running_site, until
from tests.faults.test_disk import checkout
from tests.support.postgres import find_binaries

TIMES = 20 if FULL else 1


@pytest.fixture
def cluster() -> Iterator[OwnCluster]:
    """A PostgreSQL of its own."""
    if find_binaries() is None:
        pytest.skip("PostgreSQL's programs are not installed")
    made = OwnCluster()
    yield made
    with suppress(subprocess.CalledProcessError):  # it may lie down already
        made.stop()


def status(site: Site, path: str) -> int:
    return site.buyer().get(path).status_code


def test_data_06_postgres_goes_and_comes_back(cluster: OwnCluster, tmp_path: Path) -> None:
    with running_site(tmp_path, cluster.start(), workers=1) as site:
        assert status(site, "/") == 200
        for number in range(TIMES):
            paid = site.buyer().order()
            cluster.go()
            assert (status(site, "/"), status(site, "/healthz")) == (200, 200)
            assert (status(site, "/readyz"), checkout(site)) == (503, 503)
            site.stripe.pay(paid, email=f"buyer-{number}@example.com")
            cluster.come_back()
            until(lambda: status(site, "/readyz") == 200)
            until(lambda paid=paid: site.passes(paid) == 1)  # type: ignore[misc]
            assert site.ad_free(paid)
            until(lambda number=number: site.mail.mails_to(f"buyer-{number}@example.com"))  # type: ignore[misc]
            assert len(site.mail.mails_to(f"buyer-{number}@example.com")) == 1
