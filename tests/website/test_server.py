"""What each process of the web server makes for itself."""

import pytest

from carrel.ads.routes import counting
from carrel.settings import Settings
from carrel.tokens import new_token
from website.demo import mail_pages
from website.server import Server, add_nothing


def test_every_process_adds_the_pages_that_only_the_demo_has(settings: Settings) -> None:
    app = Server(settings, "127.0.0.1:0", 1, mail_pages.init_app).load()
    counting(app).event_buffer.stop()
    app.extensions["carrel"].db.close()
    assert "demo_mail" in app.blueprints


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
