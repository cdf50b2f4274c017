"""A shop for tests: the real app before a Stripe of our own over HTTP, and people who press its buttons."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts import hooks
from carrel.accounts.models import Reader
from carrel.db import Base
from carrel.http import cookies
from carrel.http.guards import csrf_token
from carrel.http.services import Services
from carrel.mail.models import Alarm, OutboxMail
from payments.models import Order, Payment
from payments.payment_context import PaymentContext, shop_of
from website.demo.fake_stripe import FakeStripe

SECRET = "whsec_carrel"
CREATE = "POST /v1/checkout/sessions"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Till:
    """The shop's back room: both sides of the counter, and the books."""

    app: Flask
    services: Services
    stripe: FakeStripe
    clients: list[FlaskClient] = field(default_factory=list)

    @property
    def shop(self) -> PaymentContext:
        """The shop as the worker has it."""
        return shop_of(self.services)

    def browser(self) -> FlaskClient:
        """A new browser, without cookies."""
        return self.app.test_client()

    def with_session(self, token: str) -> FlaskClient:
        """A browser that has this session."""
        browser = self.browser()
        browser.set_cookie(self.cookie_name, token, domain="carrel.test", secure=True)
        return browser

    def set(self, **changes: Any) -> None:
        """The operator changes settings, and starts everything anew."""
        settings = self.services.settings.model_copy(update=changes)
        object.__setattr__(self.services, "settings", settings)

    def order(self, browser: FlaskClient, next_: str = "/articles/x/") -> str:
        """Press the button; the id of the Checkout Session that it leads to."""
        answer = press(browser, f"/pass/?next={next_}", "/pass/checkout", next=next_)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"]).rpartition("/")[2]

    def buy(self, browser: FlaskClient | None = None, next_: str = "/articles/x/", **paid: Any) -> str:
        """Order and pay; the id of the session. Nothing is delivered unless `deliver` is called."""
        session_id = self.order(browser or self.browser(), next_)
        self.stripe.pay(session_id, **paid)
        return session_id

    def token(self, browser: FlaskClient) -> str:
        """A token as the forms of this browser's own pages carry it."""
        headers = {"Cookie": f"{self.cookie_name}={self.cookie(browser)}"}
        with self.app.test_request_context(base_url=self.services.settings.base_url, headers=headers):
            return csrf_token()

    @property
    def cookie_name(self) -> str:
        """Of the session."""
        return cookies.SESSION.name(self.services.settings)

    def cookie(self, browser: FlaskClient) -> str:
        """The token of a browser's session, or nothing."""
        found = browser.get_cookie(self.cookie_name, domain="carrel.test")
        return found.value if found else ""

    def deliver(self, event: dict[str, Any], **how: Any) -> int:
        """Bring an event to the webhook; the status it answers."""
        body, headers = self.stripe.webhooks.signed(event, **how)
        return self.post(body, headers)

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Send bytes to the webhook, as Stripe would: without an Origin."""
        sender = self.app.test_client()
        return sender.post("/webhooks/stripe", data=body, headers={"Origin": "", **headers}).status_code

    def deliver_all(self, *names: str) -> list[int]:
        """Bring every event so far (of these types) to the webhook, in order."""
        return [self.deliver(event) for event in self.stripe.events() if not names or event["type"] in names]

    def read(self, ask: Callable[[Session], Any]) -> Any:
        """Ask the database."""
        with self.services.db.read() as session:
            return ask(session)

    def count(self, model: type[Base]) -> int:
        """How many rows."""
        return int(self.read(lambda session: session.scalar(select(func.count()).select_from(model))))

    def rows(self, model: type[Any]) -> list[Any]:
        """All rows, oldest first."""
        return list(self.read(lambda session: session.scalars(select(model).order_by(model.id)).all()))

    def mails(self) -> list[Any]:
        """What was queued to be sent, oldest first."""
        return self.rows(OutboxMail)

    def alarms(self) -> list[str]:
        """The keys of all alarms."""
        return [alarm.key for alarm in self.rows(Alarm)]

    def ad_free(self) -> list[bool]:
        """Of every reader, oldest first: whether they see no ads."""
        return [reader.ad_free for reader in self.rows(Reader)]


def leave(session: Session, reader: Reader) -> None:
    """A reader's account is erased, as far as payments hear of it."""
    hooks.reader_erased(session, reader.id, reader.email_key)
    reader.email = reader.email_key = None
    reader.erased_at = clock.now()


def press(browser: FlaskClient, page: str, action: str, **form: str) -> Any:
    """Open a page as a browser would, and send its form."""
    token = CSRF.search(browser.get(page).text)
    assert token, f"no form on {page}"
    return browser.post(action, data={"csrf_token": token[1], **form})


def try_to_buy(browser: FlaskClient, next_: str = "/articles/x/", **form: str) -> Any:
    """Open the offer, and press its button."""
    return press(browser, f"/pass/?next={next_}", "/pass/checkout", next=next_, **form)


def asked(till: Till) -> dict[str, Any]:
    """What Stripe was asked for last."""
    params = list(till.stripe.api.sent(CREATE))[-1].params
    assert isinstance(params, dict)
    return params


def outcome(till: Till) -> tuple[str, str]:
    """What was made of the only payment."""
    (payment,) = till.rows(Payment)
    return payment.outcome, payment.trouble


def order_of(till: Till) -> Order:
    """The only order."""
    (order,) = till.rows(Order)
    assert isinstance(order, Order)
    return order
