"""What strangers and operators do that leaves a security event."""

from collections.abc import Callable, Iterator

from flask import Flask

from carrel.security_events import Event
from carrel.services import Services
from tests.carrel.accounts.conftest import ask
from tests.support.accounts import ANNA, make_reader
from tests.support.browser import Browser, forms_of
from tests.support.operators import OLGA, PASSWORD, code_now, signed_in


def wrong_host(app: Flask) -> None:
    app.test_client().get("/", base_url="https://evil.example")


def forged_form(app: Flask) -> None:
    app.test_client().post("/sign-in/", data={"email": ANNA}, headers={"Origin": "https://evil.example"})


def form_without_token(app: Flask) -> None:
    app.test_client().post("/sign-in/", data={"email": ANNA})


def guessed_link(app: Flask) -> None:
    Browser(app).get(f"/sign-in/{'A' * 43}")


def link_asked_for(app: Flask) -> None:
    ask(Browser(app))


def guessed_code(app: Flask) -> None:
    browser = Browser(app)
    browser.send(ask(browser), code="00000000")


def too_many(app: Flask) -> None:
    for _ in range(4):
        ask(Browser(app))


def guessed_set_up_link(app: Flask) -> None:
    Browser(app).get(f"/admin/set-up/{'A' * 43}")


def wrong_password(app: Flask) -> None:
    browser = Browser(app)
    browser.send(browser.get("/admin/sign-in"), email=OLGA, password="guess", code="1")


def metrics_from_elsewhere(app: Flask) -> None:
    Browser(app).get("/metrics")


def forged_webhook(app: Flask) -> None:
    app.test_client().post("/webhooks/stripe", data=b"{}", headers={"Stripe-Signature": "t=1,v1=00"})


def forged_preferences(app: Flask) -> None:
    Browser(app).get("/newsletter/preferences/forged")


def guessed_confirm_link(app: Flask) -> None:
    Browser(app).get("/newsletter/confirm/guessed")


def account_in_a_frame(app: Flask) -> None:
    app.test_client().get("/account/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"})


BY_STRANGERS: dict[Callable[[Flask], None], Event] = {
    wrong_host: Event.HOST_REFUSED,
    account_in_a_frame: Event.USE_REFUSED,
    forged_form: Event.FORM_REFUSED,
    form_without_token: Event.FORM_REFUSED,
    guessed_link: Event.READER_LINK_REFUSED,
    link_asked_for: Event.LINK_REQUESTED,
    guessed_confirm_link: Event.SUBSCRIBER_LINK_REFUSED,
    guessed_code: Event.READER_WRONG_CODE,
    too_many: Event.LIMIT_REACHED,
    guessed_set_up_link: Event.SETUP_LINK_REFUSED,
    wrong_password: Event.OPERATOR_SIGN_IN_REFUSED,
    metrics_from_elsewhere: Event.ACCESS_REFUSED,
    forged_webhook: Event.SIGNATURE_REFUSED,
    forged_preferences: Event.SIGNATURE_REFUSED,
}


def sign_in_and_out(app: Flask, services: Services) -> Iterator[str]:
    olga = Browser(app)
    form = olga.get("/admin/sign-in")
    page = olga.send(form, email=OLGA, password=PASSWORD, code=code_now(services))
    yield "operator.sign_in"
    olga.send(page, next(n for n, form in enumerate(forms_of(page)) if form.action.endswith("/sign-out")))
    yield "operator.sign_out"


def wrong_code(app: Flask, services: Services) -> Iterator[str]:
    olga = Browser(app)
    olga.send(olga.get("/admin/sign-in"), email=OLGA, password=PASSWORD, code="000000")
    yield "operator.wrong_code"


def exports(app: Flask, services: Services) -> Iterator[str]:
    make_reader(services.db)
    olga = signed_in(app)
    olga.send(olga.get("/admin/readers/"), -1)
    yield "table.export"


def permissions(app: Flask, services: Services) -> Iterator[str]:
    olga = signed_in(app)
    page = olga.get("/admin/operators")
    token = forms_of(page)[-1].fields["csrf_token"]
    olga.post("/admin/operators", {"csrf_token": token, "email": "new@carrel.test", "role": "editor"})
    yield "operator.add"
    change = {"csrf_token": token, "email": "new@carrel.test"}
    for act, action in (
        ("support", "operator.role"),
        ("reset", "operator.reset"),
        ("remove", "operator.remove"),
    ):
        olga.post("/admin/operators/change", change | {"act": act})
        yield action
    olga.post("/admin/me/recovery", {"csrf_token": token})
    yield "operator.recovery_codes"
