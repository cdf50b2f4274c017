"""Importing subscribers in the browser: upload and dry run, then the same lines carried out by the worker. And the export."""

import io
from pathlib import PurePosixPath

from flask import Blueprint, Flask, Response, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.services import services
from newsletter.subscribers import preferences
from newsletter.subscribers.preferences import InvalidPreferencesError
from newsletter.transfer import exporter, importer, report
from newsletter.transfer.fates import NAMES, Fate
from newsletter.transfer.models import ImportState, SubscriberImport
from newsletter.transfer.row_reader import LONGEST_SOURCE, Defaults
from newsletter.transfer.text_file import InvalidFileError
from website.admin import flash
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need
from website.admin.screens.subscriber_forms import FREQUENCIES, sent_day, sent_preferences

blueprint = Blueprint("subscriber_imports", __name__)
LARGEST_BYTES = 20 * 1024 * 1024
MOST_LINES = 100_000
LARGEST_UPLOAD_BYTES = 21 * 1024 * 1024  # of the whole form; nginx.conf says the same
RECENT = 20
EXAMPLES = 25
LONGEST_EVIDENCE = 300
CHECKED = "The file was checked. Nobody is subscribed yet."
Answer = Response | tuple[str, int] | str


def init_app(app: Flask) -> None:
    """Allow a larger upload for the file. Before the guards, which read the form."""
    app.before_request(_make_room)
    app.register_blueprint(blueprint)


def _make_room() -> None:
    if request.endpoint == "subscriber_imports.upload":
        request.max_content_length = LARGEST_UPLOAD_BYTES


@blueprint.get("/subscribers/import")
@needs(Need.PEOPLE)
def import_page() -> str:
    """The form for a file, the newest imports, and the export."""
    return _form({})


@blueprint.post("/subscribers/import")
@needs(Need.PEOPLE)
def upload() -> Answer:
    """Read a file and keep its lines: the dry run. Nobody is subscribed yet."""
    try:
        with services().db.read() as session:
            defaults = _defaults(session)
        name, content = _file()
        checked = importer.check(services().db, name, content, defaults)
    except InvalidFileError as invalid:
        return _form({"file": str(invalid)}), 422
    except InvalidPreferencesError as invalid:
        return _form({invalid.field: str(invalid)}), 422
    evidence = request.form.get("evidence", "").strip()[:LONGEST_EVIDENCE]
    if not evidence:
        return _form(
            {"evidence": "Say how these people agreed: it is kept as evidence. Then choose the file again."}
        ), 422
    with services().db.write() as session:
        kept = importer.keep(session, checked, current_operator().email, evidence)
        _record(session, "subscribers.import.check", kept)
    sentence = f"{CHECKED} {report.unused_in_words(checked.parsed.unused_columns)}".strip()
    return flash.done(f"/admin/subscribers/imports/{kept.id}", sentence)


@blueprint.get("/subscribers/imports/<int:import_id>")
@needs(Need.PEOPLE)
def show(import_id: int) -> str:
    """What an import would do, does, or did."""
    with services().db.read() as session:
        kept = _find(session, import_id)
        done, all_batches = importer.done_share(session, import_id)
        return render_template(
            "screens/subscriber_import.html",
            kept=kept,
            counts=[(NAMES[fate], kept.counts[fate]) for fate in Fate if kept.counts.get(fate)],
            added=kept.counts.get(Fate.ADDED, 0),
            refused=sum(kept.counts.get(fate, 0) for fate in (Fate.LEFT, Fate.BOUNCED, Fate.COMPLAINED)),
            invalid=kept.counts.get(Fate.INVALID, 0),
            percent=100 * done // all_batches if all_batches else 100,
            examples=importer.examples(session, import_id, EXAMPLES),
            has_lines=kept.state == ImportState.CHECKED or bool(all_batches),
            names=NAMES,
        )


