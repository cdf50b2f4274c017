"""The client waits as long as each request may take, and no longer."""

from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from carrel import clock
from tests.support.payments import Shop


@pytest.fixture
def timeouts(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The timeouts of each request, by its path."""
    seen: dict[str, object] = {}
    send = HTTPAdapter.send

    def recorded(adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **how: Any) -> Response:
        seen[request.path_url.partition("/v1/")[2].partition("?")[0]] = how["timeout"]
        return send(adapter, request, *args, **how)

    monkeypatch.setattr(HTTPAdapter, "send", recorded)
    return seen


def test_a_listing_may_take_half_a_minute_and_a_readers_request_five_seconds(
    shop: Shop, timeouts: dict[str, object]
) -> None:
    session_id = shop.buy()
    api = shop.context.stripe
    api.retrieve_checkout_session(session_id)
    list(api.list_checkout_sessions(clock.now()))
    list(api.list_undelivered_events(clock.now(), ["refund.failed"]))
    assert timeouts == {
        "checkout/sessions": (3.05, 30.0),
        "events": (3.05, 30.0),
        f"checkout/sessions/{session_id}": (3.05, 5.0),
    }
