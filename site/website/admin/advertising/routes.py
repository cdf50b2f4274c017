"""Pages of house ads."""

from dataclasses import replace

from flask import Blueprint, Flask, Response, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Exam, Topic
from carrel.ads import house_ads, slot_view
from carrel.ads.drafts import AdTargets, Draft, InvalidDraftError, Upload
from carrel.ads.models import HouseAd
from carrel.images.problems import ImageError
from carrel.object_store import ObjectStoreError
from carrel.services import services
from carrel.slots import SlotPlace
from website.admin.advertising.form import EMPTY, Values, parse_draft, submitted, values_of
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need

blueprint = Blueprint("advertising", __name__)
LARGEST_UPLOAD_BYTES = 11 * 1024 * 1024
WITH_PICTURE = {"advertising.create", "advertising.update"}
ON_PAGES = (SlotPlace.TOP, SlotPlace.INLINE, SlotPlace.SIDE, SlotPlace.FOOT, SlotPlace.HOME, SlotPlace.LIST)


def init_app(app: Flask) -> None:
    """Allow larger uploads for forms with a picture. Before the guards, which read the form."""
    app.before_request(_make_room)
    app.register_blueprint(blueprint)


def _make_room() -> None:
    if request.endpoint in WITH_PICTURE:
        request.max_content_length = LARGEST_UPLOAD_BYTES


@blueprint.get("/ads/new")
@needs(Need.ADS)
def new() -> str:
    """An empty form."""
    return _page(None, EMPTY, {})


@blueprint.post("/ads/new")
@needs(Need.ADS, fresh=True)
def create() -> Response | tuple[str, int]:
    """Make an ad."""
    try:
        draft = _draft()
        with services().db.write() as session:
            ad = house_ads.create(session, draft, _known(session), actor=current_operator().email)
    except InvalidDraftError as refused:
        return _page(None, submitted(request.form), refused.errors), 422
    return done(
        f"/admin/ads/{ad.id}",
        f"“{ad.name}” is created{'' if ad.active else ' and paused until you turn it on'}.",
    )


@blueprint.get("/ads/<int:ad_id>")
@needs(Need.ADS)
def edit(ad_id: int) -> str:
    """An ad: its form, and how it looks in each slot."""
    ad = _find(ad_id)
    return _page(ad, values_of(ad, services().settings.zone), {})


@blueprint.post("/ads/<int:ad_id>")
@needs(Need.ADS, fresh=True)
def update(ad_id: int) -> Response | tuple[str, int]:
    """Change an ad."""
    ad = _find(ad_id)
    try:
        draft = _draft()
        with services().db.write() as session:
            house_ads.update(session, ad_id, draft, _known(session), actor=current_operator().email)
    except InvalidDraftError as refused:
        return _page(ad, submitted(request.form), refused.errors), 422
    return done(f"/admin/ads/{ad_id}", "Changes saved.")


@blueprint.post("/ads/<int:ad_id>/switch")
@needs(Need.ADS)
def switch(ad_id: int) -> Response:
    """Pause or resume an ad."""
    is_on = "on" in request.form
    with services().db.write() as session:
        try:
            house_ads.switch(session, ad_id, on=is_on, actor=current_operator().email)
        except house_ads.AdNotFoundError:
            abort(404)
    return done(f"/admin/ads/{ad_id}", "The ad is on." if is_on else "The ad is paused.")


@blueprint.post("/ads/<int:ad_id>/archive")
@needs(Need.ADS, fresh=True)
def archive(ad_id: int) -> Response:
    """Archive an ad for good; its numbers stay."""
    with services().db.write() as session:
        try:
            house_ads.archive(session, ad_id, actor=current_operator().email)
        except house_ads.AdNotFoundError:
            abort(404)
    return done("/admin/ads/", "The ad is archived.")


def _draft() -> Draft:
    """Raises `InvalidDraftError`."""
    return parse_draft(request.form, services().settings.zone, _upload())


def _upload() -> Upload | None:
    """The picture that came with the form, re-encoded (CON-03). Raises `InvalidDraftError`."""
    sent = request.files.get("picture")
    if sent is None or not sent.filename:
        return None
    try:
        return house_ads.take_picture(services().settings, sent.filename, sent.read())
    except ImageError as problem:
        raise InvalidDraftError({"picture": f"{problem.message} {problem.hint}"}) from None
    except ObjectStoreError as problem:
        raise InvalidDraftError({"picture": f"It could not be stored. {problem}"}) from None


def _known(session: Session) -> AdTargets:
    exams = session.scalars(select(Exam.slug).order_by(Exam.slug)).all()
    topics = session.scalars(select(Topic.slug).order_by(Topic.slug)).all()
    return AdTargets(list(services().settings.slots), exams, topics)


def _find(ad_id: int) -> HouseAd:
    with services().db.read() as session:
        try:
            return house_ads.find(session, ad_id)
        except house_ads.AdNotFoundError:
            abort(404)


def _page(ad: HouseAd | None, values: Values, errors: dict[str, str]) -> str:
    with services().db.read() as session:
        known = _known(session)
    return render_template(
        "advertising/ad.html",
        ad=ad,
        values=values,
        errors=errors,
        known=known,
        shapes=[(place, _preview(ad, place)) for place in ON_PAGES] if ad else [],
    )


def _preview(ad: HouseAd, place: SlotPlace) -> slot_view.FilledSlot:
    """How it looks there. Its picture is from the admin host; a link to the readers' pages leads to their host."""
    slot = slot_view.of_ad(ad, place, "")
    before = services().settings.site_from_desk if slot.url.startswith("/") else ""
    return replace(slot, url=before + slot.url)
