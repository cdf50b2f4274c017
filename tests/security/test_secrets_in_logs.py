"""An attacker wants to find secrets in the traces of others (ASVS 16.2.5)."""

import json
import re

from flask import Flask
from sqlalchemy import select

from carrel.audit import AuditEntry
from carrel.services import Services
from tests.carrel.accounts.conftest import Post, ask, link_in
from tests.security.event_log import Log, log
from tests.support.accounts import ANNA
from tests.support.browser import Browser, forms_of
from tests.support.operators import COOKIE, OLGA, PASSWORD, code_now, put_operator

__all__ = ["log"]


def test_an_attacker_wants_a_secret_from_the_logs(
    app: Flask, services: Services, log: Log, newest_mail: Post
) -> None:
    """Every secret of these hours, looked for in the log and in the audit table."""
    log.text()
    put_operator(services)
    secrets = readers_secrets(app, newest_mail) | operators_secrets(app, services)
    written = log.text()
    assert written.count("security event") >= 8
    with services.db.read() as session:
        entries = session.scalars(select(AuditEntry)).all()
        kept = json.dumps([[str(value) for value in vars(entry).values()] for entry in entries])
    assert "operator.sign_in" in kept
    assert [secret for secret in secrets if secret in written] == []
    assert [secret for secret in secrets if secret in kept] == []


def readers_secrets(app: Flask, newest_mail: Post) -> set[str]:
    """Anna signs in, after a wrong code: what only she may know of it."""
    anna = Browser(app)
    page = ask(anna)
    link = link_in(newest_mail())
    code = re.search(r"\b\d{4} ?\d{4}\b", newest_mail().text)
    assert code
    anna.send(page, code="12345670")
    anna.send(anna.get(link))
    session = anna.cookie("__Host-carrel_session")
    assert session
    return {link.rsplit("/", 1)[-1], code[0], "12345670", session, ANNA}


def operators_secrets(app: Flask, services: Services) -> set[str]:
    """Olga signs in, invites somebody and takes recovery codes; somebody guesses a link."""
    olga = Browser(app, ip="198.51.100.7")
    code = code_now(services)
    olga.send(olga.get("/admin/sign-in"), email=OLGA, password=f"{PASSWORD}-not", code=code)
    page = olga.send(olga.get("/admin/sign-in"), email=OLGA, password=PASSWORD, code=code)
    csrf = forms_of(page)[-1].fields["csrf_token"]
    new = {"csrf_token": csrf, "email": "new@carrel.test", "role": "editor"}
    set_up = re.search(r"/admin/set-up/([\w-]{43})", olga.post("/admin/operators", new).text)
    codes = olga.post("/admin/me/recovery", {"csrf_token": csrf}).text
    recovery = re.findall(r"\b(?:[A-Z2-7]{4}-){3,}[A-Z2-7]{4}\b", codes)
    assert set_up
    assert recovery
    Browser(app).get(f"/admin/set-up/{'B' * 43}")
    return {
        PASSWORD,
        code,
        csrf,
        set_up[1],
        *recovery,
        str(olga.cookie(COOKIE)),
        "198.51.100.7",
        "B" * 43,
    }
