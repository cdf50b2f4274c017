"""Two machines run the release before this one. One after the other gets this one, while people read and buy, and mail goes out.

`make cluster` sends 10,000 digests meanwhile. `make test` leaves it out: it takes minutes.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from carrel.services import make_services
from carrel.settings import load
from newsletter.issues.models import Delivery
from tests.carrel.s3_server import S3
from tests.cluster import older_release
from tests.cluster.people import people_reading
from tests.cluster.redis_server import skip_without_redis
from tests.cluster.site import MACHINES, ClusterSite, running_cluster
from tests.cluster.test_two_machines import DELIVERIES, delivered
from tests.faults.site import until
from tests.support.digests import put_pending_article, start_schedule
from tests.support.postgres import find_binaries
from tests.support.worker import FULL
from website.migrations import HEAD, current_revision

BETWEEN_PURCHASES = 2.0  # seconds; the site takes eighty a minute


@pytest.fixture
def older(s3_server: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterSite]:
    """Both machines run the release before this one, on its own schema."""
    skip_without_redis()
    if find_binaries() is None:
        pytest.skip("PostgreSQL's programs are not installed")
    folder = tmp_path_factory.mktemp("upgrade")
    print(f"\nThe older release is {older_release.write(folder / 'older')}.")  # noqa: T201
    bucket = S3(s3_server.endpoint, s3_server.folder / "upgrade")
    bucket.folder.mkdir()
    with running_cluster(folder, bucket, folder / "older") as site:
        yield site


@contextmanager
def people_buying(cluster: ClusterSite, wrong: list[str]) -> Iterator[list[str]]:
    """Somebody new buys again and again, by nginx; the ids of the sessions that were paid. Who cannot is told in `wrong`."""
    paid: list[str] = []
    over = Event()

    def buy() -> None:
        while not over.wait(BETWEEN_PURCHASES):
            buyer = cluster.visitor()
            try:
                session_id = buyer.order("/")
            except (AssertionError, OSError) as failure:
                wrong.append(f"buyer: {buyer.last_answer()}: {failure}")
                continue
            cluster.stripe.pay(session_id, email=f"buyer-{len(paid)}@example.com")
            paid.append(session_id)

    thread = Thread(target=buy)
    thread.start()
    try:
        yield paid
    finally:
        over.set()
        thread.join(60)


@pytest.mark.skipif(not FULL, reason="make cluster runs it: two releases at once take minutes")
def test_a_rolling_upgrade_fails_no_request_and_loses_or_repeats_no_mail(older: ClusterSite) -> None:
    cluster, settings = older, load(older.environ, home=older.folder / "a")
    before = current_revision(cluster.db)
    assert before != HEAD
    with people_reading(cluster) as wrong, people_buying(cluster, wrong) as paid:
        until(lambda: len(paid) > 1)
        cluster.releases.pop("a")
        cluster.run_on("a", "migrate")  # this release's, while both machines run the one before
        assert current_revision(cluster.db) == HEAD
        services = make_services(settings, cluster.db)
        start_schedule(services)
        put_pending_article(services, DELIVERIES)
        until(lambda: len(delivered(cluster)) >= DELIVERIES // 10)
        for share, machine in zip((3, 2), MACHINES, strict=True):
            cluster.releases.pop(machine, None)
            for name in (f"worker-{machine}", f"web-{machine}"):
                cluster.end(name)
            many = len(paid)
            cluster.restart(machine)
            cluster.wait_for_visitors(
                machine
            )  # as docs/going-live.md says: while nginx asks neither, it has no page
            until(lambda many=many: len(paid) > many)  # type: ignore[misc]
            until(lambda share=share: len(delivered(cluster)) >= DELIVERIES // share)  # type: ignore[misc]
        until(lambda: cluster.count(Delivery.state.in_(["queued", "claimed"])) == 0)

    for number, session_id in enumerate(paid):
        until(lambda id_=session_id: cluster.ad_free(id_))  # type: ignore[misc]
        until(lambda number=number: cluster.mail.mails_to(f"buyer-{number}@example.com"))  # type: ignore[misc]
    receipts = [len(cluster.mail.mails_to(f"buyer-{number}@example.com")) for number in range(len(paid))]
    counts = Counter(delivered(cluster))
    states = {state: cluster.count(Delivery.state == state) for state in ("sent", "uncertain", "failed")}
    print(f"\n{before} -> {HEAD}: {len(paid)} bought, {len(counts)} digests, {states}, {len(wrong)} wrong")  # noqa: T201
    assert wrong == []
    assert [cluster.passes(session_id) for session_id in paid] == receipts == [1] * len(paid)
    assert (len(counts), max(counts.values())) == (DELIVERIES, 1)
    assert states == {"sent": DELIVERIES, "uncertain": 0, "failed": 0}
