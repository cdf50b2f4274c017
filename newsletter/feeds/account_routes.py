"""The private feed on the account page."""

from flask import Response, request

from carrel.accounts import current_reader
from carrel.accounts.models import Reader
from carrel.http.redirects import see_other
from carrel.services import services
from newsletter.feeds import private_feed
from newsletter.feeds.routes import blueprint


@blueprint.post("/account/private-feed")
def change_private() -> Response:
    """Create the private feed, give it a new URL, or revoke it."""
    reader_id = current_reader.required().reader_id
    with services().db.write() as session:
        if request.form.get("act") == "revoke":
            private_feed.revoke(session, reader_id)
        else:
            private_feed.renew(session, services().settings, session.get_one(Reader, reader_id))
    return see_other("/account/#page-private-feed")
