"""Whether the time of an answer tells an address that is known here from one that is new (AUTH-04).

Each round asks once for every kind of address, in a random order, so that whatever else the machine does meets all
alike. "New, again" are new addresses as well: how far they are from the first row is chance, and nobody can tell a
kind that is no farther away.
"""

import random
import statistics
import tempfile
import time
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import delete

from articles.publish import publish
from carrel.accounts.models import LimitHits
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services, make_services
from carrel.settings import load
from tests.benchmarks.rounds import Report
from tests.support.newsletter import put_subscriber
from website.app import create_app
from website.migrations import migrate

ROUNDS = 200
KINDS = ("new", "new, again", "asked before", "subscribed", "shut out")
PLACES = ("subscribe-ip", "subscribe-network", "subscribe-site")  # limits that one visitor would soon meet
URL = "https://carrel.test"


def main(report: Report) -> None:
    """Print the milliseconds of a sign-up for the newsletter, by what the address is."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load({}, demo=True, home=Path(folder), base_url=URL, secret_keys=("k" * 32,))
        services = make_services(settings)
        migrate(services.db)
        publish(settings, services.db)
        taken = measure(services)
        services.db.close()
    print(f"  {ROUNDS} sign-ups of each kind, in milliseconds: half were quicker than the median")
    new = statistics.median(taken["new"])
    for kind, times in taken.items():
        low, middle, high = statistics.quantiles(times, n=4)
        print(
            f"  {kind:13} {middle:7.2f}   a quarter below {low:.2f}, above {high:.2f}   {middle - new:+.2f}"
        )


def measure(services: Services) -> dict[str, list[float]]:
    """Milliseconds of each request, by kind."""
    client = create_app(services).test_client()
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(-10, ROUNDS):  # the first ones warm up
        for kind in random.sample(KINDS, len(KINDS)):
            email = f"{kind.replace(', ', '-').replace(' ', '-')}-{number}@example.org"
            prepare(services, client, kind, email)
            milliseconds = ask(client, email)
            if number >= 0:
                taken[kind].append(milliseconds)
    return taken


def prepare(services: Services, client: FlaskClient, kind: str, email: str) -> None:
    """Let the address be of this kind, and nobody limited but by the address."""
    if kind == "asked before":
        ask(client, email)
    with services.db.write() as session:
        session.execute(delete(LimitHits).where(LimitHits.name.in_(PLACES)))
        if kind in {"subscribed", "shut out"}:
            put_subscriber(session, email)
        if kind == "shut out":
            suppression.suppress(session, email, SuppressionKind.BY_HAND)


def ask(client: FlaskClient, email: str) -> float:
    """Milliseconds of a sign-up."""
    fields = {"website": "", "email": email, "pace": "weekly", "exam": "cpb"}
    began = time.perf_counter()
    answer = client.post("/subscribe/", data=fields, base_url=URL, headers={"Origin": URL})
    spent = time.perf_counter() - began
    assert answer.status_code == 303, answer.text
    return spent * 1000
