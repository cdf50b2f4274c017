"""What a mail server said about a delivery is not kept for ever."""

from datetime import timedelta

import time_machine
from sqlalchemy import select, update

from carrel import clock
from carrel.services import Services
from newsletter.delivery import retention
from newsletter.issues.models import Delivery
from tests.support import digests
from tests.support.articles import put_article


def test_data_21_it_is_forgotten_after_half_a_year(services: Services) -> None:
    with services.db.write() as session:
        digests.add_subscribers(session, 2)
    digests.start_schedule(services)
    with services.db.write() as session:
        put_article(session, slug="news", first_visible_at=clock.now())
    digests.make_ready(services)
    with services.db.write() as session:
        ended = {"state": "failed", "problem": "550 no", "ended_at": clock.now(), "owner": None}
        session.execute(update(Delivery).values(**ended))

    def problems() -> list[str]:
        with services.db.read() as session:
            return list(session.scalars(select(Delivery.problem)))

    assert retention.run_step(services) is False
    assert problems() == ["550 no", "550 no"]
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        retention.run_step(services)
    assert problems() == ["", ""]
