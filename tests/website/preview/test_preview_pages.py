"""What a preview adds to the pages of the site, and what it lets nobody do."""

from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.services import Services
from carrel.settings import SettingsError
from tests.support.articles import article_md, exam_toml, write_files
from website.app import create_app
from website.preview import command
from website.preview.preview_library import PreviewLibrary
from website.preview.preview_pages import EVENTS, SCRIPT, events, init_app
from website.preview.preview_settings import preview_settings

HERE = "http://127.0.0.1:8010"


@pytest.fixture
def library(services: Services, tmp_path: Path) -> PreviewLibrary:
    content = write_files(
        tmp_path / "content",
        {
            "cpb/exam.toml": exam_toml(),
            "cpb/one.md": article_md("One", "A <b>bold</b> [link](x.md).\n", draft="true"),
        },
    )
    settings = services.settings.model_copy(update={"content": content, "base_url": HERE, "demo": True})
    return PreviewLibrary(replace(services, settings=settings))


@pytest.fixture
def client(library: PreviewLibrary) -> FlaskClient:
    library.build()
    app: Flask = create_app(library.services)
    init_app(app, library)
    return app.test_client()


def test_a_page_shows_its_state_and_its_mistake_and_loads_the_script(
    client: FlaskClient, library: PreviewLibrary
) -> None:
    page = client.get("/articles/one/", base_url=HERE)
    assert page.status_code == 200
    assert "A draft: readers do not see this page." in page.text
    assert "Mistake on line 7" in page.text
    assert "&lt;b&gt;bold&lt;/b&gt; [link](x.md)" in page.text
    assert f'<script src="{SCRIPT}" data-version="{library.version}" defer></script>' in page.text


@pytest.mark.sweep
def test_no_page_is_kept_by_a_cache_or_a_condition_and_the_policy_stays(client: FlaskClient) -> None:
    page = client.get("/", base_url=HERE)
    again = client.get(
        "/", base_url=HERE, headers={"If-None-Match": page.headers["ETag"], "Accept-Encoding": "gzip"}
    )
    assert (again.status_code, again.headers["Cache-Control"]) == (200, "no-store")
    assert "Content-Encoding" not in again.headers
    assert "script-src 'self' 'sha256-" in page.headers["Content-Security-Policy"]
    assert "connect-src 'self';" in page.headers["Content-Security-Policy"]


def test_nothing_that_could_send_or_sell_gets_through(client: FlaskClient) -> None:
    methods = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS")
    paths = ("/subscribe/", "/pass/checkout", "/admin/sign-in", "/webhooks/stripe", SCRIPT)
    for method, path in product(methods, paths):
        answer = client.open(path, method=method, base_url=HERE)
        assert answer.status_code == 405, (method, path)
        assert "nothing is sent, sold, or saved here" in answer.text, (method, path)


@pytest.mark.sweep
def test_another_hosts_name_gets_nothing(client: FlaskClient) -> None:
    for path in ("/", SCRIPT, EVENTS):
        assert client.get(path, base_url="http://evil.example").status_code == 405, path
    assert client.get("/", base_url="http://localhost:8010").status_code == 200


def test_the_script_hears_of_another_library_at_once_and_of_none_later(library: PreviewLibrary) -> None:
    library.build()
    assert list(events(library, "an-older-one")) == [f"data: {library.version}\n\n".encode()]
    stream = events(library, library.version, seconds=0)
    assert next(stream) == b": nothing new\n\n"
    write_files(library.services.settings.content, {"cpb/two.md": article_md("Two")})
    library.build()
    assert list(stream) == [f"data: {library.version}\n\n".encode()]


def test_a_preview_has_the_sites_words_and_no_way_to_the_live_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///live")
    monkeypatch.setenv("CARREL_HOME", "/var/lib/carrel")
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.org")
    toml = 'content = "content"\nsite_name = "Mine"\nhome = "/var/lib/carrel"\ndatabase_url = "postgresql:///live"\n'
    folder = write_files(tmp_path / "site", {"carrel.toml": toml, "content/cpb/exam.toml": exam_toml()})
    settings = preview_settings(folder, tmp_path / "scratch", 8010)
    assert (settings.site_name, settings.content) == ("Mine", folder / "content")
    assert (settings.home, settings.database_url) == (tmp_path / "scratch", "")
    assert (settings.smtp_url.get_secret_value(), settings.sells) == ("", False)
    assert settings.stripe_api_base == HERE


def test_a_folder_of_exams_can_be_seen_without_a_site(tmp_path: Path) -> None:
    content = write_files(tmp_path / "content", {"cpb/exam.toml": exam_toml()})
    assert preview_settings(content, tmp_path / "scratch", 8010).content == content


def test_the_sites_pictures_lie_in_its_folder_wherever_the_preview_is_started(tmp_path: Path) -> None:
    toml = 'content = "content"\nsite_logo = "logo.svg"\nsite_icon = "/srv/icon.svg"\n'
    folder = write_files(tmp_path / "site", {"carrel.toml": toml, "content/cpb/exam.toml": exam_toml()})
    settings = preview_settings(folder, tmp_path / "scratch", 8010)
    assert settings.site_logo == str(folder / "logo.svg")
    assert (settings.site_icon, settings.site_picture) == ("/srv/icon.svg", "")


def test_a_port_that_is_taken_is_one_sentence_and_zero_finds_a_free_one() -> None:
    with closing(command.listening_socket(0)) as listener:
        port = listener.getsockname()[1]
        assert listener.getsockname()[0] == "127.0.0.1"
        with pytest.raises(
            SettingsError, match=f"Port {port} is in use by another program. Choose another with --port"
        ):
            command.listening_socket(port)


def test_whatever_goes_wrong_is_said_and_the_preview_goes_on(
    library: PreviewLibrary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command.build(library)
    assert "built 1 of 1 articles, 1 mistake" in capsys.readouterr().out
    with monkeypatch.context() as patched:
        patched.setattr(PreviewLibrary, "build", lambda _self: 1 / 0)
        command.build(library)
    assert library.failure.startswith("ZeroDivisionError")
    assert "ZeroDivisionError" in capsys.readouterr().err
    command.build(library)
    assert library.failure == ""
    content = library.services.settings.content
    content.rename(content.with_name("away"))
    command.build(library)
    assert "There is no folder" in library.failure
