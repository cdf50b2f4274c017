"""Operators: Olga owns the site, Edda edits it, Sune helps people."""

import pyotp
from flask import Flask
from sqlalchemy import select

from carrel import clock
from carrel.http import cookies
from carrel.services import EXTENSION, Services
from tests.support.browser import Browser
from website.admin.operators import codes, sessions
from website.admin.operators.models import Operator
from website.admin.operators.roles import Role

OLGA, EDDA, SUNE = "olga@carrel.test", "edda@carrel.test", "sune@carrel.test"
NAMES = {Role.OWNER: OLGA, Role.EDITOR: EDDA, Role.SUPPORT: SUNE}
PASSWORD = "plum-ladder-otter-quartz"
# Of the password above, with few rounds: the real ones take a fifth of a second for each test.
HASH = (
    "scrypt:1024:8:1$fk9S6raZ2JdYIaKD$8ff18ff041e75038b6adafd483e459750d6313df36fbba1"
    "1ef73ca700c5959e98766533d2e8733edb61cf49803cc09e42ffe9d1c568ca0ec6c18cffee6d2dd60"
)
COOKIE = f"__Host-{cookies.OPERATOR.base_name}"


def put_operator(services: Services, role: Role = Role.OWNER) -> Operator:
    """An operator who has set up everything."""
    email, now = NAMES[role], clock.now()
    operator = Operator(email=email, email_key=email, role=role, created_at=now, set_up_at=now)
    operator.password_hash, operator.code_seed = HASH, codes.new_seed()
    with services.db.write() as session:
        session.add(operator)
    return operator


def code_now(services: Services, email: str = OLGA) -> str:
    """What the operator's app shows now."""
    with services.db.read() as session:
        operator = session.scalars(select(Operator).where(Operator.email_key == email)).one()
    return pyotp.TOTP(codes.secrets_of(services.signer, operator)[0]).at(clock.now())


def signed_in(app: Flask, role: Role = Role.OWNER) -> Browser:
    """The browser of an operator who signed in just now."""
    services: Services = app.extensions[EXTENSION]
    with services.db.read() as session:
        there = session.scalars(select(Operator).where(Operator.email_key == NAMES[role])).one_or_none()
    operator = there or put_operator(services, role)
    with services.db.write() as session:
        token = sessions.start(session, operator.id, "Firefox on Linux", "192.0.2.0/24")
    browser = Browser(app)
    browser.client.set_cookie(COOKIE, token, domain="carrel.test", secure=True)
    return browser
