"""PAY-24: late, repeated, reordered, or missing events: the ledger ends with Stripe's state."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
from sqlalchemy import select

from carrel.accounts import readers
from carrel.db import Database
from carrel.settings import Settings
from payments.ledger import entries as ledger
from payments.ledger.entitlement import (
    DisputeEntry,
    EntitlementReason,
    GrantEntry,
    LedgerEntry,
    RefundEntry,
    derive_entitlement,
    refunded_cents,
)
from payments.ledger.rebuild import find_mismatches
from payments.models import Dispute, Grant, Payment
from payments.stripe.schemas import CheckoutSession
from tests.payments.ledger_run import LedgerRun, a_run
from tests.payments.session_history import CENTS, SessionHistory

HISTORIES = 2_000 if os.environ.get("CARREL_FULL_FAULTS") else 60
AT_ONCE = 20  # in one transaction, for speed: they are about different readers

pytestmark = pytest.mark.usefixtures("plain_mails")


ENDS: list[Callable[[LedgerRun], None]] = [LedgerRun.end_by_delivery, LedgerRun.end_by_reconciliation]


@pytest.mark.sweep
@pytest.mark.parametrize("end", ENDS, ids=["delivered", "reconciled"])
def test_pay_24_every_history_ends_by_the_truth(
    db: Database, settings: Settings, end: Callable[[LedgerRun], None]
) -> None:
    chance = Random(2026)
    seen: set[EntitlementReason] = set()
    for _ in range(HISTORIES // AT_ONCE):
        with db.write() as session:
            for _ in range(AT_ONCE):
                run = a_run(session, settings, chance)
                run.live()
                end(run)
                seen.add(check(run))
    assert list(find_mismatches(db)) == []
    assert seen >= {
        EntitlementReason.BOUGHT,
        EntitlementReason.GIFT,
        EntitlementReason.REFUNDED,
        EntitlementReason.NEVER,
        EntitlementReason.DISPUTED,
    }


@pytest.mark.sweep
def test_pay_24_two_and_a_half_thousand_histories_end_alike_however_they_arrive() -> None:
    chance = Random(24)
    for number in range(2_500):
        history = SessionHistory("r" * 22, f"cs_test_{number}")
        books = [Book(), Book(), Book()]
        for _ in range(chance.randint(1, 9)):
            history.step(chance)
            checkout_session = history.checkout_session()
            for book in books[:2]:
                book.hear(history, checkout_session, chance)
        for book in books:  # the third heard nothing until now
            book.apply(history, history.checkout_session(), book.version)
            assert derive_entitlement(book.shuffled(chance)).ad_free == history.should_be_ad_free, history


@dataclass
class Book:
    """The ledger's rule in a few lines, without a database: an answer that was overtaken is asked again."""

    entries: list[LedgerEntry] = field(default_factory=list)
    present: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    version: int = 0
    in_flight: list[tuple[CheckoutSession, int]] = field(default_factory=list)

    def hear(self, history: SessionHistory, checkout_session: CheckoutSession, chance: Random) -> None:
        """Some answers set out, some arrive, in any order."""
        self.in_flight += [(checkout_session, self.version)] * chance.randint(0, 2)
        while self.in_flight and chance.random() < 0.6:
            self.apply(history, *self.in_flight.pop(chance.randrange(len(self.in_flight))))

    def apply(self, history: SessionHistory, checkout_session: CheckoutSession, seen: int) -> None:
        """Enter an answer, or a newer one."""
        if checkout_session.is_paid and seen != self.version:
            checkout_session = history.checkout_session()
        states = [(state.id, state.amount, state.status) for state in checkout_session.refunds]
        states += [(state.id, state.amount, state.status) for state in checkout_session.disputes]
        if checkout_session.is_paid:
            self.entries.append(GrantEntry(1, 7, CENTS, is_gift=history.session_id[-1] in "02468"))
        for name, cents, status in states:
            old = self.present.get(name)
            if old is None or old[:2] != (cents, status):
                self.present[name] = (cents, status, old[2] + 1 if old else 1)
                state = RefundEntry if name.startswith("re_") else DisputeEntry
                self.entries.append(state(7, name, self.present[name][2], cents, status))
                self.version += 1

    def shuffled(self, chance: Random) -> list[LedgerEntry]:
        """The entries in any order, some twice."""
        entries = self.entries + chance.choices(self.entries, k=3) if self.entries else []
        return chance.sample(entries, len(entries))


def check(run: LedgerRun) -> EntitlementReason:
    """The books agree with the truth in everything that can be compared."""
    session, history, order = run.session, run.history, run.order
    payments = session.scalars(select(Payment).where(Payment.order_id == order.id)).all()
    grants = session.scalars(select(Grant).where(Grant.checkout_session_id == history.session_id)).all()
    assert (len(payments), len(grants)) == (history.paid, history.paid)
    for payment in payments:
        assert (
            refunded_cents(payment.id, ledger.refund_and_dispute_entries(session, [payment.id]))
            == history.given_back
        )
        states = select(Dispute.status).where(Dispute.payment_id == payment.id).order_by(Dispute.seq.desc())
        assert session.scalars(states).first() == history.dispute
    check_warning(run)
    buyer, holder = readers.get(session, order.reader_id), run.holder()
    assert run.gift is None or not buyer.ad_free, "who pays for a gift has nothing by it"
    if holder is None:
        return derive_entitlement(ledger.reader_history(session, order.reader_id)).reason
    session.refresh(holder)
    verdict = derive_entitlement(ledger.reader_history(session, holder.id))
    assert verdict.ad_free == history.should_be_ad_free, history
    assert holder.ad_free == history.should_be_ad_free
    return verdict.reason


def check_warning(run: LedgerRun) -> None:
    """What a bank calls fraud is refunded, once at most, and is never both refunded and left to be disputed."""
    requests = run.requests()
    assert bool(requests) <= run.history.is_warned
    ours = [name for name in run.history.refunds if name.startswith("re_ours")]
    assert len(ours) <= 1
    warning = run.history.warning
    if warning and warning.actionable:
        failed = [
            name for name, (_, status) in run.history.refunds.items() if status in {"failed", "canceled"}
        ]
        assert ours or failed, run.history  # of a refund that failed, whoever made it, the operator was told
    for request in requests:
        assert request.reason == f"early fraud warning issfr_{run.history.session_id}"


@pytest.fixture
def plain_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails are proven elsewhere; making their HTML thousands of times is what would take the time."""
    monkeypatch.setattr("payments.ledger.claims.buyer_email", lambda _session, _order: None)
