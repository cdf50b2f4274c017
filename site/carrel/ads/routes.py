"""The URLs of ads: none has "ad" in it, as ad blockers would hide house ads too."""

import json
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, current_app, request

from carrel import clock
from carrel.ads import beacon, impression_tokens, network, salts, slot_stylesheet
from carrel.ads.beacon import Beacon, InvalidBeaconError
from carrel.ads.event_buffer import EventBuffer
from carrel.ads.events import ad_event as seen_by
from carrel.ads.robots import is_robot
from carrel.ads.throttle import Throttle
from carrel.services import services, services_of

EXTENSION = "ads"
EMPTY_ADS_TXT = ("placeholder.example.com, placeholder, DIRECT, placeholder",)
GPC_SINCE = "2026-11-21"

blueprint = Blueprint("ads", __name__)


@dataclass(frozen=True)
class AdCounting:
    """What a process needs for counting."""

    event_buffer: EventBuffer
    throttle: Throttle


def init_app(app: Flask) -> None:
    """Count what browsers report. The server starts the buffer's thread; tests flush by hand."""
    start_counting(app)
    slot_stylesheet.init_app(app)
    network.init_app(app)
    app.register_blueprint(blueprint)


def start_counting(app: Flask) -> None:
    """Begin at nothing, over the services of this app."""
    app.extensions[EXTENSION] = AdCounting(EventBuffer(services_of(app).db), Throttle())


def counting(app: Flask | None = None) -> AdCounting:
    """The counting of this app."""
    ad_counting = (app or current_app).extensions[EXTENSION]
    assert isinstance(ad_counting, AdCounting)  # noqa: S101 - narrows the type
    return ad_counting


@blueprint.get("/ads.txt")
def sellers() -> Response:
    """Who may sell our space (IAB ads.txt 1.1). Nobody, said in the way of the standard, unless settings name some."""
    lines = services().settings.network_ad.ads_txt or EMPTY_ADS_TXT
    return _public("\n".join(lines) + "\n", "text/plain")


@blueprint.get("/.well-known/gpc.json")
def gpc() -> Response:
    """That Global Privacy Control is honored (https://w3c.github.io/gpc/)."""
    return _public(json.dumps({"gpc": True, "lastUpdate": GPC_SINCE}), "application/json")


def _public(text: str, mimetype: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@blueprint.post("/seen")
def seen() -> Response:
    """What a browser saw. The response is the same whether it was counted or not."""
    try:
        beacon_message = beacon.read(request.get_data())
    except InvalidBeaconError:
        abort(400)
    if _may_be_counted():
        _count(beacon_message)
    return Response(status=204)


def _may_be_counted() -> bool:
    # Global Privacy Control asks that nothing be sold or shared. Nothing is; we do not even count.
    wants_privacy = request.headers.get("Sec-GPC") == "1"
    name, languages = request.headers.get("User-Agent", ""), request.headers.get("Accept-Language", "")
    return not wants_privacy and not is_robot(name, languages)


def _count(beacon_message: Beacon) -> None:
    now, counting_state, ip = clock.now(), counting(), request.remote_addr or ""
    pair = counting_state.event_buffer.salts.pair(now)
    if not counting_state.throttle.allows(salts.fingerprint(pair[0], ip), now):
        abort(429)
    browser = f"{ip}\0{request.headers.get('User-Agent', '')}"
    read = [impression_tokens.read(services().signer, line, now) for line in beacon_message.tokens]
    counting_state.event_buffer.add(
        seen_by(beacon_message.kind, token, browser, pair, now) for token in read if token
    )
