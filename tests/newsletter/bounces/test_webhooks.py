"""The webhooks: who may speak, and what is done with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select

from carrel.services import Services
from newsletter.bounces import postmark, routes, sns
from newsletter.bounces.models import Bounce, BounceKind
from newsletter.bounces.report import UnreadableReportError
from newsletter.subscribers.models import Subscriber
from tests.newsletter.bounces import documented
from tests.newsletter.bounces.documented import CERTIFICATE_URL, CONFIRM_URL, POSTMARK_SECRET, ses_bounce
from tests.support.newsletter import put_subscriber

ANNA = "anna@example.org"
HARD = BounceKind.HARD
KEYS = {
    "postmark": "postmark_webhook_secret",
    "mailgun": "mailgun_signing_key",
    "amazon-ses": "amazon_sns_topic",
}


@pytest.fixture(autouse=True)
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Amazon's hosts, which give out a certificate; what was asked of them."""
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return documented.amazon_certificate()

    monkeypatch.setattr(sns, "fetch", fetch)
    sns.signing_key.cache_clear()
    return asked


def post(
    client: FlaskClient, provider: str, data: Any, password: str = POSTMARK_SECRET, slash: str = ""
) -> int:
    auth = ("carrel", password) if provider == "postmark" and password else None
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    path = f"/webhooks/bounces/{provider}{slash}"
    return client.post(
        path, data=body, auth=auth, headers={"Origin": "", "Content-Type": "text/plain"}
    ).status_code


def kinds(services: Services) -> list[str]:
    with services.db.read() as session:
        return list(session.scalars(select(Bounce.kind).order_by(Bounce.id)))


GENUINE: dict[str, Callable[[], Any]] = {
    "amazon-ses": lambda: documented.sns(ses_bounce(ANNA)),
    "postmark": lambda: documented.postmark_bounce(ANNA),
    "mailgun": lambda: documented.mailgun_event(ANNA),
}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("provider", GENUINE)
def test_a_genuine_report_is_kept_once_and_stops_digests(
    client: FlaskClient, services: Services, provider: str, slash: str
) -> None:
    with services.db.write() as session:
        put_subscriber(session, ANNA)
    data = GENUINE[provider]()
    assert [post(client, provider, data, slash=slash) for _ in range(3)] == [200, 200, 200]
    assert kinds(services) == [HARD]


def forged() -> dict[str, tuple[str, Any, str]]:
    other_topic = "arn:aws:sns:us-east-1:999999999999:bounces"
    signed = documented.sns(ses_bounce(ANNA))
    event = documented.mailgun_event(ANNA)
    return {
        "SNS: another's topic, truly signed": (
            "amazon-ses",
            documented.sns(ses_bounce(ANNA), TopicArn=other_topic),
            "",
        ),
        "SNS: another text under the signature": (
            "amazon-ses",
            signed | {"Message": ses_bounce("bob@example.org")},
            "",
        ),
        "SNS: no signature": ("amazon-ses", signed | {"Signature": ""}, ""),
        "SNS: a version that there is not": ("amazon-ses", signed | {"SignatureVersion": "3"}, ""),
        "SNS: delivered raw": ("amazon-ses", json.loads(ses_bounce(ANNA)), ""),
        "Postmark: no password": ("postmark", documented.postmark_bounce(ANNA), ""),
        "Postmark: a wrong one": ("postmark", documented.postmark_bounce(ANNA), POSTMARK_SECRET[:-1]),
        "Mailgun: another key": (
            "mailgun",
            event | {"signature": event["signature"] | {"signature": "0" * 64}},
            "",
        ),
        "Mailgun: from yesterday": ("mailgun", documented.mailgun_event(ANNA, age=13 * 3600), ""),
        "Mailgun: no signature": ("mailgun", {"event-data": event["event-data"]}, ""),
        "Mailgun: half a character": (
            "mailgun",
            event | {"signature": event["signature"] | {"token": "\ud800", "signature": "\udc00"}},
            "",
        ),
        "SNS: half a character": ("amazon-ses", signed | {"Message": "\ud800"}, ""),
        "SNS: a signature that is no ASCII": ("amazon-ses", signed | {"Signature": "\u00e9"}, ""),
        "no JSON": ("mailgun", b"\xff\xfe{", ""),
        "a list": ("amazon-ses", [signed], ""),
    }


