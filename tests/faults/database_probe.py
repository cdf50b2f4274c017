"""What a test of running processes sees in their database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.mail.models import Alarm, OutboxMail
from payments.models import Grant, Order, Payment, StripeEvent


@dataclass
class DatabaseProbe:
    """On a database that others work on."""

    db: Database

    def read(self, ask: Callable[[Session], Any]) -> Any:
        """Ask the database."""
        with self.db.read() as session:
            return ask(session)

    def count(self, *which: Any) -> int:
        """How many rows; the first condition or model names the table."""
        return int(self.read(lambda session: session.scalar(select(func.count()).where(*which))))

    def passes(self, session_id: str) -> int:
        """How many grants a session has brought."""
        return self.count(Grant.checkout_session_id == session_id)

    def payments(self, session_id: str) -> list[Payment]:
        """What came by a session."""
        paid = select(Payment).where(Payment.checkout_session_id == session_id)
        return list(self.read(lambda session: session.scalars(paid).all()))

    def ad_free(self, session_id: str) -> bool:
        """Whether whoever ordered this session sees no ads."""
        owner = select(Reader.ad_free).join(Order, Order.reader_id == Reader.id)
        mine = owner.where(Order.checkout_session_id == session_id)
        return bool(self.read(lambda session: session.scalars(mine).one()))

    def mails_about(self, session_id: str, name: str = "purchased") -> int:
        """How many mails of a kind were queued for whoever ordered this session."""
        order = self.read(
            lambda s: s.scalars(select(Order).where(Order.checkout_session_id == session_id)).one()
        )
        kinds = {
            "purchased": f"purchase:{order.reference}",
            "payment_failed": f"payment-failed:{order.reference}",
        }
        return self.count(OutboxMail.key == kinds[name])

    def event(self, event_id: str) -> StripeEvent | None:
        """The inbox's row."""
        found = select(StripeEvent).where(StripeEvent.event_id == event_id)
        row = self.read(lambda session: session.scalars(found).one_or_none())
        assert row is None or isinstance(row, StripeEvent)
        return row

    def alarms(self) -> set[str]:
        """The keys of all alarms since the test began."""
        return set(self.read(lambda session: session.scalars(select(Alarm.key)).all()))