@blueprint.get("/subscribers/imports/<int:import_id>/report.csv")
@needs(Need.PEOPLE)
def report_csv(import_id: int) -> Response:
    """What becomes of each line. Addresses are masked: their owner, and whoever has the file, knows them again."""
    with services().db.read() as session:
        body = report.as_csv(importer.results(session, _find(session, import_id).id))
    return _csv(f"import-{import_id}", body)


@blueprint.post("/subscribers/imports/<int:import_id>/start")
@needs(Need.PEOPLE, fresh=True)  # people get mail by it, as by sending an issue
def start(import_id: int) -> Response:
    """Carry it out. A second click changes nothing."""
    with services().db.write() as session:
        kept = _find(session, import_id)
        if is_started := importer.start(session, import_id):
            _record(session, "subscribers.import.start", kept)
    sentence = "The import has started." if is_started else "Nothing was changed: it was started already."
    return flash.done(f"/admin/subscribers/imports/{import_id}", sentence)


@blueprint.post("/subscribers/imports/<int:import_id>/discard")
@needs(Need.PEOPLE)
def discard(import_id: int) -> Response:
    """Forget a file that was only checked."""
    with services().db.write() as session:
        kept = _find(session, import_id)
        if is_discarded := importer.discard(session, import_id):
            _record(session, "subscribers.import.discard", kept)
    sentence = "The file was discarded." if is_discarded else "Nothing was changed: the import has started."
    return flash.done("/admin/subscribers/import", sentence)


@blueprint.post("/subscribers/download")
@needs(Need.PEOPLE, fresh=True)  # all people at once hurt no less than one of them
def download() -> Response:
    """Everybody who gets the digest, as an import reads it."""
    out, name = io.StringIO(newline=""), f"carrel-subscribers-{clock.now():%Y%m%d-%H%M}"
    count = exporter.export(services().db, out)
    exporter.record(services().db, current_operator().email, f"{name}.csv", count)
    return _csv(name, out.getvalue())


def _file() -> tuple[str, bytes]:
    """The file's name and content. Raises `InvalidFileError`."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidFileError("Choose a file.")
    # A browser may send a whole path, with the slashes of another system.
    name = PurePosixPath(sent.filename.replace("\\", "/")).name
    name = "".join(character for character in name if character.isprintable())[:200] or "file.csv"
    content = sent.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES or content.count(b"\n") > MOST_LINES:
        raise InvalidFileError(
            f"{name} is larger than {LARGEST_BYTES // 1024**2} MB or {MOST_LINES:,} lines. Split it, or run "
            "carrel subscribers import on the server."
        )
    return name, content


def _defaults(session: Session) -> Defaults:
    """Raises `InvalidPreferencesError`."""
    form = request.form
    chosen = sent_preferences(session)
    return Defaults(
        form.get("source", "").strip()[:LONGEST_SOURCE],
        sent_day("consented_at"),
        chosen.frequency,
        chosen.exams,
        chosen.topics,
    )


def _form(errors: dict[str, str]) -> str:
    newest = select(SubscriberImport).order_by(SubscriberImport.id.desc()).limit(RECENT)
    with services().db.read() as session:
        return render_template(
            "screens/subscriber_import_form.html",
            options=preferences.subscription_options(session),
            frequencies=FREQUENCIES,
            imports=session.scalars(newest).all(),
            values={
                name: request.form.get(name, "") for name in ("evidence", "consented_at", "source", "pace")
            },
            exams=request.form.getlist("exam"),
            topics=request.form.getlist("topic"),
            megabytes=LARGEST_BYTES // 1024**2,
            most_lines=MOST_LINES,
            errors=errors,
        )


def _record(session: Session, action: str, kept: SubscriberImport) -> None:
    after: audit.Values = {"import": kept.id, **kept.counts}
    audit.record(
        session,
        actor=current_operator().email,
        action=action,
        subject=kept.file_name,
        reason=kept.evidence,
        after=after,
    )


def _csv(name: str, body: str) -> Response:
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _find(session: Session, import_id: int) -> SubscriberImport:
    return session.get(SubscriberImport, import_id) or abort(404)
