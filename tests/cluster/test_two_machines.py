"""Two machines are one site: what happens on A shows on B, and whatever dies, nothing is lost, doubled, or mixed up.

`make test` kills one of each kind and sends 300 digests; `make cluster` kills all of them, and sends 10,000.
"""

import re
import time
from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select, update

from carrel import clock
from carrel.mail import outbox
from carrel.mail.models import OutboxMail
from carrel.services import make_services
from carrel.settings import load
from newsletter.delivery import sweep
from newsletter.delivery.leases import LEASE_TIME
from newsletter.issues.models import Delivery
from tests.articles.render.pictures import picture
from tests.cluster.people import buy, people_reading, sign_in
from tests.cluster.site import MACHINES, ClusterSite, within_a_second
from tests.faults.conftest import FULL
from tests.faults.site import until
from tests.support.articles import article_md, exam_toml, write_files
from tests.support.digests import put_pending_article, start_schedule
from tests.support.mail import HELLO
from website.broker import Broker
from website.cluster.step_tasks import TASK, StepRunner, make_app
from website.doctor import cluster_checks
from website.doctor.check_context import CheckContext

DELIVERIES = 10_000 if FULL else 300
AWAY_SECONDS = 10 if FULL else 1
READER = re.compile(r"reader-\d+@example\.org")  # as `put_pending_article` names them
PICTURE = re.compile(r'src="(/media/[^"]+)"')


def queue_mail(cluster: ClusterSite, name: str) -> None:
    with cluster.db.write() as session:
        outbox.queue(session, key=name, to=f"{name}@example.org", mail=HELLO)


def arrives_once(cluster: ClusterSite, name: str) -> None:
    until(lambda: cluster.mail.mails_to(f"{name}@example.org"))
    until(lambda: cluster.count(OutboxMail.key == name, OutboxMail.state == "sent") == 1)
    assert len(cluster.mail.mails_to(f"{name}@example.org")) == 1


def test_a_purchase_on_a_shows_on_b_within_a_second(cluster: ClusterSite) -> None:
    visitor = cluster.buyer_at("a")
    buy(cluster, visitor, "anna")
    visitor.go_to("b")
    within_a_second(visitor.has_no_ads)
    assert not cluster.buyer_at("b").has_no_ads()
    until(lambda: cluster.mail.mails_to("anna@example.org"))
    assert len(cluster.mail.mails_to("anna@example.org")) == 1


def test_a_sign_in_on_a_is_one_on_b_and_so_is_signing_out(cluster: ClusterSite) -> None:
    visitor = cluster.buyer_at("a")
    sign_in(cluster, visitor, "bob@example.org", over="a")
    visitor.go_to("b")
    within_a_second(visitor.is_signed_in)
    stolen = cluster.buyer_at("a")
    stolen.session.cookies.update(visitor.session.cookies)
    assert stolen.is_signed_in()
    assert visitor.press("/account/", "/sign-out").status_code == 303
    within_a_second(lambda: not stolen.is_signed_in())


def test_what_is_counted_on_a_is_counted_on_b(cluster: ClusterSite) -> None:
    """Six mails an hour to one address, whichever machine is asked (AUTH-13)."""
    for number in range(8):
        cluster.buyer_at(MACHINES[number % 2]).press("/sign-in/", "/sign-in/", email="carl@example.org")
    until(lambda: len(cluster.mail.mails_to("carl@example.org")) == 6)
    refused = cluster.buyer_at("b").press("/sign-in/", "/sign-in/", email="carl@example.org")
    assert refused.status_code == 429
    assert len(cluster.mail.mails_to("carl@example.org")) == 6


def test_publishing_on_a_changes_b_with_pictures(cluster: ClusterSite) -> None:
    reader = cluster.buyer_at("b")
    assert reader.get("/articles/appeals/").status_code == 404
    write_files(cluster.folder / "content", {
        "cpb/exam.toml": exam_toml(),
        "cpb/chart.png": picture(),
        "cpb/appeals.md": article_md("Appeals", body="Text.\n\n![A chart](chart.png)"),
    })  # fmt: skip
    cluster.run_on("a", "publish")
    within_a_second(lambda: reader.get("/articles/appeals/").status_code == 200)
    within_a_second(lambda: "Appeals" in reader.get("/").text)
    shown = PICTURE.search(reader.get("/articles/appeals/").text)
    assert shown
    assert reader.get(shown[1]).status_code == 200


def test_either_web_server_killed_costs_nobody_a_page(cluster: ClusterSite) -> None:
    with people_reading(cluster) as wrong:
        for machine in MACHINES if FULL else MACHINES[:1]:
            cluster.kill(f"web-{machine}")
            time.sleep(AWAY_SECONDS)
            cluster.restart(machine)
            cluster.wait_for_visitors(machine)
    assert wrong == []


def test_redis_killed_emptied_and_full_loses_no_mail(cluster: ClusterSite) -> None:
    cluster.redis.kill()
    queue_mail(cluster, "while-redis-is-away")
    time.sleep(AWAY_SECONDS)
    assert [cluster.buyer_at(machine).get("/").status_code for machine in MACHINES] == [200, 200]
    cluster.redis.start()
    arrives_once(cluster, "while-redis-is-away")
    queue_mail(cluster, "while-redis-is-emptied")
    cluster.redis.client.flushall()
    arrives_once(cluster, "while-redis-is-emptied")
    fill_up(cluster)
    queue_mail(cluster, "while-redis-is-full")
    time.sleep(AWAY_SECONDS + 1)
    cluster.redis.client.config_set("maxmemory", "0")
    arrives_once(cluster, "while-redis-is-full")
    assert [cluster.children[f"worker-{machine}"].poll() for machine in MACHINES] == [None, None]


