"""`carrel stripe setup`: one command from a key to a site that sells, safe to run again."""

import stat
from pathlib import Path

import pytest

from payments.setup import trial
from payments.stripe.client import API_VERSION
from payments.stripe.events import HANDLED_EVENTS
from tests.payments.setup.conftest import FULL, Place

ALL = (
    "checkout_session_write",
    "charge_write",
    "payment_intent_read",
    "dispute_read",
    "event_read",
    "balance_transaction_source_read",
    "early_fraud_warning_read",
    "webhook_write",
    "accounts_kyc_basic_read",
    "tax_settings_read",
)


def secrets(place: Place) -> list[str]:
    return place.secret_file.read_text().strip().split(",")


def test_a_new_site_gets_its_webhook_with_exactly_our_events_and_our_version(place: Place) -> None:
    result = place.run("setup", typed=FULL)
    assert result.exit_code == 0, result.output
    (endpoint,) = place.endpoints
    assert endpoint.url == f"http://127.0.0.1:{place.port}/webhooks/stripe"
    assert set(endpoint.enabled_events) == HANDLED_EVENTS
    assert endpoint.api_version == API_VERSION


def test_key_and_secret_are_in_private_files_and_never_on_the_terminal(place: Place) -> None:
    output = place.run("setup", typed=FULL).output
    for path in (place.key_file, place.secret_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().strip() not in output
        assert str(path) in output
    assert place.key_file.read_text() == f"{FULL}\n"
    assert secrets(place)[0].startswith("whsec_")


def test_after_a_restart_it_proves_that_stripes_events_arrive(place: Place) -> None:
    place.set_up()
    result = place.run("setup")
    assert (result.exit_code, "OK       delivery: Stripe's event arrived" in result.output) == (0, True)
    assert len(place.endpoints) == 1
    assert place.rows("stripe_event") >= 1


def test_running_it_again_changes_nothing(place: Place) -> None:
    place.set_up()
    before = (place.endpoints, secrets(place))
    for _ in range(2):
        assert place.run("setup").exit_code == 0
    assert (place.endpoints, secrets(place)) == before


def test_events_that_are_missing_are_added_and_others_taken_away(place: Place) -> None:
    place.set_up()
    place.stripe_client().v1.webhook_endpoints.update(
        place.endpoints[0].id, {"enabled_events": ["checkout.session.completed", "invoice.paid"]}
    )
    assert "Stripe does not send charge.dispute.closed" in place.run("check").output
    assert "gets exactly the" in place.run("setup").output
    assert set(place.endpoints[0].enabled_events) == HANDLED_EVENTS


def test_a_disabled_webhook_is_enabled_again(place: Place) -> None:
    place.set_up()
    place.stripe_client().v1.webhook_endpoints.update(place.endpoints[0].id, {"disabled": True})
    assert place.run("check").exit_code == 2
    place.run("setup")
    assert place.endpoints[0].status == "enabled"
    assert place.run("check").exit_code == 0


@pytest.mark.sweep
def test_a_rolled_secret_is_valid_beside_the_old_one_until_the_new_one_is_proven(place: Place) -> None:
    place.set_up()
    (old,) = secrets(place)
    place.run("setup", "--roll")
    assert (len(place.endpoints), secrets(place)[1:]) == (2, [old])
    place.obey()
    output = place.run("setup").output
    assert "was deleted: events arrive through the new one" in output
    assert (len(place.endpoints), len(secrets(place))) == (1, 1)
    assert secrets(place) != [old]
    place.restart()
    assert place.run("check").exit_code == 0


@pytest.mark.sweep
def test_a_roll_that_is_under_way_is_finished_before_another_begins(place: Place) -> None:
    place.set_up()
    place.run("setup", "--roll")
    place.obey()
    output = place.run("setup", "--roll").output
    assert "was deleted: events arrive through the new one" in output
    assert len(place.endpoints) == 1


@pytest.mark.sweep
def test_before_the_restart_the_old_webhook_is_left_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "WAIT_SECONDS", 0.5)
    place.set_up()
    place.run("setup", "--roll")
    output = place.run("setup").output  # the website still knows the old secret alone
    assert "The old webhook stays" in output
    assert [endpoint.status for endpoint in place.endpoints] == ["enabled", "enabled"]
    assert len(secrets(place)) == 2


@pytest.mark.sweep
def test_a_webhook_whose_secret_nobody_knows_gets_a_successor(place: Place) -> None:
    place.set_up()
    place.secret_file.unlink()
    del place.environ["STRIPE_WEBHOOK_SECRET_FILE"]
    place.run("setup")
    assert len(place.endpoints) == 2
    place.obey()
    place.run("setup")
    assert len(place.endpoints) == 1


