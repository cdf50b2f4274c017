"""Where to go afterwards: only a path on this very site comes through (AUTH-05)."""

import re

LONGEST = 500
# An allow-list: what is not plainly a path of ours is not followed. A percent sign may hide a control
# character, a slash or a backslash from us but not from a browser or a proxy, so only some may follow it.
_ENCODED = r"%(?:2[0-9a-eA-E]|[3-46-7][0-9a-fA-F]|5[0-9abdefABDEF]|[89a-fA-F][0-9a-fA-F])"
_SEGMENT = rf"(?:[A-Za-z0-9_~-]|\.(?!\.)|{_ENCODED})+"
_PATH = re.compile(
    rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?"
    rf"(?:\?(?:[A-Za-z0-9_.~!$'()*+,;=:@&/-]|{_ENCODED})*)?"
    rf"(?:#[A-Za-z0-9_-]*)?"
)


def safe_path(value: str | None, default: str = "/") -> str:
    """The path if it can only lead to this site, otherwise `default`."""
    if value and len(value) <= LONGEST and _PATH.fullmatch(value):
        return value
    return default
