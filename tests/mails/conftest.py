"""All mails of the site, once for every test of this folder."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from tests.mails.samples import all_mails, settings_in


@pytest.fixture(scope="session")
def mails(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The raw mails, by name."""
    return all_mails(settings_in(tmp_path_factory.mktemp("mails")))


@pytest.fixture(scope="session")
def parsed(mails: dict[str, bytes]) -> dict[str, EmailMessage]:
    """The mails as Python's own parser reads them."""
    read = {name: email.message_from_bytes(raw, policy=email.policy.default) for name, raw in mails.items()}
    return {name: message for name, message in read.items() if isinstance(message, EmailMessage)}


@pytest.fixture(scope="session")
def pages(parsed: dict[str, EmailMessage]) -> dict[str, str]:
    """Their HTML parts."""
    bodies = {name: message.get_body(("html",)) for name, message in parsed.items()}
    return {name: str(body.get_content()) for name, body in bodies.items() if body}