@pytest.mark.parametrize("name", forged())
def test_nobody_else_speaks_for_a_service(client: FlaskClient, services: Services, name: str) -> None:
    provider, data, password = forged()[name]
    assert post(client, provider, data, password) in {401, 403}
    assert kinds(services) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://sns.us-east-1.amazonaws.com.evil.test/SimpleNotificationService-00000000000000000000000000000000.pem",
        "https://evil.test/SimpleNotificationService-00000000000000000000000000000000.pem",
        "https://sns.us-east-1.amazonaws.com@evil.test/SimpleNotificationService-00000000000000000000000000000000.pem",
        "https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-00000000000000000000000000000000.pem",
        "http://sns.us-east-1.amazonaws.com/SimpleNotificationService-00000000000000000000000000000000.pem",
        "https://sns.us-east-1.amazonaws.com/other.pem",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-00000000000000000000000000000000.pem",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
def test_a_certificate_from_anywhere_else_is_not_even_fetched(
    client: FlaskClient, fetched: list[str], address: str
) -> None:
    assert post(client, "amazon-ses", documented.sns(ses_bounce(ANNA), SigningCertURL=address)) == 403
    assert fetched == []


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazon_signs_in_two_ways_and_the_certificate_is_fetched_once(
    client: FlaskClient, services: Services, fetched: list[str], version: str
) -> None:
    for feedback in ("a", "b"):
        message = ses_bounce(ANNA, feedback=feedback)
        assert (
            post(client, "amazon-ses", documented.sns(message, version=version, Subject="Amazon SES")) == 200
        )
    assert kinds(services) == [HARD, HARD]
    assert fetched == [CERTIFICATE_URL]


def test_a_subscription_to_our_topic_is_confirmed_and_nothing_else_is_fetched(
    client: FlaskClient, fetched: list[str]
) -> None:
    question = documented.sns("You have chosen to subscribe", kind="SubscriptionConfirmation")
    assert post(client, "amazon-ses", question) == 200
    assert fetched == [CERTIFICATE_URL, CONFIRM_URL]
    elsewhere = documented.sns("x", kind="SubscriptionConfirmation", SubscribeURL="https://evil.test/")
    assert post(client, "amazon-ses", elsewhere) == 200
    left = documented.sns("x", kind="UnsubscribeConfirmation")
    assert post(client, "amazon-ses", left) == 200
    assert fetched == [CERTIFICATE_URL, CONFIRM_URL]


def test_amazon_away_it_is_to_send_it_again(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(address: str) -> bytes:
        raise sns.SnsUnreachableError("ConnectTimeout")

    monkeypatch.setattr(sns, "fetch", away)
    assert post(client, "amazon-ses", documented.sns(ses_bounce(ANNA))) == 503


@pytest.mark.parametrize("provider", KEYS)
def test_without_its_secret_a_webhook_is_not_there(app: Flask, services: Services, provider: str) -> None:
    setting = KEYS[provider]
    empty = "" if setting == "amazon_sns_topic" else SecretStr("")
    object.__setattr__(services, "settings", services.settings.model_copy(update={setting: empty}))
    assert post(app.test_client(), provider, GENUINE[provider](), "") == 404


def test_another_service_is_not_there(client: FlaskClient) -> None:
    assert post(client, "sendgrid", {}) == 404


@pytest.mark.parametrize("provider", GENUINE)
def test_more_than_a_quarter_of_a_megabyte_is_not_read(client: FlaskClient, provider: str) -> None:
    assert post(client, provider, b" " * (routes.LARGEST_BYTES + 1)) == 413


def test_a_genuine_report_that_lacks_what_it_must_have_is_an_error_and_changes_nothing(
    client: FlaskClient, services: Services
) -> None:
    incomplete = documented.postmark_bounce(ANNA)
    del incomplete["Email"]
    with pytest.raises(UnreadableReportError, match="Email is missing"):
        postmark.reports(incomplete)
    assert post(client, "postmark", incomplete) == 400
    assert post(client, "amazon-ses", documented.sns('{"notificationType": "Bounce"}')) == 400
    with services.db.read() as session:
        assert session.scalars(select(Subscriber)).all() == []
