"""The served site behind nginx and behind a naive cache."""

import threading
from collections.abc import Iterator

import pytest

from tests.caches.naive import NaiveCache
from tests.caches.served_site import CacheSite
from tests.caches.wire import Front


@pytest.fixture(scope="session")
def naive(cache_site: CacheSite) -> Iterator[Front]:
    """The naive cache."""
    cache = NaiveCache(cache_site.port)
    thread = threading.Thread(target=cache.serve_forever, daemon=True)
    thread.start()
    yield Front("naive", cache.server_port)
    cache.shutdown()
    thread.join(10)
    cache.server_close()


@pytest.fixture(params=["nginx", "naive"])
def front(request: pytest.FixtureRequest) -> Front:
    """Both, one after the other."""
    found: Front = request.getfixturevalue(request.param)
    return found
