"""The message in which a browser tells what it saw: `{"kind": "view", "stamps": ["…"]}`."""

import json
from dataclasses import dataclass
from typing import cast, get_args

from carrel.ads.events import Kind

MOST_STAMPS = 20
LARGEST = 8_192  # bytes


class InvalidBeaconError(Exception):
    """It is not what our script sends."""


@dataclass(frozen=True)
class Message:
    """What happened, and the stamps of the ads that it happened to."""

    kind: Kind
    stamps: tuple[str, ...]


def read(body: bytes) -> Message:
    """The message in a request's body. Raises `InvalidBeaconError`."""
    if len(body) > LARGEST:
        raise InvalidBeaconError
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidBeaconError from None
    if not isinstance(told, dict) or told.get("kind") not in get_args(Kind):
        raise InvalidBeaconError
    stamps = told.get("stamps")
    if not isinstance(stamps, list) or not 0 < len(stamps) <= MOST_STAMPS:
        raise InvalidBeaconError
    if not all(isinstance(each, str) for each in stamps):
        raise InvalidBeaconError
    return Message(cast("Kind", told["kind"]), tuple(stamps))
