"""The mails of this package. None contains text that a visitor typed (MAIL-13)."""

from datetime import datetime

from carrel.accounts.links import IssuedLink
from carrel.dates import moment_in_words
from carrel.mail.compose import compose
from carrel.mail.message import Content
from carrel.settings import Settings


def sign_in(settings: Settings, issued: IssuedLink) -> Content:
    """The link and the code that sign somebody in."""
    link, code = f"{settings.base_url}/sign-in/{issued.token}", f"{issued.code[:4]} {issued.code[4:]}"
    return compose(settings, "carrel.accounts", "sign_in", link=link, code=code)


def new_address(settings: Settings, issued: IssuedLink) -> Content:
    """To the new address: the link that proves it."""
    link = f"{settings.base_url}/account/address/{issued.token}"
    return compose(settings, "carrel.accounts", "new_address", link=link)


def address_changed(settings: Settings, token: str, until: datetime) -> Content:
    """To the old address: what happened, and the link that takes it back."""
    link = f"{settings.base_url}/account/address/undo/{token}"
    return compose(
        settings, "carrel.accounts", "address_changed", link=link, until=moment_in_words(settings, until)
    )


def erased(settings: Settings) -> Content:
    """The last mail to somebody who left."""
    return compose(settings, "carrel.accounts", "erased")
