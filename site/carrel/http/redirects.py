"""After a form: see the page that shows what came of it."""

from flask import Response, make_response, redirect


def see_other(path: str) -> Response:
    """303, so that reloading sends nothing again. `path` is ours, or has been through `safe_path`."""
    return make_response(redirect(path, 303))
