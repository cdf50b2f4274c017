"""What makes a site the operator's own: its name, words, colors and pictures."""

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, field_validator

from carrel.colors import Accent, accent_of

FOOTER_WORDS = {"site": "", "bodies": ""}
DISCLAIMER_WORDS = {"site": "", "exam": "", "body": ""}
MOST_LINKS, LONGEST_LINK_TEXT = 12, 40
PATH = re.compile(r"/(?![/\\])[^\s\\]*")
PICTURES = ("site_logo", "site_logo_dark", "site_icon", "site_picture", "site_picture_dark")


class BrandSettings(BaseModel):
    """The publishing brand. Files are looked at when the site starts (`carrel.brand`), not by every command."""

    site_name: str = "Carrel"
    site_tagline: str = "Study articles for certification exams"
    site_footer: str = (
        "{site} is independent of {bodies}. Its articles are for study; they are not professional advice."
    )
    site_disclaimer: str = (
        "Independent study material: not affiliated with, sponsored by or endorsed by {body}."
    )
    site_logo: str = ""  # files: SVG, PNG, JPEG or WebP
    site_logo_dark: str = ""
    site_icon: str = ""
    site_picture: str = ""
    site_picture_dark: str = ""
    site_picture_alt: str = ""
    card_font: str = ""  # a font file for scripts that the shipped one lacks
    footer_links: dict[str, str] = {}  # words: address
    articles_license: str = "© {site}. This copy is for your own study."
    accent_color: str = ""  # "#17594a" unless set: links, buttons, marks
    accent_color_dark: str = ""  # by night; made from the other unless set

    @field_validator("articles_license")
    @classmethod
    def _license_can_be_filled(cls, value: str) -> str:
        return _fillable(value, {"site": ""}, "{site}")

    @field_validator("site_footer")
    @classmethod
    def _footer_can_be_filled(cls, value: str) -> str:
        return _fillable(value, FOOTER_WORDS, "{site} and {bodies}")

    @field_validator("site_disclaimer")
    @classmethod
    def _disclaimer_can_be_filled(cls, value: str) -> str:
        return _fillable(value, DISCLAIMER_WORDS, "{site}, {exam} and {body}")

    @field_validator("footer_links")
    @classmethod
    def _links_can_be_followed(cls, value: dict[str, str]) -> dict[str, str]:
        if len(value) > MOST_LINKS:
            raise ValueError(f"there are {len(value)} links; {MOST_LINKS} fit")
        for words, url in value.items():
            if not 0 < len(words.strip()) <= LONGEST_LINK_TEXT:
                raise ValueError(f"{words!r} must have 1 to {LONGEST_LINK_TEXT} characters")
            if not _is_followable(url):
                raise ValueError(
                    f"{url!r} is not a link that works; write https://…, mailto:… or a path of the site such as /about/"
                )
        return value

    @field_validator("accent_color")
    @classmethod
    def _accent_can_be_read(cls, value: str) -> str:
        return value and accent_of(value, "").day

    @field_validator("accent_color_dark")
    @classmethod
    def _accent_can_be_read_by_night(cls, value: str) -> str:
        return value and accent_of("", value).night

    @property
    def accent(self) -> Accent:
        """The brand's color by day and by night."""
        return accent_of(self.accent_color, self.accent_color_dark)

    @property
    def articles_license_line(self) -> str:
        """What an offline copy says of copying it."""
        return self.articles_license.format(site=self.site_name)

    def disclaimer(self, exam: str, body: str) -> str:
        """What the pages of an exam say that has no disclaimer of its own."""
        return self.site_disclaimer.format(site=self.site_name, exam=exam, body=body)


def _fillable(value: str, words: dict[str, str], names: str) -> str:
    try:
        value.format(**words)
    except (KeyError, IndexError, ValueError, AttributeError):
        raise ValueError(f"it may use {names}, and no other braces") from None
    return value


def _is_followable(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not set(url) & set(' <>"\\')
    is_mail = parts.scheme == "mailto" and "@" in parts.path
    return is_web or is_mail or bool(PATH.fullmatch(url))
