"""What happens between a browser and its passkey, without the browser."""

import json
from typing import Any

from sqlalchemy import select

from carrel.services import Services
from tests.website.admin.authenticator import Device
from website.admin.operators import passkeys
from website.admin.operators.challenges import RelyingParty
from website.admin.operators.models import Operator, OperatorSession, Passkey
from website.admin.operators.sign_in import SignInSource

SITE = RelyingParty("https://carrel.test", "Carrel")
HERE = SignInSource("192.0.2.1", "Firefox on Linux")
Asked = tuple[str, dict[str, Any]]  # the token of the cookie, and what the device is asked


def asked(answer: tuple[str, str]) -> Asked:
    """A challenge, with its options read."""
    return answer[0], json.loads(answer[1])


def for_sign_in(services: Services, place: SignInSource = HERE) -> Asked:
    """A challenge for somebody who is not signed in."""
    return asked(passkeys.ask_to_sign_in(services, SITE, place))


def in_a_browser(operator: Operator) -> OperatorSession:
    """Where the operator is, as far as a passkey asks: the only session that a change of theirs leaves."""
    return OperatorSession(id=0, operator_id=operator.id, operator=operator, browser="Firefox on Linux")


def put_passkey(
    services: Services, operator: Operator, device: Device | None = None, here: OperatorSession | None = None
) -> Device:
    """A device whose key is kept for this operator."""
    device = device or Device()
    token, options = asked(passkeys.ask_to_add(services, SITE, operator))
    passkeys.add(
        services, SITE, here or in_a_browser(operator), token, device.create(options), name="My phone"
    )
    return device


def sign_in(services: Services, device: Device, place: SignInSource = HERE) -> str:
    """Sign in with the device."""
    token, options = for_sign_in(services, place)
    return passkeys.sign_in(services, SITE, token, device.get(options), place)


def who_is_in(services: Services) -> list[int]:
    """Whose sessions there are."""
    with services.db.read() as session:
        return list(session.scalars(select(OperatorSession.operator_id).order_by(OperatorSession.id)))


def kept(services: Services) -> list[Passkey]:
    """All passkeys."""
    with services.db.read() as session:
        return list(session.scalars(select(Passkey).order_by(Passkey.id)))
