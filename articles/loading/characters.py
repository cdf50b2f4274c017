"""Characters that no text may have: they break databases and feeds, or show readers something else than is there."""

import re
import unicodedata

# XML 1.0, 2.2, forbids these controls and the two that are no characters.
CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# UAX #9: an override shows letters in another order than they have, as in "Trojan Source" (CVE-2021-42574).
OVERRIDES = re.compile("[\u202d\u202e]")
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def forbidden_in(text: str) -> str:
    """The first character that may not stand in a text, as `U+202E`, or ""."""
    found = CONTROLS.search(text) or OVERRIDES.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def is_visible(text: str) -> bool:
    """Whether a reader sees anything."""
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)
