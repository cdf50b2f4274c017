"""What a demo of an earlier release has left in a home is seen and said; nothing is refused for it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from carrel import clock
from carrel.ads import house_ads
from carrel.ads.models import HouseAd
from carrel.ads.samples import seed_demo_ads
from carrel.db import Database
from carrel.deployment import DEMO_OPERATOR
from carrel.findings import Level
from carrel.services import EXTENSION
from carrel.settings import Settings
from tests.support.payments import SECRET, Shop
from website.admin.operators import staff
from website.admin.operators.roles import Role
from website.commands import assign_home
from website.demo.fake_stripe import FakeStripe, running_fake_stripe
from website.demo.operator_setup import operator_path
from website.doctor.check_context import CheckContext
from website.doctor.samples import samples


@pytest.fixture
def stripe_() -> Iterator[FakeStripe]:
    """The Stripe of the demo."""
    with running_fake_stripe() as fake_stripe:
        fake_stripe.webhooks.sign_with(SECRET)
        yield fake_stripe


@pytest.fixture
def settings(settings: Settings, stripe_: FakeStripe) -> Settings:
    """Settings that lead to it."""
    key = SecretStr(stripe_.api_key)
    return settings.model_copy(update={"stripe_api_base": stripe_.base_url, "stripe_secret_key": key})


def says(settings: Settings, db: Database) -> tuple[Level, str]:
    finding = samples(CheckContext(settings, db, clock.now()))
    assert (finding.fix == "") == (finding.level is Level.OK)
    return finding.level, finding.message


def test_samples_operator_and_test_orders_are_named_until_they_are_gone(
    app: Flask,
    settings: Settings,
    db: Database,
    stripe_: FakeStripe,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert says(settings, db) == (Level.OK, "no demo data")
    with db.write() as session:
        seed_demo_ads(session, settings)
        operator_path(session)
    assert says(settings, db) == (
        Level.WARNING,
        f"a demo has used this database: 4 sample ads; the demo's operator {DEMO_OPERATOR}",
    )
    with db.write() as session:
        staff.add(session, "olga@carrel.test", Role.OWNER, actor="test")
        staff.remove(session, DEMO_OPERATOR, actor="test")
        for ad in session.scalars(select(HouseAd.id)).all():
            house_ads.archive(session, ad, actor="test")
    assert says(settings, db)[0] is Level.OK
    shop = Shop(app, app.extensions[EXTENSION], stripe_)
    shop.buy()
    shop.deliver_all()
    live = settings.model_copy(update={"stripe_secret_key": SecretStr("sk_live_x")})
    for which in (settings, live):
        assert "1 order of a test Stripe" in says(which, db)[1]
    capsys.readouterr()
    assign_home(settings, db)  # as at each start: it warns, and lets it start
    assert capsys.readouterr().err.startswith("Warning: a demo has used this database: 1 order")


def test_a_demo_may_have_samples(settings: Settings, db: Database) -> None:
    with db.write() as session:
        seed_demo_ads(session, settings)
    assert says(settings.model_copy(update={"demo": True}), db)[0] is Level.OK
