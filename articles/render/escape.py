"""Plain text written into Markdown: a title with `<table>` or brackets in it stays what it says."""

import re

_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)|&(?=[#\w]+;)")


def escape_markdown(text: str) -> str:
    """The text as Markdown for one line."""
    return _SPECIAL.sub(r"\\\g<0>", text)
