"""A passkey that is gone, or that another answer was faster with, signs nobody in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from carrel.services import Services
from tests.support.operators import put_operator
from tests.website.admin.authenticator import Device
from tests.website.admin.passkeys import in_a_browser, kept, put_passkey, sign_in, who_is_in
from website.admin.operators import ceremony, passkeys, staff
from website.admin.operators.models import Operator
from website.admin.operators.roles import Role
from website.admin.operators.sign_in import SignInFailedError, SignInSource

ELSEWHERE = SignInSource("203.0.113.7", "")


def while_it_is_checked(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Let something happen, once, between the check of an answer and its effect."""
    check, happened = ceremony.verify_assertion, list[bool]()

    def slowly(*given: Any) -> int:
        count = check(*given)
        if not happened:
            happened.append(True)
            meanwhile()
        return count

    monkeypatch.setattr(ceremony, "verify_assertion", slowly)


def test_auth_08_of_two_answers_with_one_count_only_one_is_taken(
    services: Services, phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = replace(phone, count=7)
    while_it_is_checked(monkeypatch, lambda: sign_in(services, copied))
    with pytest.raises(SignInFailedError):
        sign_in(services, copied)
    assert len(who_is_in(services)) == 1


def test_auth_08_a_key_that_is_removed_while_it_is_checked_signs_nobody_in(
    services: Services, olga: Operator, phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    while_it_is_checked(monkeypatch, lambda: remove(services, olga))
    with pytest.raises(SignInFailedError):
        sign_in(services, phone)


def remove(services: Services, operator: Operator) -> None:
    with services.db.write() as session:
        passkeys.remove(
            session,
            services.settings,
            in_a_browser(operator),
            passkeys.passkeys_of(session, operator.id)[0].id,
        )


def reset(services: Services, operator: Operator) -> None:
    with services.db.write() as session:
        staff.reset(session, operator.email, actor="test")


def take_away(services: Services, operator: Operator) -> None:
    with services.db.write() as session:
        staff.remove(session, operator.email, actor="test")


@pytest.mark.parametrize("ended", [remove, reset, take_away])
def test_auth_08_a_key_that_is_gone_signs_nobody_in(
    services: Services, olga: Operator, ended: Callable[[Services, Operator], None]
) -> None:
    other = put_operator(services, Role.SUPPORT)
    with services.db.write() as session:
        staff.change_role(session, other.email, Role.OWNER, actor="test")
    phone, others = put_passkey(services, olga), put_passkey(services, other)
    ended(services, olga)
    with pytest.raises(SignInFailedError):
        sign_in(services, phone)
    assert [key.operator_id for key in kept(services)] == [other.id]
    assert sign_in(services, others)


def test_auth_08_who_must_set_up_anew_has_no_way_in_by_an_older_key(
    services: Services, olga: Operator, phone: Device
) -> None:
    with services.db.write() as session:
        operator = session.get_one(Operator, olga.id)
        operator.set_up_at = operator.password_hash = None
    with pytest.raises(SignInFailedError):
        sign_in(services, phone)
