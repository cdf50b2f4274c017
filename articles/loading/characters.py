"""Characters that no text may have: they break databases and feeds, or show readers something else than is there."""

import re
import unicodedata

# XML 1.0, 2.2, forbids these controls and the two that are no characters.
CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# UAX #9: an override shows letters in another order than they have, as in "Trojan Source" (CVE-2021-42574).
OVERRIDES = re.compile("[\u202d\u202e]")
_INVISIBLE = {"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"}
_BLANK = set("\u115f\u1160\u2800\u3164\uffa0")  # fillers of Korean, Braille without a dot


def forbidden_in(text: str) -> str:
    """The first character that may not stand in a text, as `U+202E`, or ""."""
    found = CONTROLS.search(text) or OVERRIDES.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def is_visible(text: str) -> bool:
    """Whether a reader sees anything."""
    return any(unicodedata.category(sign) not in _INVISIBLE and sign not in _BLANK for sign in text)
