"""What a browser needs to study by itself: the page, its worker, and the files of items. All the same for everybody."""

from flask import Blueprint, Response, current_app, redirect, render_template

from carrel.http.assets import FOREVER, REVALIDATE, asset_without_fingerprint
from carrel.http.cached_response import Rendering, response_of, serve_cached
from carrel.page_cache import Audience
from carrel.services import services
from website.study.items_file import DIGEST_LENGTH, items_page, items_url

blueprint = Blueprint("device", __name__)
WORKER = "js/study-worker.js"


@blueprint.get("/study/device")
def device() -> Response:
    """What was studied in this browser. The page itself knows nothing of it: its script does."""
    return serve_cached("/study/device", Audience.GUEST, render_device)


def render_device() -> Rendering:
    """The page without anything that differs between people: no audience, and no slot."""
    return render_template(
        "study/device.html", canonical=f"{services().settings.base_url}/study/device"
    ), None


@blueprint.get("/study/worker.js")
def worker() -> Response:
    """The service worker. Its address says what it may answer for: pages below `/study/`."""
    return asset_without_fingerprint(WORKER, REVALIDATE)


@blueprint.get("/study/items/<slug>.json")
def current_items(slug: str) -> Response:
    """On to the exam's items as they are now."""
    response = current_app.make_response(redirect(items_url(slug)))
    response.headers["Cache-Control"] = REVALIDATE
    return response


@blueprint.get(f"/study/items/<slug>-<string(length={DIGEST_LENGTH}):digest>.json")
def items(slug: str, digest: str) -> Response:
    """The exam's items, kept for good by whoever has them.

    Who asks for others, as a machine with another release or library named them, gets ours, kept briefly.
    """
    page = items_page(slug)
    response = response_of(page, FOREVER if page.digest.startswith(digest) else REVALIDATE)
    response.headers["Vary"] = "Accept-Encoding"
    return response
