"""An owner of the site, her phone with a passkey on it, and a subscriber."""

import pytest

from carrel.services import Services
from tests.support.articles import put_article
from tests.support.newsletter import put_subscriber
from tests.support.operators import put_operator
from tests.website.admin.authenticator import Device
from tests.website.admin.passkeys import put_passkey
from tests.website.admin.subscriber_forms import ANNA
from website.admin.operators.models import Operator


@pytest.fixture
def olga(services: Services) -> Operator:
    """She has password and app."""
    return put_operator(services)


@pytest.fixture
def phone(services: Services, olga: Operator) -> Device:
    """Its key is kept for her."""
    return put_passkey(services, olga)


@pytest.fixture
def anna(services: Services) -> int:
    """She gets digests of the one exam; there is another."""
    with services.db.write() as session:
        put_article(session, slug="one", topics=("medicare",))
        put_article(session, slug="two", exam="ccm")
        return put_subscriber(session, ANNA, source="/subscribe/").id