def fill_up(cluster: ClusterSite) -> None:
    """While messages wait: workers cannot even note that they have taken them."""
    broker = Broker.of(load(cluster.environ), cluster.db)
    client = cluster.redis.client
    make_app(broker, StepRunner(make_services(load(cluster.environ), cluster.db), []), []).send_task(
        TASK, ["mail"], queue="spare"
    )
    message = str(client.rpop(f"{broker.prefix}spare"))
    together = client.pipeline()
    together.lpush(f"{broker.prefix}urgent", *[message] * 50)
    together.config_set("maxmemory", "1")
    together.execute()


def test_the_plain_worker_works_beside_the_cluster_and_without_its_redis(cluster: ClusterSite) -> None:
    cluster.redis.kill()
    cluster.start("plain-a", "worker")
    queue_mail(cluster, "by-the-plain-worker")
    arrives_once(cluster, "by-the-plain-worker")
    cluster.redis.start()
    for number in range(10):
        queue_mail(cluster, f"by-either-{number}")
    for number in range(10):
        arrives_once(cluster, f"by-either-{number}")
    cluster.stop("plain-a")


def test_postgres_away_for_a_while_loses_no_payment_and_no_mail(cluster: ClusterSite) -> None:
    buyer, guest = cluster.buyer_at("a"), cluster.buyer_at("b")
    session_id = buyer.order("/")
    assert guest.get("/").status_code == 200
    cluster.postgres.go()
    cluster.stripe.pay(session_id, email="dora@example.org")
    time.sleep(AWAY_SECONDS)
    assert [cluster.buyer_at(machine).get("/").status_code for machine in MACHINES] == [200, 200]
    cluster.postgres.come_back()
    until(lambda: cluster.ad_free(session_id))
    until(lambda: cluster.mail.mails_to("dora@example.org"))
    until(buyer.has_no_ads)
    assert (cluster.passes(session_id), len(cluster.payments(session_id))) == (1, 1)
    assert len(cluster.mail.mails_to("dora@example.org")) == 1
    assert not guest.has_no_ads()


def test_doctor_says_who_works(cluster: ClusterSite) -> None:
    settings = load(cluster.environ, home=cluster.folder / "a")
    site = CheckContext(settings, cluster.db, clock.now(), ask_outside=True)
    until(
        lambda: re.match(
            r"2 at work \(\S+:\d+, \S+:\d+\); waiting: urgent \d", cluster_checks.cluster(site).message
        )
    )


def test_of_many_deliveries_none_is_lost_or_repeated_whatever_is_killed(cluster: ClusterSite) -> None:
    settings = load(cluster.environ, home=cluster.folder / "a")
    start_schedule(make_services(settings, cluster.db))
    put_pending_article(make_services(settings, cluster.db), DELIVERIES)
    until(lambda: len(delivered(cluster)) >= DELIVERIES // 10)
    cluster.kill("worker-a")
    cluster.restart("a")
    until(lambda: len(delivered(cluster)) >= DELIVERIES // 5)
    cluster.redis.kill()
    if FULL:
        cluster.postgres.go()
        time.sleep(AWAY_SECONDS)
        cluster.postgres.come_back()
    cluster.redis.start()
    if FULL:
        until(lambda: len(delivered(cluster)) >= DELIVERIES // 2)
        cluster.kill("worker-b")
        cluster.restart("b")
    until(lambda: is_over(cluster))

    counts = Counter(delivered(cluster))
    by_state = select(Delivery.state, func.count()).group_by(Delivery.state)
    states = dict(cluster.read(lambda session: session.execute(by_state).all()))
    owners = cluster.read(lambda session: session.scalar(select(func.count(func.distinct(Delivery.owner)))))
    print(f"\n{len(counts)} of {DELIVERIES} arrived, {dict(states)}, from {owners} workers")  # noqa: T201
    assert {to: times for to, times in counts.items() if times > 1} == {}
    assert set(states) <= {"sent", "uncertain"}
    assert sum(states.values()) == DELIVERIES
    uncertain = states.get("uncertain", 0)
    assert uncertain <= 4 * settings.digest_connections  # what each death met in the gap of SMTP
    assert states["sent"] <= len(counts) <= DELIVERIES
    assert owners >= (2 if FULL else 1)  # three hundred are often done before another worker comes to it


def delivered(cluster: ClusterSite) -> list[str]:
    """To whom the digest came, with repeats."""
    return [mail.to for mail in list(cluster.mail.mails) if READER.fullmatch(mail.to)]


def is_over(cluster: ClusterSite) -> bool:
    """What the dead held is given back after four seconds of silence instead of ten minutes."""
    if cluster.count(Delivery.state == "queued") == 0:
        silent = Delivery.lease_until < clock.now() + LEASE_TIME - timedelta(seconds=4)
        with cluster.db.write() as session:
            held = update(Delivery).where(Delivery.state == "claimed", silent)
            session.execute(held.values(lease_until=clock.now() - timedelta(seconds=1)))
            sweep.sweep(session, records_are_durable=True)
    time.sleep(0.5)
    return cluster.count(Delivery.state.in_(["queued", "claimed"])) == 0
