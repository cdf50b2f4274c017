"""Whoever tries the demo can reach the operator's pages, and only by the link that it prints."""

import pytest
from flask import Flask
from sqlalchemy import select

from carrel.db import Database
from carrel.deployment import DEMO_OPERATOR
from carrel.services import Services
from tests.support.browser import Browser
from tests.support.operators import PASSWORD, code_now
from website.admin.operators.models import Operator
from website.demo.operator_setup import operator_path

pytestmark = pytest.mark.both_databases


def way(db: Database) -> str:
    with db.write() as session:
        return operator_path(session)


def test_each_start_prints_a_link_until_somebody_has_set_up(app: Flask, services: Services) -> None:
    first, second = way(services.db), way(services.db)
    browser = Browser(app)
    assert browser.get(first).status_code == 404
    typed = {"password": PASSWORD, "password_again": PASSWORD, "code": code_now(services, DEMO_OPERATOR)}
    assert "recovery codes" in browser.send(browser.get(second), 0, follow=True, **typed).text
    assert way(services.db) == "/admin/"
    with services.db.read() as session:
        assert session.scalars(select(Operator.email)).all() == [DEMO_OPERATOR]
