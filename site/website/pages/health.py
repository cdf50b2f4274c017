"""For monitoring: is the process there, and can it do its work?"""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from carrel.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers. Asks nothing of the database."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database answers, for reading and with its write lock. 503 when it does not (by the error handler).

    A site that is read-only is as ready as it should be.
    """
    with services().db.read() as session:
        session.execute(text("SELECT 1"))
    if not services().db.is_read_only:
        with services().db.write():
            pass
    return jsonify(ready=True)
