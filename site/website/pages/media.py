"""Images under names made of their content, so that they may be cached for good."""

import structlog
from flask import Blueprint, Response, abort, send_file

from carrel.http.assets import FOREVER
from carrel.media import NAME, TYPES, media_of
from carrel.object_store import ObjectStoreError
from carrel.services import services

blueprint = Blueprint("media", __name__)
log = structlog.get_logger()


@blueprint.get("/media/<name>")
def media(name: str) -> Response:
    """One image."""
    try:
        path = media_of(services().settings).find(name) if NAME.fullmatch(name) else None
    except ObjectStoreError as error:
        log.warning("picture not fetched", name=name, problem=str(error))
        abort(503)
    if path is None:
        abort(404)
    response = send_file(path.absolute(), TYPES[path.suffix], conditional=True)
    response.headers["Cache-Control"] = FOREVER
    return response
