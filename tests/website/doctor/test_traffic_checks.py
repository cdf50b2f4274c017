"""What comes and goes: the doctor sees what stands still, what nobody answers, and clocks that differ."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from carrel import clock
from carrel.db import Database
from carrel.findings import Finding, Level
from carrel.services import Services
from carrel.settings import Settings
from carrel.slots import NetworkAd
from payments.models import Reconciliation, StripeEvent
from tests.support.operators import put_operator
from tests.support.served import free_port
from tests.support.smtp import FakeMailServer
from tests.website.admin.passkeys import put_passkey
from website.demo.fake_stripe import running_fake_stripe
from website.doctor import machine_checks, run_checks, traffic_checks
from website.doctor.check_context import CheckContext
from website.doctor.machine_checks import network_ad


@pytest.fixture
def site(settings: Settings, db: Database) -> CheckContext:
    """A site that sells, asked for everything."""
    return CheckContext(settings, db, clock.now(), ask_outside=True)


def having(site: CheckContext, **changes: Any) -> CheckContext:
    return CheckContext(site.settings.model_copy(update=changes), site.db, site.now, ask_outside=True)


def put_event(site: CheckContext, **columns: Any) -> None:
    values = {
        "event_id": "evt_1",
        "type": "x",
        "body": {},
        "created_at": site.now,
        "next_try_at": site.now,
    }
    with site.db.write() as session:
        session.add(StripeEvent(**values | columns))


def is_told(finding: Finding, level: Level, words: str) -> bool:
    """Whether it found that, said it in these words, and said what to do."""
    return finding.level is level and words in finding.message and bool(finding.fix)


def test_a_dead_event_is_bad(site: CheckContext) -> None:
    assert traffic_checks.webhook(site).message == "no event has arrived yet"
    put_event(site, dead_at=site.now)
    assert is_told(traffic_checks.webhook(site), Level.ERROR, "1 events could not be handled")


@pytest.mark.parametrize(("minutes", "level"), [(14, Level.OK), (16, Level.WARNING)])
def test_an_event_that_waits_for_a_quarter_of_an_hour_is_seen(
    site: CheckContext, minutes: int, level: Level
) -> None:
    put_event(site, created_at=site.now - timedelta(minutes=minutes), received_at=site.now)
    assert traffic_checks.webhook(site).level is level


def test_a_mail_server_that_does_not_answer_is_bad_and_one_that_does_is_well(site: CheckContext) -> None:
    nobody = having(site, smtp_url=SecretStr(f"smtp://127.0.0.1:{free_port()}"))
    assert is_told(traffic_checks.mail(nobody), Level.ERROR, "the mail server does not answer")
    with FakeMailServer().running() as server:
        finding = traffic_checks.mail(having(site, smtp_url=SecretStr(server.url)))
    assert finding.message == "nothing waits, and the mail server answers"


@pytest.fixture
def at_stripe(site: CheckContext) -> Iterator[CheckContext]:
    """The same before a Stripe that answers."""
    with running_fake_stripe() as stripe:
        yield having(site, stripe_api_base=stripe.base_url)


def test_a_stripe_that_cannot_be_reached_is_bad(site: CheckContext) -> None:
    away = having(site, stripe_api_base=f"http://127.0.0.1:{free_port()}")
    assert is_told(traffic_checks.stripe(away), Level.ERROR, "it cannot be reached")


@pytest.mark.parametrize(("seconds", "level"), [(0, Level.OK), (120, Level.ERROR), (-120, Level.ERROR)])
def test_pf_33_a_clock_that_is_not_stripes_is_an_error(
    at_stripe: CheckContext, monkeypatch: pytest.MonkeyPatch, seconds: int, level: Level
) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + timedelta(seconds=seconds)

    monkeypatch.setattr(traffic_checks, "datetime", Wrong)
    assert traffic_checks.stripe(at_stripe).level is level


def test_a_comparison_of_more_than_an_hour_ago_is_seen(site: CheckContext) -> None:
    assert is_told(machine_checks.comparison(site), Level.WARNING, "there is none yet")
    with site.db.write() as session:
        session.add(Reconciliation(days=3, difference_count=0, finished_at=site.now - timedelta(minutes=90)))
    assert is_told(machine_checks.comparison(site), Level.WARNING, "90 minutes ago")


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({"alarm_email": ""}, Level.WARNING, "ALARM_EMAIL is not set"),
        ({"stripe_secret_key": SecretStr("sk_test_x")}, Level.WARNING, "a test key"),
        ({"stripe_secret_key": SecretStr("sk_live_x")}, Level.OK, "Stripe on"),
    ],
)
def test_keys_that_do_not_fit_a_public_site_are_seen(
    site: CheckContext, changes: dict[str, Any], level: Level, words: str
) -> None:
    finding = machine_checks.secrets(having(site, **changes))
    assert finding.level is level
    assert words in finding.message


def test_settings_that_are_complete_are_well_and_the_demos_are_said_to_be_the_demos(
    site: CheckContext,
) -> None:
    complete = having(site, smtp_url=SecretStr("smtp://u:p@mail.example.org:587"))
    assert machine_checks.settings(complete).message == "they are complete"
    assert "the demo" in machine_checks.settings(having(site, demo=True)).message


HERE = "http://127.0.0.1:1"
DEMOS = {
    "secret_keys": (SecretStr("example-" + "abcdefghij" * 4),),
    "base_url": HERE,
    "stripe_api_base": HERE,
    "smtp_url": SecretStr("smtp://127.0.0.1:1"),
}


def test_beside_the_demo_its_example_key_is_said_to_be_the_demos(site: CheckContext) -> None:
    finding = machine_checks.settings(having(site, **DEMOS))
    assert (finding.level, finding.message) == (Level.OK, "this is the demo, which fills in missing settings")


@pytest.mark.parametrize("public", ["base_url", "stripe_api_base"])
def test_an_example_key_is_bad_where_site_or_stripe_are_not_on_this_machine(
    site: CheckContext, public: str
) -> None:
    finding = machine_checks.settings(having(site, **DEMOS | {public: "https://carrel.example"}))
    assert finding.level is Level.ERROR
    assert "still has an example" in finding.fix


def test_a_key_of_ones_own_makes_no_demo(site: CheckContext) -> None:
    own = {"secret_keys": site.settings.secret_keys}
    assert machine_checks.settings(having(site, **DEMOS | own)).message == "they are complete"


def test_a_network_tag_that_never_gets_consent_is_named(site: CheckContext) -> None:
    assert network_ad(site).message == "no ad network is used"
    tag = NetworkAd(tag="<ins></ins>")
    finding = network_ad(having(site, network_ad=tag))
    assert finding.level is Level.WARNING
    assert "never appear" in finding.message
    assert "consent_script" in finding.fix
    asked = tag.model_copy(update={"consent_script": "https://consent.example/tool.js"})
    assert network_ad(having(site, network_ad=asked)).level is Level.OK
    assert network_ad in run_checks.CHECKS


def test_a_desk_within_reach_of_a_networks_script_is_named_with_what_moving_it_costs(
    site: CheckContext, services: Services
) -> None:
    assert machine_checks.desk(site).level is Level.OK
    tag = NetworkAd(tag="<ins></ins>")
    alone = machine_checks.desk(having(site, network_ad=tag))
    assert is_told(alone, Level.WARNING, "share a hostname")
    assert "CARREL_DESK_URL" in alone.fix
    assert "passkeys" not in alone.fix
    put_passkey(services, put_operator(services))
    assert "Passkeys (1) do not work there" in machine_checks.desk(having(site, network_ad=tag)).fix
    moved = having(site, network_ad=tag, desk_url="https://desk.carrel.test")
    assert machine_checks.desk(moved).level is Level.OK
    assert machine_checks.desk in run_checks.CHECKS
