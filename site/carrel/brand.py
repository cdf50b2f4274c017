"""The operator's logo, icon and home picture: read, checked and made ready once, when the site starts."""

import io
import re
from dataclasses import dataclass
from pathlib import Path

import resvg_py
from lxml import etree
from PIL import Image, ImageFont

from carrel.colors import DARK_GROUNDS, LIGHT_GROUNDS, SHIPPED, Rgb, contrast, parse
from carrel.images import processing
from carrel.images.image import BYTES
from carrel.images.problems import ImageError
from carrel.settings import Settings, SettingsError, environment_name

LOGO_HEIGHT, LOGO_WIDTH = 36, 240  # the largest that the masthead shows
PICTURE_WIDTHS = (480, 960)
ICON_SIDES = {"img/icon.png": 180, "img/icon-192.png": 192}  # Apple's, Android's
FAVICON_SIDES = [(16, 16), (32, 32), (48, 48)]  # in favicon.ico
ICON_SVG, ICON_ICO = "img/favicon.svg", "img/favicon.ico"
LARGEST_SVG = 500_000
SMALLEST_ICON = 180
# An open book on a desk, in the shipped color.
SHIPPED_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#17594a"/>'
    '<g fill="none" stroke="#fbf9f3" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M6.5 6v20M25.5 6v20M6.5 22h19"/><path d="M16 12.2c-1.8-1.5-4-1.9-6-1.6v7.6c2-.3 4.2.1 6 1.6 1.8-1.5 4-1.9 '
    '6-1.6v-7.6c-2-.3-4.2.1-6 1.6zv7.6" fill="#fbf9f3" fill-opacity=".22"/></g></svg>'
)
SHARP = 2  # pixels for each pixel of CSS
MIN_CONTRAST, MIN_SHARE = 3.0, 0.1  # of how many of a logo's pixels with the page (WCAG 2.2, 1.4.11)
HAZARDS = ("script", "foreignObject", "iframe", "a")
_EXTERNAL = re.compile(r"(?i)url\(\s*['\"]?(?!#)|@import|javascript:")


@dataclass(frozen=True)
class BrandPicture:
    """A picture of the brand: the names of its static files by width, and the size in which it is shown."""

    names: dict[int, str]
    width: int
    height: int

    @property
    def name(self) -> str:
        """The file for programs that take one."""
        return self.names[max(self.names)]


@dataclass(frozen=True)
class Brand:
    """What `assets` serves, and what templates show of it."""

    files: dict[str, bytes]
    logo: BrandPicture | None = None
    logo_dark: BrandPicture | None = None
    picture: BrandPicture | None = None
    picture_dark: BrandPicture | None = None
    has_icon: bool = False  # of its own


def load_brand(settings: Settings) -> Brand:
    """The brand of these settings. Raises `SettingsError` with one sentence."""
    maker = _BrandMaker(settings)
    maker.add_icon(SHIPPED_ICON.replace(SHIPPED, settings.accent.day).encode())
    logo, logo_dark = maker.logo("site_logo", LIGHT_GROUNDS[0]), maker.logo("site_logo_dark", DARK_GROUNDS[0])
    if logo and not logo_dark:
        maker.check_contrast("site_logo", DARK_GROUNDS[0], "set SITE_LOGO_DARK to one for the night")
    maker.check_font()
    return Brand(
        maker.files,
        logo,
        logo_dark,
        maker.home_picture("site_picture"),
        maker.home_picture("site_picture_dark"),
        has_icon=bool(settings.site_icon),
    )


