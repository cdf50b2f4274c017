"""The message in which a browser reports what was seen: `{"kind": "view", "stamps": ["…"]}`."""

import json
from dataclasses import dataclass
from typing import cast, get_args

from carrel.ads.events import EventKind

MOST_TOKENS = 20
LARGEST = 8_192  # bytes


class InvalidBeaconError(Exception):
    """The message is not what our script sends."""


@dataclass(frozen=True)
class Beacon:
    """What happened, and the tokens of the ads that it happened to."""

    kind: EventKind
    tokens: tuple[str, ...]


def read(body: bytes) -> Beacon:
    """The message in a request's body. Raises `InvalidBeaconError`."""
    if len(body) > LARGEST:
        raise InvalidBeaconError
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidBeaconError from None
    if not isinstance(message, dict) or message.get("kind") not in get_args(EventKind):
        raise InvalidBeaconError
    tokens = message.get("stamps")
    if not isinstance(tokens, list) or not 0 < len(tokens) <= MOST_TOKENS:
        raise InvalidBeaconError
    if not all(isinstance(token, str) for token in tokens):
        raise InvalidBeaconError
    return Beacon(cast("EventKind", message["kind"]), tuple(tokens))
