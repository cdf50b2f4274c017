"""One of every mail that the site can send, made by the code that sends it, the same on every run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path

import time_machine

from articles.models import Article
from carrel.accounts import mails as account_mails
from carrel.accounts.links import IssuedLink
from carrel.mail import operator_mails
from carrel.mail.compose import compose
from carrel.mail.message import Content
from carrel.mail.models import Alarm, OutboxMail
from carrel.mail.outbox_sender import compose_message
from carrel.settings import Settings, load
from newsletter.delivery.message_template import make_template
from newsletter.subscribers import links
from newsletter.subscribers import mails as subscriber_mails
from payments.fulfillment import mails as payment_mails
from payments.gift_models import Gift
from payments.gifts import mails as gift_mails
from payments.models import Order, Payment, Refund
from tests.mails.digests import digests
from tests.support.articles import SUMMARY
from website.admin.operators.notices import Change

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
TOKEN = "RGvjl8jPy-oyWY0C0A-IldrRtlnY29G8OGah9YoyCMA.g33035Dfj58e4fLroZVo1VRgxeOqbPcWjPSao0M3I0Q"
CODE = "7KQ4M-XW2PA-9RTHC-3NEVB"
RECIPIENT = "anna@example.org"
# One of each kind is kept as a file.
SNAPSHOTS = (
    "accounts-address_changed",
    "accounts-erased",
    "accounts-new_address",
    "accounts-sign_in",
    "admin-operator_notice-changed",
    "mail-alarm",
    "newsletter-already",
    "newsletter-broadcast",
    "newsletter-confirm",
    "newsletter-digest-each-with_ads",
    "newsletter-digest-weekly-pass",
    "newsletter-welcome",
    "payments-dispute_closed-won",
    "payments-dispute_opened",
    "payments-gift",
    "payments-gift_bought-mailed",
    "payments-payment_failed",
    "payments-purchased",
    "payments-refunded-whole",
)


def settings_in(home: Path) -> Settings:
    """A site that has everything that mails tell of."""
    return load(
        {},
        home=home,
        base_url="https://carrel.test",
        mail_from="Carrel <desk@carrel.test>",
        contact_email="help@carrel.test",
        postal_address="Carrel, 1 Quiet Street, Springfield",
    )


def all_mails(settings: Settings) -> dict[str, bytes]:
    """The raw mails, by names such as `payments-refunded-gift`: the package, the mail, what is special."""
    with time_machine.travel(NOW, tick=False):
        asked = {name: _of_outbox(settings, name, mail) for name, mail in _transactional(settings)}
        issues = {name: _of_issue(settings, mail) for name, mail in digests(settings)}
    return {name: _with_stable_boundary(raw) for name, raw in sorted((asked | issues).items())}


def _transactional(settings: Settings) -> Iterator[tuple[str, Content]]:
    yield from _to_readers(settings)
    yield from _to_operators(settings)
    yield from _to_subscribers(settings)
    yield from _about_payments(settings)
    yield from _about_gifts(settings)


def _to_readers(settings: Settings) -> Iterator[tuple[str, Content]]:
    link = IssuedLink(TOKEN[:43], "12345678", "")
    yield "accounts-sign_in", account_mails.sign_in(settings, link)
    yield "accounts-new_address", account_mails.new_address(settings, link)
    yield (
        "accounts-address_changed",
        account_mails.address_changed(settings, TOKEN, NOW + timedelta(hours=72)),
    )
    yield "accounts-erased", account_mails.erased(settings)


def _to_operators(settings: Settings) -> Iterator[tuple[str, Content]]:
    alarm = Alarm(
        subject="A mail could not be sent",
        text="The mail payments/purchased could not be sent: 550 no such user. /admin/mails/?state=failed says to whom.",
        count=3,
        first_at=NOW - timedelta(hours=5),
    )
    yield "mail-alarm", operator_mails.alarm(settings, alarm)
    for name, change in (("changed", Change.PASSKEY_ADDED), ("reset", Change.RESET)):
        notice = compose(
            settings,
            "website.admin",
            "operator_notice",
            what=change.value,
            was_reset=change is Change.RESET,
            by="owner@carrel.test" if change is Change.RESET else "Firefox on Linux, network 192.0.2.0/24",
            at="November 21, 2026 at 7:00 AM UTC",
        )
        yield f"admin-operator_notice-{name}", notice


def _to_subscribers(settings: Settings) -> Iterator[tuple[str, Content]]:
    own = links.with_token(settings, TOKEN)
    best = [
        Article(slug=f"best-{number}", title=f"How appeals work, part {number}", summary=SUMMARY)
        for number in (1, 2, 3)
    ]
    link = f"https://carrel.test/newsletter/confirm/{TOKEN}"
    yield "newsletter-confirm", subscriber_mails.confirm(settings, link)
    yield "newsletter-already", subscriber_mails.already(settings, own)
    yield "newsletter-welcome", subscriber_mails.welcome(settings, own, "CPB and CCM", "once a week", best)


def _about_payments(settings: Settings) -> Iterator[tuple[str, Content]]:
    order = _order()
    paid = Payment(amount_cents=499, currency="usd", paid_at=NOW, outcome="granted")
    yield "payments-purchased", payment_mails.purchased(settings, order, paid, has_consented=True)
    for name, cents, keeps_pass, is_gift in (
        ("whole", 499, False, False),
        ("part", 200, True, False),
        ("gift", 499, False, True),
    ):
        refund = Refund(amount_cents=cents)
        yield (
            f"payments-refunded-{name}",
            payment_mails.refunded(settings, order, paid, refund, keeps_pass=keeps_pass, is_gift=is_gift),
        )
    yield "payments-payment_failed", payment_mails.payment_failed(settings, order)
    yield "payments-dispute_opened", payment_mails.dispute_opened(settings, order)
    for name, is_lost in (("won", False), ("lost", True)):
        closed = payment_mails.dispute_closed(settings, order, is_lost=is_lost, has_pass=not is_lost)
        yield f"payments-dispute_closed-{name}", closed


def _about_gifts(settings: Settings) -> Iterator[tuple[str, Content]]:
    words = "Good luck with the exam, Anna!\nYou have earned some quiet."
    mailed = Gift(giver="Tom", message=words, recipient=RECIPIENT, send_at=NOW + timedelta(days=3))
    for name, gift in (("mailed", mailed), ("printed", Gift(giver="", message=""))):
        bought = gift_mails.bought(
            settings,
            _order(),
            gift,
            CODE,
            paid="$4.99",
            paid_on="November 21, 2026",
            refund_until="December 21, 2026",
        )
        yield f"payments-gift_bought-{name}", bought
    yield "payments-gift", gift_mails.received(settings, mailed, CODE)


def _order() -> Order:
    receipt = "https://pay.stripe.com/receipts/payment/CAcaFwoVYWNjdF8xTm9uZUV4aXN0cw"
    return Order(title="Carrel premium pass", reference="ord-8f2c41", receipt_url=receipt)


def _of_outbox(settings: Settings, key: str, mail: Content) -> bytes:
    row = OutboxMail(key=key, name=mail.name, to_address=RECIPIENT, subject=mail.subject)
    row.text, row.html = mail.text, mail.html
    return compose_message(settings, row)


def _of_issue(settings: Settings, mail: Content) -> bytes:
    template = make_template(settings, mail)
    carried = template.for_recipient(
        to=RECIPIENT, token=TOKEN, stable_id="12.a9ad576906f984032b0a", date=datetime.now(UTC)
    )
    return carried.replace(b"\r\n..", b"\r\n.")  # as the receiving server does (RFC 5321, 4.5.2)


def _with_stable_boundary(raw: bytes) -> bytes:
    """The mail with the one thing replaced that is drawn by lot each time."""
    boundary = BytesHeaderParser().parsebytes(raw).get_boundary()
    assert boundary
    return raw.replace(boundary.encode(), b"edge-of-a-part")
