"""Kept pages answered before Flask (docs/caching.md)."""

from carrel.http.response_cache.middleware import ResponseCache

__all__ = ["ResponseCache"]
