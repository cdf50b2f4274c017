"""WebAuthn requests and responses: the only module that knows the `webauthn` library.

Web Authentication Level 3 (W3C), sections 7.1 and 7.2. Loading the library takes half a second: import this late.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import webauthn
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from website.admin.operators.challenges import LASTS, InvalidAnswerError, RelyingParty
from website.admin.operators.models import Operator, Passkey

MILLISECONDS: Final = int(LASTS.total_seconds() * 1000)
# The library's own words for a bad answer, and what its parsers let out on nonsense.
PARSE_ERRORS: Final = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def registration_options(
    site: RelyingParty, operator: Operator, challenge: bytes, known: Sequence[bytes]
) -> str:
    """JSON for `navigator.credentials.create`: a key that is found without a name, and asks who is there."""
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.name,
        user_name=operator.email,
        user_id=_handle(operator.id),
        challenge=challenge,
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
    )
    return webauthn.options_to_json(options)


def assertion_options(site: RelyingParty, challenge: bytes, allowed: Sequence[bytes]) -> str:
    """JSON for `navigator.credentials.get`. None allowed by name: any that the device holds for this site."""
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def verify_registration(site: RelyingParty, challenge: bytes, sent: str) -> VerifiedRegistration:
    """The new key, if it was made for this site and this challenge by somebody verified. Raises `InvalidAnswerError`."""
    with _nonsense_is_refused():
        return webauthn.verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )


def parse_assertion(sent: str) -> AuthenticationCredential:
    """An answer of a known key, taken apart and not yet believed. Raises `InvalidAnswerError`."""
    with _nonsense_is_refused():
        return parse_authentication_credential_json(sent)


def verify_assertion(
    site: RelyingParty, challenge: bytes, answer: AuthenticationCredential, key: Passkey
) -> int:
    """What the device counted, if this key signed this challenge for this site. Raises `InvalidAnswerError`."""
    if answer.response.user_handle not in {None, _handle(key.operator_id)}:
        raise InvalidAnswerError("the key says that it is somebody else's")
    with _nonsense_is_refused():
        return webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        ).new_sign_count


def _handle(operator_id: int) -> bytes:
    """The user handle that a device stores: it says nothing about the person (WebAuthn, 14.6.1)."""
    return str(operator_id).encode()


@contextmanager
def _nonsense_is_refused() -> Iterator[None]:
    try:
        yield
    except PARSE_ERRORS as nonsense:
        raise InvalidAnswerError(str(nonsense)) from nonsense
