"""The check of a cluster: is its Redis ours, who works, and what waits."""

from carrel.findings import Finding, error, ok, warning
from website.broker import MOST_WAITING, Broker, BrokerError
from website.doctor.check_context import CheckContext

CHECK = "cluster"


def cluster(site: CheckContext) -> Finding:
    """Do workers share the work, and do they keep up?"""
    if not site.settings.redis_url:
        return ok(
            CHECK, "not used: with REDIS_URL, workers on several machines share the work. docs/cluster.md"
        )
    if not site.ask_outside:
        return ok(CHECK, "REDIS_URL is set; `carrel doctor` asks there who works")
    try:
        broker = Broker.of(site.settings, site.db)
        broker.claim()
        workers, waiting = broker.workers(), broker.waiting()
    except BrokerError as problem:
        return error(CHECK, "its workers do nothing", str(problem))
    lengths = ", ".join(f"{queue} {length}" for queue, length in waiting.items())
    if not workers:
        return warning(
            CHECK,
            f"no worker was seen in the last half minute; waiting: {lengths}",
            "Start one on each machine: carrel worker --cluster",
        )
    message = f"{len(workers)} at work ({', '.join(workers)}); waiting: {lengths}"
    if slow := [queue for queue, length in waiting.items() if length >= MOST_WAITING]:
        return warning(
            CHECK,
            message,
            f"Nobody takes what is in the queue {slow[0]}: start more workers, or one with --queue {slow[0]}",
        )
    return ok(CHECK, message)
