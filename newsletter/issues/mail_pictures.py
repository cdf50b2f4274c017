"""Pictures of a mail: as PNG or JPEG and in plain sizes, since Outlook shows no WebP and reads no style for widths."""

from pathlib import PurePosixPath

from lxml import etree

from articles.render.tree import Element, remove
from carrel.images.plain_formats import plain_picture
from carrel.media import PATH, Media, media_of
from carrel.settings import Settings
from carrel.whole_file import write_file

WIDEST = 536  # pixels: the column of text in our mails
SHARP = 2  # stored pixels for each of them, for dense screens
_PARSER = etree.HTMLParser(no_network=True, collect_ids=False)


def with_mail_pictures(settings: Settings, html: str) -> str:
    """The HTML with its pictures of ours in formats for mails, which are written beside the others.

    A picture whose file is gone is replaced by its words. Raises `ObjectStoreError`.
    """
    if "<img" not in html:
        return html
    body = etree.fromstring(f"<html><body>{html}</body></html>", _PARSER)[0]
    for image in list(body.iter("img")):
        _convert(settings, image)
    blocks = (etree.tostring(element, encoding="unicode", method="html") for element in body)
    return "".join([body.text or "", *blocks])


def _convert(settings: Settings, image: Element) -> None:
    ours = settings.base_url + PATH
    source = image.get("src", "")
    if not source.startswith(ours):
        return
    name = PurePosixPath(source).name
    if (plain := _mail_picture(media_of(settings), name)) is None:
        remove(image, instead=image.get("alt", ""))
        return
    image.set("src", ours + plain)
    width, height = (int(image.get(side, "0") or "0") for side in ("width", "height"))
    if width > WIDEST:
        image.set("width", str(WIDEST))
        image.set("height", str(max(1, round(height * WIDEST / width))))


def _mail_picture(media: Media, name: str) -> str | None:
    """The name of the plain picture beside a WebP, made unless it is there. None if the WebP is gone."""
    stem = f"{PurePosixPath(name).stem}-mail"
    for suffix in (".png", ".jpg"):
        if media.find(f"{stem}{suffix}"):
            return f"{stem}{suffix}"
    if (path := media.find(name)) is None:
        return None
    picture = plain_picture(path.read_bytes(), WIDEST * SHARP)
    write_file(media.folder / f"{stem}{picture.suffix}", picture.data)
    media.share([f"{stem}{picture.suffix}"])
    return f"{stem}{picture.suffix}"
