"""Addresses in settings: what an operator may write for one."""

from urllib.parse import urlsplit


def is_web_address(value: str) -> bool:
    """Whether it begins with http:// or https:// and names a host."""
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def origin_of(value: str, wanted: str) -> str:
    """An address without a path, or nothing, without its final slash. Raises `ValueError`, which says what is wanted."""
    if value and not (is_web_address(value) and not urlsplit(value).path.strip("/")):
        raise ValueError(f"it must be an address such as {wanted}")
    return value.rstrip("/")
