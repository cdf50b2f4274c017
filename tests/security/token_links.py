"""A living link of every kind that holds a token, by the rule of its route."""

from datetime import timedelta

from articles import preview_links
from carrel import clock
from carrel.accounts import links
from carrel.accounts.models import AddressChange, LinkPurpose
from carrel.mail.addresses import parse
from carrel.services import Services
from carrel.tokens import new_token, token_hash
from newsletter.feeds import private_feed
from newsletter.subscribers import links as newsletter_links
from newsletter.subscribers.models import Frequency, SignUpMethod, SubscriberState
from newsletter.subscribers.preferences import Preferences
from newsletter.subscribers.sign_up import RequestOrigin, SignUpRequest, record_sign_up
from tests.support.accounts import ANNA, make_session
from tests.support.articles import put_article
from tests.support.newsletter import put_reader, put_subscriber
from website.admin.operators import staff
from website.admin.operators.roles import Role

SIGN_IN = "/sign-in/<token:token>"
NEW_ADDRESS = "/account/address/<token:token>"
UNDO = "/account/address/undo/<token:token>"
SET_UP = "/admin/set-up/<token>"
CONFIRM = "/newsletter/confirm/<token>"
GIFT, GIFT_CODE = "/pass/redeem/<gift_code:token>", "7KQ4M-XW2PA-9RTHC-3NEVB"  # looked up by the button
FEED = "/feeds/<token>.xml"
PREVIEW = "/preview/<token>"  # of a draft: it may be opened again, in any browser
# Whoever opens these gets the token out of the address, into a cookie: the rule, the path, the page without it.
KEPT_IN_A_COOKIE = {
    SIGN_IN: "/sign-in/link",
    UNDO: "/account/address/undo/link",
    SET_UP: "/admin/set-up/link",
}


def living(services: Services) -> tuple[dict[str, str], str]:
    """The path of one living link of each kind, and the session of the reader whose they are."""
    with services.db.write() as session:
        reader = put_reader(session, ANNA, ad_free=True)
        cleo = put_subscriber(session, "cleo@example.org")
        private_feed.renew(session, services.settings, reader)
        feed = private_feed.url(session, services.settings, services.signer, reader.id) or ""
        subscribed = newsletter_links.token_of(services.signer, cleo.address_hash)
        tokens = {
            SIGN_IN: links.make(session, LinkPurpose.SIGN_IN, parse(ANNA), next_path="/account/").token,
            NEW_ADDRESS: links.make(
                session, LinkPurpose.NEW_ADDRESS, parse("new@example.org"), reader_id=reader.id
            ).token,
            UNDO: new_token(),
            SET_UP: staff.add(session, "nina@carrel.test", Role.OWNER, actor="test"),
            CONFIRM: new_token(),
            GIFT: GIFT_CODE,
            "/newsletter/preferences/<token>": subscribed,
            "/newsletter/unsubscribe/<token>": subscribed,
            PREVIEW: preview_links.path_of(
                services.signer, put_article(session, "a-draft", draft=True), clock.now() + timedelta(days=1)
            ).rpartition("/")[2],
            FEED: feed.rpartition("/")[2].removesuffix(".xml"),
        }
        now = clock.now()
        session.add(
            AddressChange(
                reader_id=reader.id, old_email="old@example.org", old_key="old@example.org", changed_at=now,
                undo_hash=token_hash(tokens[UNDO]), undo_until=now + timedelta(hours=72),
            )
        )  # fmt: skip
        dora = put_subscriber(session, "dora@example.org", state=SubscriberState.PENDING, confirmed_at=None)
        asked = SignUpRequest(
            parse(dora.email),
            Preferences((), (), Frequency.WEEKLY),
            RequestOrigin("192.0.2.1", "/", new_token()),
        )
        record_sign_up(session, dora, asked, SignUpMethod.MAIL, token_hash=token_hash(tokens[CONFIRM]))
    paths = {rule: rule.partition("<")[0] + token + rule.partition(">")[2] for rule, token in tokens.items()}
    return paths, make_session(services.db, reader)
