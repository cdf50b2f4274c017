"""An owner of the site, and her phone with a passkey on it."""

import pytest

from carrel.services import Services
from tests.support.operators import put_operator
from tests.website.admin.authenticator import Device
from tests.website.admin.passkeys import put_passkey
from website.admin.operators.models import Operator


@pytest.fixture
def olga(services: Services) -> Operator:
    """She has password and app."""
    return put_operator(services)


@pytest.fixture
def phone(services: Services, olga: Operator) -> Device:
    """Its key is kept for her."""
    return put_passkey(services, olga)
