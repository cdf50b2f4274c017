"""What each process of the web server makes for itself."""

import pytest

from carrel.ads.routes import counting
from carrel.http.response_cache import ResponseCache
from carrel.settings import Settings
from carrel.tokens import new_token
from website.demo import mail_pages
from website.server import LargeBodies, Server, add_nothing


@pytest.mark.sweep
def test_every_process_adds_the_pages_that_only_the_demo_has(settings: Settings) -> None:
    app = Server(settings, "127.0.0.1:0", 1, mail_pages.init_app).load()
    counting(app).event_buffer.stop()
    app.extensions["carrel"].db.close()
    assert "demo_mail" in app.blueprints


@pytest.mark.parametrize("is_on", [True, False])
def test_a_setting_turns_the_response_cache_off(settings: Settings, is_on: bool) -> None:
    server = Server(settings.model_copy(update={"response_cache": is_on}), "127.0.0.1:0", 1, add_nothing)
    app = server.load()
    counting(app).event_buffer.stop()
    app.extensions["carrel"].db.close()
    assert isinstance(app.wsgi_app, ResponseCache if is_on else LargeBodies)
    assert (server.response_cache is not None) is is_on


@pytest.mark.sweep
def test_f4_the_web_servers_own_log_has_no_token_in_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    token = new_token()
    server = Server(settings, "127.0.0.1:0", 1, add_nothing)
    log = server.cfg.logger_class(server.cfg)
    try:
        raise ValueError(f"/sign-in/{token}")
    except ValueError:
        log.exception("Error handling request %s", f"/admin/set-up/{token}?x=1")
    said = capsys.readouterr().err
    assert "/admin/set-up/[token]?x=1" in said
    assert "ValueError: /sign-in/[token]" in said
    assert token not in said