class _BrandMaker:
    """Makes the files of one brand."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.files: dict[str, bytes] = {}

    def add_icon(self, shipped: bytes) -> None:
        """The icon in every form that browsers ask for."""
        field = "site_icon"
        content = self._read(field) or shipped
        if _is_svg(content):
            self.files[ICON_SVG] = content
        picture = _pixels(self, field, content, 192)
        if min(picture.size) < SMALLEST_ICON or picture.width != picture.height:
            raise self.error(field, f"it must be square, {SMALLEST_ICON} pixels or more, or an SVG")
        for name, side in ICON_SIDES.items():
            on_paper = Image.new("RGBA", picture.size, LIGHT_GROUNDS[0])  # Apple would show black behind it
            on_paper.alpha_composite(picture)
            shown = on_paper if name == "img/icon.png" else picture
            self.files[name] = _png(shown.resize((side, side), Image.Resampling.LANCZOS))
        out = io.BytesIO()
        picture.save(out, "ICO", sizes=FAVICON_SIDES)
        self.files[ICON_ICO] = out.getvalue()

    def logo(self, field: str, ground: str) -> BrandPicture | None:
        """A logo as it stands in the masthead."""
        content = self._read(field)
        if not content:
            return None
        self.check_contrast(field, ground, "choose another")
        natural = _pixels(self, field, content)
        height = min(LOGO_HEIGHT, LOGO_WIDTH * natural.height / natural.width)
        width = round(height * natural.width / natural.height)
        return self._add(field, content, (width * SHARP,), width, max(1, round(height)))

    def home_picture(self, field: str) -> BrandPicture | None:
        """A picture as it stands on the home page."""
        content = self._read(field)
        if not content:
            return None
        natural = _pixels(self, field, content)
        return self._add(field, content, PICTURE_WIDTHS, natural.width, natural.height)

    def _add(
        self, field: str, content: bytes, widths: tuple[int, ...], width: int, height: int
    ) -> BrandPicture:
        stem = f"img/{field.replace('_', '-')}"
        if _is_svg(content):
            self.files[f"{stem}.svg"] = content
            return BrandPicture({width: f"{stem}.svg"}, width, height)
        names = {}
        for wide, encoded in processing.encode(self.path(field).name, content, widths):
            names[wide] = f"{stem}-{wide}.webp"
            self.files[names[wide]] = encoded
        return BrandPicture(names, width, height)

    def check_contrast(self, field: str, ground: str, otherwise: str) -> None:
        """Refuse a logo of which nothing can be seen on the page."""
        picture = _pixels(self, field, self._read(field))
        picture.thumbnail((64, 64))
        data, behind = picture.tobytes(), parse(ground)
        visible = [data[start : start + 3] for start in range(0, len(data), 4) if data[start + 3] > 127]
        seen = [pixel for pixel in visible if contrast(Rgb(*pixel), behind) >= MIN_CONTRAST]
        if len(seen) < MIN_SHARE * len(visible) or not visible:
            raise self.error(field, f"it cannot be seen on the page's {ground}; {otherwise}")

    def check_font(self) -> None:
        """Refuse a font that cannot be read."""
        if self.settings.card_font:
            try:
                ImageFont.truetype(self.settings.card_font, 40)
            except OSError:
                raise self.error(
                    "card_font", "it is not a font file; write the path of a .ttf or .otf"
                ) from None

    def path(self, field: str) -> Path:
        """The file of a setting."""
        return Path(getattr(self.settings, field))

    def error(self, field: str, sentence: str) -> SettingsError:
        """What is wrong with a setting."""
        return SettingsError(f"{environment_name(field)} is wrong: {self.path(field)}: {sentence}.")

    def _read(self, field: str) -> bytes:
        if not getattr(self.settings, field):
            return b""
        try:
            with self.path(field).open("rb") as file:
                content = file.read(BYTES + 1)
        except OSError as error:
            raise self.error(field, f"it cannot be read: {error.strerror}") from None
        if self.path(field).suffix.lower() == ".svg":
            _check_svg(self, field, content)
        return content


def _is_svg(content: bytes) -> bool:
    return content.lstrip()[:1] == b"<"


def _check_svg(maker: _BrandMaker, field: str, content: bytes) -> None:
    """Refuse what a drawing does not need: scripts, styles, and whatever is fetched from elsewhere."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content[: LARGEST_SVG + 1], parser)
    except etree.XMLSyntaxError:
        raise maker.error(field, f"it is not an SVG of up to {LARGEST_SVG // 1000} kB") from None
    for element in root.iter():
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        attributes = {str(key): str(value) for key, value in element.attrib.items()}
        links = [value for key, value in attributes.items() if key.endswith("href") and value[:1] != "#"]
        acts = [key for key in attributes if key.startswith("on")]
        texts = (str(element.text or ""), *attributes.values())
        if name in HAZARDS or links or acts or any(map(_EXTERNAL.search, texts)):
            raise maker.error(
                field, f"it has <{name}> with more than a drawing needs; export it as plain SVG"
            )


def _pixels(maker: _BrandMaker, field: str, content: bytes, side: int | None = None) -> Image.Image:
    """The picture, upright and in sRGB; an SVG as large as it says, or `side` pixels wide."""
    if _is_svg(content):
        try:
            content = resvg_py.svg_to_bytes(svg_string=content.decode(), width=side, skip_system_fonts=True)
        except ValueError:
            raise maker.error(field, "it cannot be drawn") from None
    try:
        return processing.pixels(maker.path(field).name, content).convert("RGBA")
    except ImageError as error:
        raise SettingsError(f"{environment_name(field)} is wrong: {error} {error.hint}") from None


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
