"""The site as it is shipped: nginx before gunicorn."""

from tests.caches.conftest import cache_site, desk, nginx

__all__ = ["cache_site", "desk", "nginx"]
