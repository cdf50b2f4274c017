"""The site as it is shipped: nginx before gunicorn."""

from tests.caches.conftest import nginx, town

__all__ = ["nginx", "town"]
