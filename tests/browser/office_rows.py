"""The rest of the desk's tables: what `tests.support.office` leaves empty, long values among it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import SearchMiss
from carrel import clock
from carrel.mail import outbox
from carrel.mail.message import Content
from carrel.services import Services
from newsletter.issues.models import Delivery, Issue, IssueState, MailVariant
from newsletter.subscribers.models import Frequency, Subscriber
from payments.account_models import BalanceTransaction
from payments.gifts import comp

LONG = "a.very.long.name.that.somebody.chose.for.their.address@mailboxes.of.a.large.company.example.org"


def fill_remaining_tables(services: Services) -> None:
    """Searches, gifts, emails, deliveries and the balance."""
    with services.db.write() as session:
        session.add(SearchMiss(words="retroactive authorization", count=7, last_on=clock.now().date()))
        comp.make(session, services.signer, "olga@carrel.test", "A prize at the spring conference")
        for number, to in enumerate(("anna@example.org", LONG)):
            mail = Content("payments/purchased", "Your receipt", "Thank you.", "<p>Thank you.</p>")
            outbox.queue(session, key=f"purchase:{number}", to=to, mail=mail)
        _deliveries(session)
        _balance(session)


def _deliveries(session: Session) -> None:
    now = clock.now()
    issue = Issue(
        frequency=Frequency.DAILY, period="2026-11-27", state=IssueState.FINISHED, due_at=now, created_at=now
    )
    issue.frozen_at = issue.started_at = issue.finished_at = now
    session.add(issue)
    session.flush()
    variant = MailVariant(
        issue_id=issue.id, audience="guest", articles="1", subject="New", text="New", html="New"
    )
    session.add(variant)
    session.flush()
    for subscriber in session.scalars(select(Subscriber)):
        session.add(
            Delivery(
                issue_id=issue.id, subscriber_id=subscriber.id, variant_id=variant.id, state="failed", due_at=now,
                tries=3, ended_at=now, problem="550 5.1.1 The email account that you tried to reach does not exist",
            )
        )  # fmt: skip


def _balance(session: Session) -> None:
    for number in range(3):
        at = clock.now() - timedelta(days=number)
        session.add(
            BalanceTransaction(
                stripe_id=f"txn_3PqR5t2eZvKYlo2C0aB1cD{number}", type="charge", category="charge", created_at=at,
                available_on=at, currency="usd", amount_cents=499, fee_cents=44, fee_tax_cents=0, net_cents=455,
                customer_cents=499, customer_currency="usd", source_id=f"ch_3PqR5t2eZvKYlo2C0aB1cD{number}",
                payment_intent=f"pi_{number + 1}",
            )
        )  # fmt: skip
