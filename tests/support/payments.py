"""The app with a fake Stripe over HTTP, and the steps of buyers, for the tests of payments."""

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
from carrel.mail.models import Alarm, OutboxMail
from carrel.services import Services
from payments.models import Order, Payment
from payments.payment_context import PaymentContext, payment_context
from website.demo.fake_stripe import FakeStripe

SECRET = "whsec_carrel"
CREATE = "POST /v1/checkout/sessions"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Shop:
    """The app, the fake Stripe, and the database of a test."""

    app: Flask
    services: Services
    stripe: FakeStripe
    clients: list[FlaskClient] = field(default_factory=list)

    @property
    def context(self) -> PaymentContext:
        """The payment context, as the worker has it."""
        return payment_context(self.services)

    def browser(self) -> FlaskClient:
        """A new browser, without cookies."""
        return self.app.test_client()

    def with_session(self, token: str) -> FlaskClient:
        """A browser with this reader session."""
        browser = self.browser()
        browser.set_cookie(self.cookie_name, token, domain="carrel.test", secure=True)
        return browser

    def set(self, **changes: Any) -> None:
        """Change settings, as a restart would."""
        settings = self.services.settings.model_copy(update=changes)
        object.__setattr__(self.services, "settings", settings)

    def order(self, browser: FlaskClient, next_: str = "/articles/x/") -> str:
        """Press the offer's button; the id of the Checkout Session."""
        response = press(browser, f"/pass/?next={next_}", "/pass/checkout", next=next_)
        assert response.status_code == 303, response.text
        return str(response.headers["Location"]).rpartition("/")[2]

    def buy(self, browser: FlaskClient | None = None, next_: str = "/articles/x/", **paid: Any) -> str:
        """Order and pay; the id of the Checkout Session. Events wait for `deliver`."""
        session_id = self.order(browser or self.browser(), next_)
        self.stripe.pay(session_id, **paid)
        return session_id

    def token(self, browser: FlaskClient) -> str:
        """A CSRF token for this browser."""
        headers = {"Cookie": f"{self.cookie_name}={self.cookie(browser)}"}
        with self.app.test_request_context(base_url=self.services.settings.base_url, headers=headers):
            return csrf_token()

    @property
    def cookie_name(self) -> str:
        """The name of the session cookie."""
        return cookies.SESSION.name(self.services.settings)

    def cookie(self, browser: FlaskClient) -> str:
        """The session token of a browser, or an empty string."""
        cookie = browser.get_cookie(self.cookie_name, domain="carrel.test")
        return cookie.value if cookie else ""

    def deliver(self, event: dict[str, Any], **signing: Any) -> int:
        """Post an event to the webhook; the status of the response."""
        body, headers = self.stripe.webhooks.signed(event, **signing)
        return self.post(body, headers)

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Post bytes to the webhook, like Stripe without an Origin header."""
        sender = self.app.test_client()
        return sender.post("/webhooks/stripe", data=body, headers={"Origin": "", **headers}).status_code

    def deliver_all(self, *names: str) -> list[int]:
        """Post all events so far (of these types) to the webhook, in order."""
        return [self.deliver(event) for event in self.stripe.events() if not names or event["type"] in names]

    def read(self, query: Callable[[Session], Any]) -> Any:
        """The result of a query."""
        with self.services.db.read() as session:
            return query(session)

    def count(self, model: type[Base]) -> int:
        """The number of rows."""
        return int(self.read(lambda session: session.scalar(select(func.count()).select_from(model))))

    def rows(self, model: type[Any]) -> list[Any]:
        """All rows, oldest first."""
        return list(self.read(lambda session: session.scalars(select(model).order_by(model.id)).all()))

    def mails(self) -> list[Any]:
        """The queued mails, oldest first."""
        return self.rows(OutboxMail)

    def alarms(self) -> list[str]:
        """The keys of all alarms."""
        return [alarm.key for alarm in self.rows(Alarm)]

    def ad_free(self) -> list[bool]:
        """Whether each reader sees no ads, oldest first."""
        return [reader.ad_free for reader in self.rows(Reader)]


def erase_reader(session: Session, reader: Reader) -> None:
    """Erase a reader's account, as far as payments are concerned."""
    hooks.reader_erased(session, reader.id, reader.email_key)
    reader.email = reader.email_key = None
    reader.erased_at = clock.now()


def press(browser: FlaskClient, page: str, action: str, **form: str) -> Any:
    """Open a page, and submit its form."""
    token = CSRF.search(browser.get(page).text)
    assert token, f"no form on {page}"
    return browser.post(action, data={"csrf_token": token[1], **form})


def try_to_buy(browser: FlaskClient, next_: str = "/articles/x/", **form: str) -> Any:
    """Open the offer, and press its button; the response."""
    return press(browser, f"/pass/?next={next_}", "/pass/checkout", next=next_, **form)


def last_session_params(shop: Shop) -> dict[str, Any]:
    """The parameters of the last Checkout Session."""
    params = list(shop.stripe.api.sent(CREATE))[-1].params
    assert isinstance(params, dict)
    return params


def outcome(shop: Shop) -> tuple[str, str]:
    """The outcome and mismatch of the only payment."""
    (payment,) = shop.rows(Payment)
    return payment.outcome, payment.mismatch


def order_of(shop: Shop) -> Order:
    """The only order."""
    (order,) = shop.rows(Order)
    assert isinstance(order, Order)
    return order
