"""Composing: a mail has a name, and under that name a subject, a text and an HTML template.

They are in `<package>/templates/mails/<name>/`. Composing knows no database and no request; a variable
that is missing is an error (StrictUndefined), never a gap in a mail.
"""

import re
from functools import lru_cache

import css_inline
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape

from carrel.mail.message import Content, one_line
from carrel.settings import Settings

# A style sheet's plain rules go into the elements; what asks for the reader's scheme or width stays.
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def compose(settings: Settings, package: str, name: str, **values: object) -> Content:
    """The mail `name` of a package, for these values; its HTML knows the subject too. Raises `jinja2.TemplateError`."""
    variables: dict[str, object] = {"site": site(settings)} | values

    def part(file: str) -> str:
        return environment_of(package).get_template(f"mails/{name}/{file}").render(variables)

    variables["subject"] = subject = one_line(part("subject.txt"))
    tidy_text = re.sub(r"\n{3,}", "\n\n", part("body.txt")).strip() + "\n"
    return Content(f"{package}/{name}", subject, tidy_text, _inliner.inline(part("body.html")))


def site(settings: Settings) -> dict[str, object]:
    """The variables of the site, for every mail."""
    return {
        "name": settings.site_name,
        "tagline": settings.site_tagline,
        "base_url": settings.base_url,
        "desk_url": settings.desk_base_url,
        "contact_email": settings.contact_email,
        "postal_address": settings.postal_address,
        "accent": settings.accent,
        "language": settings.page_language,
        "in_language": settings.in_language,
    }


@lru_cache
def environment_of(package: str) -> Environment:
    """The templates of a package's mails."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("carrel.mail")]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
