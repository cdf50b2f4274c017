"""After a form: redirect to the page that shows the result."""

from flask import Response, make_response, redirect


def see_other(path: str) -> Response:
    """303, so that reloading does not send the form again. `path` is ours, or has been through `safe_path`."""
    return make_response(redirect(path, 303))
