"""`carrel stripe check`: the same looks, and an exit status for scripts."""

from typing import Any

import pytest

from carrel import clock
from carrel.findings import Level
from carrel.services import open_database
from carrel.settings import load
from payments.models import StripeEvent
from payments.setup import trial
from payments.setup.webhook_checks import webhook
from payments.stripe.account import StripeAccount
from payments.stripe.client import StripeApi
from tests.payments.setup.conftest import FULL, Place


def line(output: str, check: str) -> str:
    return next(line for line in output.splitlines() if line[9:].startswith(f"{check}:"))


def test_without_a_key_it_says_how_to_begin(place: Place) -> None:
    result = place.run("check")
    assert (result.exit_code, "carrel stripe setup" in result.output) == (2, True)


def test_all_is_well_after_a_setup_and_nothing_is_changed(place: Place) -> None:
    place.set_up()
    result = place.run("check")
    assert result.exit_code == 0, result.output
    changing = {"POST /v1/webhook_endpoints"}
    place.stripe.api.requests.clear()
    place.run("check")
    assert not {f"{call.method} {call.path}" for call in place.stripe.api.requests} & changing


def test_a_dead_key_ends_it(place: Place) -> None:
    place.set_up()
    place.stripe.keys.revoke(FULL)
    result = place.run("check")
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 2
    assert "carrel stripe setup --new-key" in result.output


def test_a_stripe_that_is_away_ends_it_too(place: Place) -> None:
    place.set_up()
    place.stripe.api.down()
    assert "Stripe cannot be reached" in line(place.run("check").output, "key")


@pytest.mark.parametrize(
    ("setting", "value", "words", "fix"),
    [
        ("PASS_PRICE_CENTS", "50", "at least", "PASS_PRICE_CENTS"),
        ("PASS_CURRENCY", "xxx", "Invalid currency: xxx", "PASS_CURRENCY"),
        ("PASS_PAYMENT_METHODS", "crad", "allowed_payment_method_types", "PASS_PAYMENT_METHODS"),
    ],
)
def test_what_stripe_refuses_at_checkout_is_told_with_the_setting(
    place: Place, setting: str, value: str, words: str, fix: str
) -> None:
    place.set_up()
    place.environ |= {setting: value} | ({"PASS_CURRENCY": "dkk"} if value == "50" else {})
    result = place.run("check")
    assert (result.exit_code, words in line(result.output, "payment page")) == (2, True)
    assert fix in result.output.partition("payment page:")[2].splitlines()[1]


@pytest.mark.parametrize(
    ("object_id", "fields", "check", "words"),
    [
        ("acct_standin", {"charges_enabled": False}, "account", "does not let this account accept payments"),
        ("acct_standin", {"settings": {"branding": {}}}, "branding", "neither logo nor icon"),
        ("acct_standin", {"default_currency": "eur"}, "currency", "the account's currency is EUR"),
    ],
)
def test_what_is_amiss_at_the_account_is_a_warning(
    place: Place, object_id: str, fields: dict[str, Any], check: str, words: str
) -> None:
    place.set_up()
    place.stripe_client().v1.accounts.retrieve_current()
    place.stripe.change(object_id, **fields)
    result = place.run("check")
    assert (result.exit_code, words in line(result.output, check)) == (1, True)


@pytest.mark.sweep
def test_tax_is_looked_at_when_it_is_to_be_charged(place: Place) -> None:
    place.set_up()
    assert " tax: " not in place.run("check").output
    place.environ["PASS_TAX"] = "inclusive"
    assert "Stripe Tax is on" in line(place.run("check").output, "tax")
    pending = {"pending": {"missing_fields": ["head_office"]}}
    place.stripe.change("tax_settings", status="pending", status_details=pending)
    result = place.run("check")
    assert (result.exit_code, "it lacks head_office" in result.output) == (2, True)


def test_a_website_that_does_not_run_is_noticed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "WAIT_SECONDS", 0.5)
    place.set_up()
    place.stop()
    result = place.run("check")
    assert (result.exit_code, "has not arrived" in line(result.output, "delivery")) == (1, True)


def test_an_event_that_was_fetched_proves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "WAIT_SECONDS", 0.3)
    settings = load(place.environ)
    db = open_database(settings)
    now = clock.now()
    event = {"event_id": "evt_1", "type": "checkout.session.expired", "body": {"id": "cs_test_1"}}
    for received_at, level in ((None, Level.WARNING), (now, Level.OK)):
        with db.write() as session:
            session.merge(
                StripeEvent(id=1, created_at=now, next_try_at=now, received_at=received_at, **event)
            )
        assert trial.await_event(db, settings, "cs_test_1").level is level
    db.close()


def test_a_wrong_secret_is_noticed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "WAIT_SECONDS", 0.5)
    place.set_up()
    del place.environ["STRIPE_WEBHOOK_SECRET_FILE"]
    place.environ["STRIPE_WEBHOOK_SECRET"] = "whsec_of_another_endpoint"
    place.restart()
    result = place.run("check")
    assert "signs with a secret that is not in STRIPE_WEBHOOK_SECRET" in line(result.output, "webhook")
    assert result.exit_code == 2


def test_a_machine_that_stripe_cannot_reach_is_told_the_way_round(place: Place) -> None:
    place.environ |= {"STRIPE_SECRET_KEY": FULL, "STRIPE_API_BASE": "http://stripe.invalid"}
    settings = load(place.environ)
    finding = webhook(StripeAccount(StripeApi(FULL, settings.stripe_api_base)), settings)
    assert f"stripe listen --forward-to http://127.0.0.1:{place.port}/webhooks/stripe" in finding.message


def test_the_trial_leaves_no_order_and_no_alarm(place: Place) -> None:
    place.set_up()
    place.run("check")
    assert place.rows("pass_order") == 0
    assert place.rows("alarm") == 0
