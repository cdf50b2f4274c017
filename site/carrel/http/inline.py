"""The few small files that stand inside pages, because a page waits for them before it is painted.

Each file of its own that a first paint waits for opens a connection beside the style sheet's: on a slow phone an article
was painted 0.3 s later. The policy allows them by their hashes, and nothing else that stands in a page.
"""

import base64
import hashlib

from flask import Flask, current_app
from markupsafe import Markup

# The file, and the directive that must allow it.
EXTENSION = "inline"
INLINE = dict.fromkeys(("js/theme.js", "js/site.js", "js/seen.js"), "script-src") | dict.fromkeys(
    ("css/slot.css", "css/items.css", "css/terms.css"), "style-src"
)


def init_app(app: Flask) -> None:
    """Give templates `inline(name)`."""
    app.extensions[EXTENSION] = INLINE
    app.jinja_env.globals["inline"] = inline


def inline(name: str) -> Markup:
    """The text of one of these files, for a `script` or a `style`."""
    return Markup(_body(name).decode())  # noqa: S704 - our own file, with what settings add to it


def allow(policy: dict[str, str]) -> None:
    """Let a policy's directives name these files where they allow our own.

    The admin pages have none in them. Hashes would switch off the `'unsafe-inline'` that an ad network's styles may need.
    """
    for name, directive in current_app.extensions.get(EXTENSION, {}).items():
        sources = policy[directive]
        if "'self'" in sources and "'unsafe-inline'" not in sources:
            digest = base64.b64encode(hashlib.sha256(_body(name)).digest()).decode()
            policy[directive] = f"{sources} 'sha256-{digest}'"


def _body(name: str) -> bytes:
    extensions = current_app.extensions
    body: bytes = extensions["assets"][extensions["asset_paths"][name]].body
    return body
