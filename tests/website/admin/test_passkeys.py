"""Signing in with a passkey: what a device must have said, to whom, when, and that it is said once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from carrel import clock
from carrel.accounts.limits import TooManyRequestsError
from carrel.audit import AuditEntry
from carrel.services import Services
from tests.support.operators import OLGA, PASSWORD, code_now
from tests.website.admin.authenticator import LIES, Device
from tests.website.admin.passkeys import HERE, SITE, asked, for_sign_in, kept, put_passkey, sign_in, who_is_in
from website.admin.operators import passkeys, sessions
from website.admin.operators import sign_in as signing_in
from website.admin.operators.models import Operator, PasskeyChallenge
from website.admin.operators.sign_in import SignInFailedError, SignInSource

ELSEWHERE = SignInSource("203.0.113.7", "")


def test_auth_08_a_passkey_signs_in_and_the_log_says_with_which(
    services: Services, olga: Operator, phone: Device
) -> None:
    assert sign_in(services, phone)
    assert who_is_in(services) == [olga.id]
    assert kept(services)[0].used_at is not None
    with services.db.read() as session:
        acts = [
            (audit_entry.actor, audit_entry.action, audit_entry.after)
            for audit_entry in session.scalars(select(AuditEntry))
        ]
    assert acts == [
        (OLGA, "operator.passkey_add", {"passkey": "My phone"}),
        (OLGA, "operator.sign_in", {"passkey": "My phone"}),
    ]


def test_auth_08_a_device_is_asked_for_a_named_host_a_person_and_nothing_else(
    services: Services, olga: Operator, phone: Device
) -> None:
    _, new = asked(passkeys.ask_to_add(services, SITE, olga))
    assert new["rp"] == {"name": "Carrel", "id": "carrel.test"}
    assert new["attestation"] == "none"
    assert new["timeout"] == 300_000
    wanted = new["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert len(new["excludeCredentials"]) == 1
    _, known = for_sign_in(services)
    assert (known["rpId"], known["userVerification"]) == ("carrel.test", "required")
    assert known["allowCredentials"] == []
    _, again = asked(passkeys.ask_again(services, SITE, olga))
    assert again["allowCredentials"] == new["excludeCredentials"]


def test_auth_08_an_answer_is_good_once(services: Services, phone: Device) -> None:
    token, options = for_sign_in(services)
    answer = phone.get(options)
    assert passkeys.sign_in(services, SITE, token, answer, HERE)
    with pytest.raises(SignInFailedError):
        passkeys.sign_in(services, SITE, token, answer, HERE)
    newer, _ = for_sign_in(services)
    with pytest.raises(SignInFailedError):
        passkeys.sign_in(services, SITE, newer, answer, HERE)
    assert len(who_is_in(services)) == 1


def test_auth_08_a_challenge_is_used_up_by_a_wrong_answer_too(services: Services, phone: Device) -> None:
    token, options = for_sign_in(services)
    with pytest.raises(SignInFailedError):
        passkeys.sign_in(services, SITE, token, "nonsense", HERE)
    with pytest.raises(SignInFailedError):
        passkeys.sign_in(services, SITE, token, phone.get(options), HERE)


MORE_LIES: dict[str, dict[str, Any]] = {
    "another key": {"key": Device().key},
    "another operator": {"handle": "OTk"},
}


@pytest.mark.parametrize("lie", (LIES | MORE_LIES).values(), ids=LIES | MORE_LIES)
def test_auth_08_what_a_device_says_must_be_true(
    services: Services, phone: Device, lie: dict[str, Any]
) -> None:
    with pytest.raises(SignInFailedError):
        sign_in(services, replace(phone, **lie))
    with services.db.read() as session:
        last = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first()
    assert last == "operator.wrong_passkey"
    assert who_is_in(services) == []
    assert sign_in(services, phone)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "[]",
        "null",
        pytest.param("[" * 60_000, id="deep"),
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "", '
        '"authenticatorData": "", "signature": "", "userHandle": "é"}}',
    ],
)
def test_auth_08_nonsense_is_refused_like_an_unknown_key(
    services: Services, olga: Operator, sent: str
) -> None:
    token, _ = for_sign_in(services)
    with pytest.raises(SignInFailedError):
        passkeys.sign_in(services, SITE, token, sent, HERE)


def test_auth_08_a_challenge_belongs_to_the_browser_that_asked(services: Services, phone: Device) -> None:
    _, theirs = for_sign_in(services)
    mine, _ = for_sign_in(services)
    for token in (mine, ""):
        with pytest.raises(SignInFailedError):
            passkeys.sign_in(services, SITE, token, phone.get(theirs), HERE)


def test_auth_08_a_challenge_of_one_who_is_signed_in_signs_nobody_in(
    services: Services, olga: Operator, phone: Device
) -> None:
    token, options = asked(passkeys.ask_again(services, SITE, olga))
    with pytest.raises(SignInFailedError):
        passkeys.sign_in(services, SITE, token, phone.get(options), HERE)


def test_auth_08_a_challenge_is_good_for_five_minutes(services: Services, phone: Device) -> None:
    for late, good in ((timedelta(minutes=4, seconds=59), True), (timedelta(minutes=5), False)):
        token, options = for_sign_in(services)
        with time_machine.travel(clock.now() + late, tick=False):
            if good:
                assert passkeys.sign_in(services, SITE, token, phone.get(options), HERE)
                continue
            with pytest.raises(SignInFailedError):
                passkeys.sign_in(services, SITE, token, phone.get(options), HERE)


def test_auth_08_a_device_that_counts_never_counts_backwards(services: Services, olga: Operator) -> None:
    device = put_passkey(services, olga, Device(count=4_000_000_000))
    for count, good in ((4_000_000_000, False), (4_000_000_001, True), (3, False), (0, False)):
        if good:
            assert sign_in(services, replace(device, count=count))
            continue
        with pytest.raises(SignInFailedError):
            sign_in(services, replace(device, count=count))
    assert kept(services)[0].sign_count == 4_000_000_001


def test_auth_08_a_device_that_does_not_count_signs_in_again_and_again(
    services: Services, phone: Device
) -> None:
    assert sign_in(services, phone)
    assert sign_in(services, phone)


def test_auth_09_whoever_locks_the_codes_does_not_lock_the_passkey(services: Services, phone: Device) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailedError):
            signing_in.authenticate(services, OLGA, PASSWORD, "000000", HERE)
    with pytest.raises(TooManyRequestsError):
        signing_in.authenticate(services, OLGA, PASSWORD, code_now(services), ELSEWHERE)
    assert sign_in(services, phone)


def test_auth_13_wrong_passkeys_are_limited_and_keep_nobody_with_a_right_one_out(
    services: Services, phone: Device
) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailedError):
            sign_in(services, Device())
    with pytest.raises(TooManyRequestsError):
        sign_in(services, Device())
    assert sign_in(services, phone)
    assert signing_in.authenticate(services, OLGA, PASSWORD, code_now(services), HERE)


def test_auth_13_challenges_are_not_handed_out_without_end(services: Services) -> None:
    for _ in range(20):
        for_sign_in(services)
    with pytest.raises(TooManyRequestsError):
        for_sign_in(services)
    assert for_sign_in(services, ELSEWHERE)


def test_the_worker_throws_away_challenges_that_nobody_answered(services: Services) -> None:
    for_sign_in(services)
    assert not sessions.run_step(services)
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        assert sessions.run_step(services)
    with services.db.read() as session:
        assert session.scalars(select(PasskeyChallenge.until)).all() == []
