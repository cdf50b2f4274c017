"""Static files under URLs that change with their content, so that browsers may cache them for good.

The style sheets are small files, one per component; `css/order.txt` names them in order, and they are
served as one, and so are the scripts that stand in every page (`carrel.http.inline`). `slot.css` and `items.css` stay apart: only pages with
slots, or with items to study with, have them.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for

from carrel.brand import ICON_ICO, load_brand
from carrel.services import services_of

SHEET = "css/site.css"
SCRIPT, SCRIPTS = "js/site.js", ("js/display.js", "js/contents.js", "js/later.js")
A_DAY = "public, max-age=86400"
FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "public, max-age=0, no-cache"
FINGERPRINT = re.compile(r"\.[0-9a-f]{12}(?=\.\w+$)")
MAX_GZIP_RATIO = 0.8
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".xsl": "text/xsl",
    ".webmanifest": "application/manifest+json",
}

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent: as it is, and, where that is much shorter, compressed once at the start."""

    body: bytes
    gzipped: bytes
    mimetype: str


def init_app(app: Flask) -> None:
    """Read every static file once and give templates `asset(name)`."""
    app.extensions["assets"], app.extensions["asset_paths"] = {}, {}
    files = read_files(static_folder(app))
    accent = services_of(app).settings.accent
    files[SHEET] += accent.css.encode()
    brand = load_brand(services_of(app).settings)
    app.jinja_env.globals["brand"] = brand
    app.extensions["brand"] = brand
    files |= brand.files
    for name, body in files.items():
        put(app, name, body)
    app.jinja_env.globals["asset"] = asset_url
    app.register_blueprint(blueprint)


def static_folder(app: Flask) -> Path:
    """The folder of the static files: it belongs to the app, not to this package."""
    return Path(app.root_path) / "static"


def asset_url(name: str) -> str:
    """The path of a static file, with its fingerprint."""
    return url_for("assets.asset", path=current_app.extensions["asset_paths"][name])


def put(app: Flask, name: str, body: bytes) -> None:
    """Serve a file under this name, in place of the one that had it: settings add to some static files."""
    path = _fingerprint(name, body)
    app.extensions["assets"][path] = StaticFile(body, _gzipped(body), TYPES[Path(name).suffix])
    app.extensions["asset_paths"][name] = path


def read_files(root: Path) -> dict[str, bytes]:
    """Every static file by name, with `css/site.css` and `js/site.js` made of their parts."""
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.suffix in TYPES
    }
    order = root / "css" / "order.txt"
    names = order.read_text("utf-8").split() if order.exists() else []
    files[SHEET] = b"\n".join(files[f"css/{name}"] for name in names)
    files[SCRIPT] = b"\n".join(files[name] for name in SCRIPTS if name in files)
    return files


def _gzipped(body: bytes) -> bytes:
    zipped = gzip.compress(body, 9, mtime=0)
    return zipped if len(zipped) < MAX_GZIP_RATIO * len(body) else b""


def _fingerprint(name: str, body: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}{dot}{suffix}"


def _path_here(path: str) -> str | None:
    """Our path of a file that another release's fingerprint names."""
    name, fingerprints = FINGERPRINT.subn("", path)
    own_path: str | None = current_app.extensions["asset_paths"].get(name)
    return own_path if fingerprints else None


def asset_without_fingerprint(name: str, cache_control: str) -> Response:
    """A static file as it is now, for an address that does not change with it."""
    response = asset(current_app.extensions["asset_paths"][name])
    response.headers["Cache-Control"] = cache_control
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon where programs look for it that read no page."""
    return asset_without_fingerprint(ICON_ICO, A_DAY)


@blueprint.get("/static/<path:path>")
def asset(path: str) -> Response:
    """A static file, cached for good: its URL changes when it does.

    A page of another release, rendered just before an upgrade or beside us, names another fingerprint: it gets our
    file, cached briefly.
    """
    files = current_app.extensions["assets"]
    own_path = path if path in files else _path_here(path)
    static_file: StaticFile | None = files.get(own_path)
    if static_file is None:
        abort(404)
    zipped = bool(static_file.gzipped) and request.accept_encodings.quality("gzip") > 0
    response = Response(static_file.gzipped if zipped else static_file.body, mimetype=static_file.mimetype)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    if static_file.gzipped:
        response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOREVER if own_path == path else REVALIDATE
    response.add_etag()
    response.make_conditional(request)
    return response