def test_a_webhook_made_by_hand_is_kept_and_proven(place: Place) -> None:
    place.environ |= {"STRIPE_SECRET_KEY": FULL}
    made = place.stripe_client().v1.webhook_endpoints.create(
        {"url": f"{place.environ['CARREL_BASE_URL']}/webhooks/stripe", "enabled_events": ["*"]}
    )
    place.environ["STRIPE_WEBHOOK_SECRET"] = str(made.secret)
    place.restart()
    result = place.run("setup")
    assert (result.exit_code, len(place.endpoints)) == (0, 1)
    assert "OK       delivery" in result.output
    assert not place.secret_file.exists()


@pytest.mark.parametrize("lacking", ALL[:7])
def test_a_permission_that_is_missing_is_named(place: Place, lacking: str) -> None:
    key = place.stripe.keys.restrict("rk_test_some", *(each for each in ALL if each != lacking))
    result = place.run("setup", typed=key)
    assert result.exit_code == (0 if lacking == "payment_intent_read" else 1)  # which a session's implies
    assert ("the key lacks" in result.output) == (lacking != "payment_intent_read")
    assert len(place.endpoints) == 1


def test_the_right_to_refund_is_tried_on_a_payment_that_does_not_exist(place: Place) -> None:
    key = place.stripe.keys.restrict(
        "rk_test_some", *(each for each in ALL if each != "charge_write"), "charge_read"
    )
    output = place.run("setup", typed=key).output
    assert "the key lacks Charges and Refunds: Write (to refund)" in output
    assert "apikeys/create?name=Carrel" in output


def test_all_that_is_needed_is_enough(place: Place) -> None:
    place.run("setup", typed=place.stripe.keys.restrict("rk_test_some", *ALL))
    place.obey()
    result = place.run("check")
    assert result.exit_code == 0, result.output


def test_a_key_that_may_not_make_webhooks_says_so_and_the_rest_is_done(place: Place) -> None:
    key = place.stripe.keys.restrict("rk_test_some", *(each for each in ALL if each != "webhook_write"))
    output = place.run("setup", typed=key).output
    assert "Webhook: the key lacks the permission Webhook Endpoints: " in output
    assert "OK       payment page" in output
    assert not place.secret_file.exists()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("pk_test_x", "This is not a secret or restricted key"),
        ("sk_live_x", "A live key is for a public site"),
        ("", "This is not a secret or restricted key"),
    ],
)
def test_a_key_of_the_wrong_kind_is_refused_before_stripe_is_asked(
    place: Place, key: str, words: str
) -> None:
    result = place.run("setup", typed=key)
    assert (result.exit_code, words in result.output) == (2, True)
    assert list(place.stripe.api.requests) == []


def test_a_demo_takes_no_live_key(place: Place) -> None:
    place.environ["CARREL_SECRET_KEYS"] = "example-of-thirty-two-characters-or-more"
    result = place.run("setup", typed="rk_live_x")
    assert (result.exit_code, "The demo does not accept a live Stripe key" in result.output) == (2, True)


def test_a_key_that_stripe_does_not_know_is_not_kept(place: Place) -> None:
    result = place.run("setup", typed="sk_test_unknown_one")
    assert (result.exit_code, place.key_file.exists(), place.secret_file.exists()) == (2, False, False)
    assert "Stripe refused the key: Invalid API Key provided" in result.output


def test_a_new_key_replaces_the_one_in_the_file(place: Place) -> None:
    place.set_up()
    key = place.stripe.keys.restrict("rk_test_other", *ALL)
    place.run("setup", "--new-key", typed=key)
    assert place.key_file.read_text().strip() == key


def test_where_no_secret_can_be_written_no_webhook_is_made(place: Place, tmp_path: Path) -> None:
    place.environ |= {
        "STRIPE_SECRET_KEY": FULL,
        "STRIPE_WEBHOOK_SECRET_FILE": str(tmp_path / "none" / "secret"),
    }
    result = place.run("setup")
    assert (result.exit_code, place.endpoints) == (2, [])
    assert "cannot be written" in result.output


def test_a_site_that_has_no_home_yet_gets_one(place: Place, tmp_path: Path) -> None:
    place.environ["CARREL_HOME"] = str(tmp_path / "new" / "home")
    assert place.run("setup", typed=FULL).exit_code == 0
    assert (tmp_path / "new" / "home" / "stripe_webhook_secret").exists()


def test_without_an_address_there_is_no_webhook(place: Place) -> None:
    del place.environ["CARREL_BASE_URL"]
    assert "CARREL_BASE_URL is missing" in place.run("setup", typed=FULL).output
