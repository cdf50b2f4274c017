"""The private feed on the account page."""

from flask import Response, request

from newsletter.feeds import private
from newsletter.feeds.routes import blueprint
from website.accounts import who
from website.accounts.models import Reader
from website.web.redirects import see_other
from website.web.services import services


@blueprint.post("/account/private-feed")
def change_private() -> Response:
    """Make the private feed, give it a new address, or take it away."""
    desk, reader_id = services(), who.required().reader_id
    with desk.db.write() as session:
        if request.form.get("act") == "revoke":
            private.revoke(session, reader_id)
        else:
            private.renew(session, desk.settings, session.get_one(Reader, reader_id))
    return see_other("/account/#page-private-feed")
