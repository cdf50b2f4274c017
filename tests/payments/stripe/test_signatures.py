"""Verifying webhook signatures."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from stripe import WebhookSignature

from payments.stripe import signatures
from payments.stripe.signatures import SignatureFailureCounter, SignatureTimestampError, WebhookSignatureError

BODY = b'{"id": "evt_1", "amount": 499}'
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def header(secret: str = "whsec_a", age: int = 0, body: bytes = BODY) -> str:
    at = int((NOW - timedelta(seconds=age)).timestamp())
    return str(WebhookSignature.generate_signature_header(body.decode(), secret, at))


def check(body: bytes = BODY, signed: str = "", secrets: tuple[str, ...] = ("whsec_a",)) -> int:
    return signatures.verify(body, signed or header(), secrets)


def test_pay_01_what_stripe_signed_is_believed() -> None:
    assert check() == 0


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace(b"499", b"498"),
        BODY + b" ",
        json.dumps(json.loads(BODY), separators=(",", ":")).encode(),
        b'{"amount": 499, "id": "evt_1"}',
        BODY.decode().encode("utf-16"),
        b"\xff\xfe" + BODY,
        b"",
    ],
)
def test_pay_01_one_other_byte_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookSignatureError):
        check(body)


@pytest.mark.parametrize(
    "signed",
    ["t=1,v1=", "v1=abc", "t=abc,v1=abc", "nonsense", "t=1", ",,,", "t=1700000000,v0=abc", "=", "t=1=2,v1"],
)
def test_pay_01_a_broken_header_is_refused(signed: str) -> None:
    with pytest.raises(WebhookSignatureError):
        check(signed=signed)


def test_pay_01_no_header_is_refused() -> None:
    with pytest.raises(WebhookSignatureError):
        signatures.verify(BODY, "", ["whsec_a"])


@pytest.mark.parametrize("secret", ["", " ", "\t"])
def test_pf_13_an_empty_secret_verifies_nothing(secret: str) -> None:
    with pytest.raises(WebhookSignatureError):
        check(signed=header(secret), secrets=(secret,))


def test_pay_03_five_minutes_are_tolerated() -> None:
    assert check(signed=header(age=300)) == 300


def test_pf_14_an_event_signed_301_seconds_ago_is_refused() -> None:
    with pytest.raises(SignatureTimestampError) as caught:
        check(signed=header(age=301))
    assert caught.value.age == 301


def test_pf_33_a_signature_from_our_future_is_told_by_its_age() -> None:
    assert check(signed=header(age=-240)) == -240
    assert check(signed=header(age=-600)) == -600


@pytest.mark.parametrize("secret", ["whsec_new", "whsec_old"])
def test_pay_04_both_secrets_count_while_one_is_rolled(secret: str) -> None:
    assert check(signed=header(secret), secrets=("whsec_new", "whsec_old")) == 0


def test_pay_04_of_several_signatures_one_is_enough() -> None:
    both = f"{header('whsec_other')},{header('whsec_a').partition(',')[2]}"
    assert check(signed=both) == 0


def test_pay_04_a_removed_secret_counts_no_more() -> None:
    with pytest.raises(WebhookSignatureError):
        check(signed=header("whsec_old"), secrets=("whsec_new",))


@pytest.mark.parametrize("extra", ["junk", "t=7=8", "v0=old", ""])
def test_what_else_stands_in_a_header_does_no_harm(extra: str) -> None:
    assert check(signed=f"{header()},{extra}") == 0


def test_an_attackers_second_time_does_not_make_a_replay_young() -> None:
    old = header(age=900)
    for signed in (f"{old},t={int(NOW.timestamp())}", f"t={int(NOW.timestamp())},{old}"):
        with pytest.raises((WebhookSignatureError, SignatureTimestampError)):
            check(signed=signed)


def test_pay_26_the_twentieth_forgery_is_a_burst_and_then_it_begins_anew() -> None:
    burst = SignatureFailureCounter(threshold=20)
    assert [burst.record() for _ in range(21)] == [False] * 19 + [True, False]


def test_pay_26_forgeries_now_and_then_are_none() -> None:
    burst = SignatureFailureCounter(threshold=2, seconds=0)
    assert not any(burst.record() for _ in range(10))
