"""Images under names made of their content, so that they may be cached for good."""

import re
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from carrel.http.assets import FOREVER
from carrel.services import services

blueprint = Blueprint("media", __name__)
NAME = re.compile(r"[0-9a-f]{16,64}-\d{1,5}\.webp")


@blueprint.get("/media/<name>")
def media(name: str) -> Response:
    """One image."""
    path = Path(services().settings.home).resolve() / "media" / name
    if not NAME.fullmatch(name) or not path.is_file():
        abort(404)
    response = send_file(path, "image/webp", conditional=True)
    response.headers["Cache-Control"] = FOREVER
    return response
