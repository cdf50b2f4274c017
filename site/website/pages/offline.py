"""Exams as books for reading offline: whoever has the pass downloads them."""

from flask import Blueprint, Response, abort, send_file
from sqlalchemy.orm import Session

from articles.offline import copies, epub
from articles.offline.copies import OfflineCopy
from carrel import clock
from carrel.accounts import current_reader
from carrel.accounts.models import Reader
from carrel.http import headers
from carrel.http.redirects import see_other
from carrel.services import services
from payments.offer import OFFER_PATH

blueprint = Blueprint("offline", __name__)


def copies_for(session: Session, reader: Reader) -> list[OfflineCopy]:
    """What this reader may download."""
    return copies.find_all(session, services().settings, clock.now()) if _may_download(reader) else []


@blueprint.get("/account/offline/<exam>.epub")
def download(exam: str) -> Response:
    """An exam's book. Whoever has no pass is shown the offer."""
    if not _may_download(current_reader.required().reader):
        return see_other(OFFER_PATH)
    with services().db.read() as session:
        copy = copies.find(session, services().settings, exam, clock.now())
    if copy is None:
        abort(404)
    path, name = copy.path.resolve(), f"{exam}.epub"
    response = send_file(path, epub.MIMETYPE, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = headers.PRIVATE  # Flask would let a browser keep it
    return response


def _may_download(reader: Reader) -> bool:
    return reader.ad_free and copies.EXTRA in services().settings.pass_extras
