"""What each process of the web server makes for itself."""

from carrel.ads.routes import counting
from carrel.settings import Settings
from website.demo import mail_pages
from website.server import Server


def test_every_process_adds_the_pages_that_only_the_demo_has(settings: Settings) -> None:
    app = Server(settings, "127.0.0.1:0", 1, mail_pages.init_app).load()
    counting(app).tally.stop()
    app.extensions["carrel"].db.close()
    assert "demo_mail" in app.blueprints
