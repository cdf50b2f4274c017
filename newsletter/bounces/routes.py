"""The webhooks of sending services. The answer is a status without a body; 5xx and 4xx make a service try again."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from flask import Blueprint, Response, abort, request

from carrel import security_events
from carrel.security_events import Event, Outcome
from carrel.services import services
from carrel.settings import Settings
from newsletter.bounces import amazon, mailgun, postmark, rates
from newsletter.bounces.record import record
from newsletter.bounces.report import AnyReport, UnreadableReportError, optional

LARGEST_BYTES = 256 * 1024  # the most that SNS sends; none of the others sends more
blueprint = Blueprint("bounces", __name__)
log = structlog.get_logger()

# Each: whether it is genuine, what it says, and the setting without which it is not there.
Data = Mapping[str, Any]
Webhook = tuple[Callable[[str, Data], bool], Callable[[Data], Sequence[AnyReport]], Callable[[Settings], str]]


def _from_amazon(topic: str, data: Data) -> bool:
    from newsletter.bounces import sns  # here, as cryptography and requests are needed for nothing else

    return sns.is_genuine(topic, data)


def _said_by_amazon(data: Data) -> Sequence[AnyReport]:
    from newsletter.bounces import sns

    match optional(data, "Type"):
        case sns.CONFIRMATION:
            sns.confirm(data)
        case sns.NOTIFICATION:
            return amazon.reports(optional(data, "Message"))
    return []


def _knows_password(secret: str, _: Data) -> bool:
    authorization = request.authorization
    return postmark.is_genuine(secret, (authorization.password if authorization else None) or "")


WEBHOOKS: dict[str, Webhook] = {
    "amazon-ses": (_from_amazon, _said_by_amazon, lambda settings: settings.amazon_sns_topic),
    "postmark": (
        _knows_password,
        postmark.reports,
        lambda settings: settings.postmark_webhook_secret.get_secret_value(),
    ),
    "mailgun": (
        mailgun.is_genuine,
        mailgun.reports,
        lambda settings: settings.mailgun_signing_key.get_secret_value(),
    ),
}


@blueprint.post("/webhooks/bounces/<provider>")
@blueprint.post("/webhooks/bounces/<provider>/")  # a redirect would lose the body
def webhook(provider: str) -> Response:
    """Take in what a sending service says of our mails."""
    settings = services().settings
    is_genuine, read, secret_of = WEBHOOKS.get(provider) or abort(404)
    if not (secret := secret_of(settings)):
        abort(404)  # with an empty secret, anybody could speak for the service
    request.max_content_length = LARGEST_BYTES
    data = _object(request.get_data())
    try:
        if data is None or not is_genuine(secret, data):
            security_events.log_event(Event.SIGNATURE_REFUSED, Outcome.FAILURE, reason=provider)
            return Response(status=401 if provider == postmark.SOURCE else 403)
        reports = read(data)
    except UnreadableReportError as unreadable:
        log.warning("unreadable report", source=provider, problem=str(unreadable))
        return Response(status=400)
    except ConnectionError as away:
        log.warning("the service cannot be asked", source=provider, problem=str(away))
        return Response(status=503)
    with services().db.write() as session:
        count = record(session, services().signer, reports, rates.Limits.of(settings))
    log.info("reports taken in", source=provider, reports=len(reports), new=count)
    return Response(status=200)


def _object(body: bytes) -> Data | None:
    """SNS says that its JSON is plain text, so nobody asks for the type."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
