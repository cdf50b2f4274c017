"""Where devices of readers tell what was studied."""

from flask import Blueprint, Flask, Response, abort, jsonify, request

from carrel import clock
from carrel.accounts import current_reader
from carrel.services import services
from website.study.events import MalformedLogError, parse
from website.study.log import store_batch

LARGEST_LOG_BYTES = 128 * 1024  # 500 events and 100 read marks, with room to spare

blueprint = Blueprint("study_log", __name__)


def init_app(app: Flask) -> None:
    """Allow the larger bodies of devices. Before the guards, which read the form."""
    app.before_request(_make_room)
    app.register_blueprint(blueprint)


def _make_room() -> None:
    if request.endpoint == "study_log.tell":
        request.max_content_length = LARGEST_LOG_BYTES


@blueprint.post("/study/log")
def tell() -> Response:
    """Keep events and read marks: `{"events": […], "reads": […]}`. Telling twice changes nothing."""
    here = current_reader.signed_in()
    if here is None:
        abort(401)
    try:
        batch = parse(request.get_data(), clock.now())
    except MalformedLogError:
        abort(400)
    with services().db.write() as session:
        stored = store_batch(session, here.reader_id, batch)
    return jsonify(stored=stored.stored, refused=stored.refused)
