"""The mails of signing in, word by word."""

import re
from datetime import UTC, datetime

import pytest

from carrel.accounts import mails
from carrel.accounts.links import IssuedLink
from carrel.mail.message import Content
from carrel.settings import Settings

TOKEN = "t" * 43
MADE = IssuedLink(TOKEN, "12345678", "s" * 43)
FOOT = """
Carrel · Carrel, 1 Quiet Street, Springfield · help@carrel.test
https://carrel.test/
"""
RULE = "-- "  # what mail programs know a signature by
ACCOUNT = f"""
{RULE}
You get this mail because it concerns your account at Carrel. It is not part of the newsletter.
"""
SIGN_IN = (
    f"""Somebody, most likely you, wants to sign in to Carrel with this address.

Open this link:
https://carrel.test/sign-in/{TOKEN}

Or type this code in the browser where you asked:

    1234 5678

Link and code work once, and for ten minutes.

If it was not you, do nothing: without this mail nobody gets in.

{RULE}
You get this mail because your address was entered on the sign-in page of Carrel.
"""
    + FOOT
)
NEW_ADDRESS = (
    f"""Somebody, most likely you, wants to use this address for their account at Carrel.

Open this link in the browser where you are signed in, and confirm:
https://carrel.test/account/address/{TOKEN}

The link works once, and for ten minutes.

If it was not you, do nothing: nothing changes without this mail.

{RULE}
You get this mail because your address was entered on the account page of Carrel.
"""
    + FOOT
)
ADDRESS_CHANGED = (
    f"""Your account at Carrel has a new address since a moment ago. This one no longer signs you in.

If you changed it, there is nothing to do.

If it was not you, take it back until Tuesday, 24 November 2026, 12:00 UTC:
https://carrel.test/account/address/undo/{TOKEN}

That makes this address yours again and signs everybody out.
"""
    + ACCOUNT
    + FOOT
)
ERASED = (
    f"""Your account at Carrel is deleted, as you asked. This cannot be taken back.

We keep what the law asks for: that a payment was made, without your name or address.

This is the last mail about your account.

{RULE}
You get this mail because your account at Carrel was deleted a moment ago.
"""
    + FOOT
)


@pytest.fixture
def all_mails(settings: Settings) -> dict[str, Content]:
    until = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return {
        SIGN_IN: mails.sign_in(settings, MADE),
        NEW_ADDRESS: mails.new_address(settings, MADE),
        ADDRESS_CHANGED: mails.address_changed(settings, TOKEN, until),
        ERASED: mails.erased(settings),
    }


def test_the_texts_are_these(all_mails: dict[str, Content]) -> None:
    for text, mail in all_mails.items():
        assert mail.text == text


def test_the_subjects_are_these(all_mails: dict[str, Content]) -> None:
    assert [mail.subject for mail in all_mails.values()] == [
        "Sign in to Carrel",
        "Confirm your new address for Carrel",
        "Your address at Carrel was changed",
        "Your account at Carrel is deleted",
    ]


def test_text_and_html_lead_to_the_same_places(all_mails: dict[str, Content]) -> None:
    for mail in all_mails.values():
        in_text = set(re.findall(r"https://\S+", mail.text))
        in_html = set(re.findall(r'href="(https://[^"]+)"', mail.html))
        assert in_html == in_text


def test_the_code_is_in_both_parts(settings: Settings) -> None:
    mail = mails.sign_in(settings, MADE)
    assert "1234 5678" in mail.text
    assert "1234 5678" in mail.html
    assert "1234" not in mail.subject


def test_mail_29_each_is_far_below_what_clients_clip(all_mails: dict[str, Content]) -> None:
    assert max(len(mail.html.encode()) for mail in all_mails.values()) < 20_000
