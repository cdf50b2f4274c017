"""The operator's page, and the numbers: who sees them, and that they tell nothing about anybody."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from carrel.db import Database
from carrel.services import Services
from tests.support.accounts import ANNA, make_reader
from tests.support.operators import signed_in
from website.admin.operators.roles import Role

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.EDITOR, 200), (Role.SUPPORT, 403)])
def test_owner_and_editor_see_the_page(app: Flask, role: Role, status: int) -> None:
    answer = signed_in(app, role).client.get("/admin/doctor/")
    assert answer.status_code == status
    assert ("carrel doctor" in answer.text) == (status == 200)


def test_the_page_says_what_to_do(app: Flask) -> None:
    page = signed_in(app).client.get("/admin/doctor/").text
    assert "Something is not working." in page
    assert "<td>Error</td>" in page
    assert "systemctl start carrel-worker" in page


def test_this_machine_sees_the_numbers_under_any_name(client: FlaskClient, db: Database) -> None:
    make_reader(db, ANNA, ad_free=True)
    answer = client.get("/metrics", base_url="http://127.0.0.1:8000")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert families["carrel_pass_holders"].samples[0].value == 1
    assert families["carrel_disk_free_bytes"].samples[0].value > 0
    assert families["carrel_backup_age_seconds"].samples == []
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "example.org" not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-Ip"])
def test_asvs_13_4_5_nobody_sees_them_through_a_proxy(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_another_machine_does_not_see_them(client: FlaskClient) -> None:
    answer = client.get("/metrics", environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert answer.status_code == 404


def test_with_a_token_only_who_knows_it(client: FlaskClient, services: Services) -> None:
    ours = services.settings.model_copy(update={"metrics_token": SecretStr("t0ken")})
    object.__setattr__(services, "settings", ours)
    asked = {
        given: client.get("/metrics", headers={"Authorization": f"Bearer {given}"})
        for given in ("t0ken", "x", "")
    }
    assert [answer.status_code for answer in asked.values()] == [200, 404, 404]


def test_the_health_pages_answer_whatever_name_they_are_asked_under(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path, base_url="http://127.0.0.1:8000").status_code == 200
    assert client.get("/", base_url="http://127.0.0.1:8000").status_code == 421
