"""What becomes of a form that is sent after its reader was signed out: its page says so, and it comes back filled in."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Response, make_response

from carrel.accounts.paths import safe_path
from website.pages.page_context import Meta, PageContext
from website.study.answer_form import Fields
from website.study.item_view import GroupView

TOKEN = "csrf_token"


def way_back(path: str, form: Fields, least: str = "") -> str:
    """The page's path with the form in it; with `least`, a query, if the form is too long for an address."""
    fields = [(name, value) for name, value in form.items(multi=True) if value and name != TOKEN]
    return safe_path(f"{path}?{urlencode(fields, safe='/')}", f"{path}?{least}" if least else path)


def page(context: PageContext, sentence: str, back: str, *, groups: Sequence[GroupView] = ()) -> Response:
    """That nobody is signed in, with the way to sign in and back, and what came of the answer."""
    meta = Meta("You are signed out", robots="noindex")
    html = context.render("study/signed_out.html", meta, sentence=sentence, back=back, groups=groups)
    return make_response(html, 403)
