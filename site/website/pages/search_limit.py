"""How often one address may search: in memory, as a search changes no row, and for each process of the server."""

import hashlib
import secrets

from flask import Flask, request

from carrel import clock
from carrel.accounts.limits import TooManyRequestsError
from carrel.ads.throttle import Throttle
from carrel.ip_prefix import ip_key, network_key

EXTENSION = "search_limit"
ENDPOINT = "search_pages.search_page"
PER_ADDRESS = 120  # a minute: a class behind one address, each searching every fifteen seconds
PER_NETWORK = 480
PERIOD_SECONDS = 60
_KEY = secrets.token_bytes(32)  # addresses are kept as hashes that no other process can make


def start_counting(app: Flask) -> None:
    """Begin at nothing."""
    app.extensions[EXTENSION] = Throttle(PER_ADDRESS), Throttle(PER_NETWORK)


def init_app(app: Flask) -> None:
    """Put the limit before the search page."""
    start_counting(app)

    @app.before_request
    def limit_searches() -> None:
        if request.endpoint != ENDPOINT:
            return
        now, ip = clock.now(), request.remote_addr
        address, network = app.extensions[EXTENSION]
        for name, throttle, key in (
            ("search-ip", address, ip_key(ip)),
            ("search-network", network, network_key(ip)),
        ):
            if not throttle.allows(hashlib.blake2b(key.encode(), key=_KEY).digest(), now):
                raise TooManyRequestsError(name, PERIOD_SECONDS, is_ceiling=False)
