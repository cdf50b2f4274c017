"""docs/stripe.md is up to date: permissions, events, settings; `make test-stripe` says what it needs."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from carrel.settings import Settings
from payments.stripe.client import API_VERSION
from payments.stripe.events import HANDLED_EVENTS
from payments.stripe.permissions import PERMISSIONS

ROOT = Path(__file__).parents[2]
STEPS = (ROOT / "docs" / "stripe.md").read_text()


def test_the_permissions_of_a_restricted_key_are_those_that_are_asked_for() -> None:
    rows = re.findall(r"^\| ([\w ]+) \| (Read|Write) \| (.+) \|$", STEPS, re.MULTILINE)
    assert [f"{resource}: {level}" for resource, level, _ in rows] == list(map(str, PERMISSIONS))
    for permission, (_, _, use) in zip(PERMISSIONS, rows, strict=True):
        assert use.replace("`", "").startswith(permission.use)
        assert ("may be left out" in use) == permission.optional


def test_every_claim_that_is_unproven_names_what_proves_it() -> None:
    for paragraph in STEPS.split("\n\n"):
        if "*Unproven at" in paragraph:
            assert re.search(r"prove|Proven by|shows them", paragraph)
            assert "`" in paragraph or "two commands above" in paragraph


def test_the_webhook_is_told_exactly_the_events_that_are_handled() -> None:
    assert set(re.findall(r"`((?:checkout|refund|charge|radar)\.[a-z._]+)`", STEPS)) == HANDLED_EVENTS
    assert f"`{API_VERSION}`" in STEPS


def test_every_setting_that_is_named_exists() -> None:
    named = {
        name.removesuffix("_FILE").lower()
        for name in re.findall(r"\b((?:STRIPE|PASS|REFUND)_[A-Z_]+)", STEPS)
    }
    assert named >= {"stripe_secret_key", "stripe_webhook_secret", "pass_tax", "pass_promotion_codes"}
    assert named <= set(Settings.model_fields)


@pytest.mark.parametrize("key", ["", "sk_live_of_somebody"])
def test_without_a_test_key_stripe_itself_is_not_asked(key: str) -> None:
    environ = os.environ | {"STRIPE_SECRET_KEY": key}
    asked = subprocess.run(
        ["make", "test-stripe"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked.returncode == 2
    assert asked.stderr.startswith("STRIPE_SECRET_KEY=sk_test_… is needed")
