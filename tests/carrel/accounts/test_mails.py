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
You received this email because it concerns your account at Carrel. It is not part of the newsletter.
"""
SIGN_IN = (
    f"""Someone (hopefully you) wants to sign in to Carrel with this address.

Open this link:
https://carrel.test/sign-in/{TOKEN}

Or enter this code in the browser where you requested it:

    1234 5678

The link and the code work once, within ten minutes.

If this wasn’t you, ignore this email: nobody can sign in without it.

{RULE}
You received this email because your address was entered on the sign-in page of Carrel.
"""
    + FOOT
)
NEW_ADDRESS = (
    f"""Someone (hopefully you) wants to use this address for their account at Carrel.

Open this link in the browser where you are signed in, and confirm:
https://carrel.test/account/address/{TOKEN}

The link works once, within ten minutes.

If this wasn’t you, ignore this email: nothing will change.

{RULE}
You received this email because your address was entered on the account page of Carrel.
"""
    + FOOT
)
ADDRESS_CHANGED = (
    f"""The email address of your account at Carrel was just changed. This one no longer signs you in.

If you changed it, you do not need to do anything.

If this wasn’t you, undo it by Tuesday, November 24, 2026, 12:00 PM UTC:
https://carrel.test/account/address/undo/{TOKEN}

This restores your address and signs everyone out.
"""
    + ACCOUNT
    + FOOT
)
ERASED = (
    f"""Your account at Carrel has been deleted, as you requested. This cannot be undone.

We keep only what the law requires: a record of payments, without your name or address.

This is the last email about your account.

{RULE}
You received this email because your account at Carrel was deleted a moment ago.
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
