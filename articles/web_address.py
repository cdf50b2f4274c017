"""Tells web addresses that no browser can open, whatever the network says (WHATWG URL, RFC 3986)."""

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address
from urllib.parse import unquote, urlsplit

import idna

SCHEMES = ("http", "https")
_NUMBERS_ONLY = re.compile(r"[\d.]+")
_NOT_IN_HOSTS = re.compile(r"[\s\"<>\\^`{|}%\ufffd]")
_LONGEST_LABEL = 63


def is_dead(address: str) -> bool:
    """Whether an http or https address names no host that there could be."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:  # a port that is no number, or brackets around no IPv6
        return True
    if parts.scheme not in SCHEMES or not host or "\\" in parts.netloc:
        return True
    if ":" in host:  # IPv6, which urlsplit has checked
        return False
    return _is_no_host(unicodedata.normalize("NFKC", unquote(host)))  # as browsers read it


def with_ascii_host(address: str) -> str:
    """The same address with a host that every program understands: `xn--mnchen-3ya.example` for `münchen.example`."""
    host = urlsplit(address).hostname or ""
    if "%" not in host and host.isascii():
        return address
    try:
        ascii_host = idna.encode(unquote(host), uts46=True).decode()
    except idna.IDNAError:  # browsers know more, such as emoji
        return address
    return re.sub(re.escape(host), ascii_host, address, count=1, flags=re.IGNORECASE)


def _is_no_host(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    if _NOT_IN_HOSTS.search(host) or any(not 0 < len(label) <= _LONGEST_LABEL for label in labels):
        return True
    if labels[-1] in SCHEMES:  # https://https://example.org
        return True
    if not _NUMBERS_ONLY.fullmatch(host):
        return False
    try:
        IPv4Address(host)
    except AddressValueError:
        return True
    return False


def normalize_path(path: str) -> str:
    """A path as old paths are stored and looked up: decoded, without a slash at its end."""
    return unicodedata.normalize("NFC", path.rstrip("/")) or "/"
