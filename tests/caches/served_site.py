"""The real site under gunicorn, behind the nginx that we ship: made once, and shared by all tests that ask it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from articles.publish import publish
from carrel.ads.samples import seed_demo_ads
from carrel.services import make_services
from carrel.settings import load
from tests.caches import nginx as nginxes
from tests.caches.people import Person, create_people
from tests.caches.wire import DESK_NAME, NAME, Front
from tests.support.served import ROOT, served
from website.migrations import migrate

PRODUCTION = {
    "CARREL_BASE_URL": f"https://{NAME}",
    "CARREL_DESK_URL": f"https://{DESK_NAME}",
    "CARREL_SECRET_KEYS": "kMv2c9TqLx7RzNw4YbHs8PdJf3GaUe6W",
    "CARREL_PROXIES": "1",
    "CARREL_CONTENT": str(ROOT / "articles" / "content"),
    "SMTP_URL": "smtp://127.0.0.1:9",
    "MAIL_FROM": "desk@carrel.test",
    "CONTACT_EMAIL": "help@carrel.test",
    "STRIPE_SECRET_KEY": "sk_test_nobody",
    "STRIPE_WEBHOOK_SECRET": "whsec_nobody",
    "AD_WINDOW_MINUTES": "1440",  # so that two copies of a page differ for no innocent reason
}


@dataclass(frozen=True)
class CacheSite:
    """The site, and those who visit it."""

    home: Path
    port: int
    people: list[Person]


@pytest.fixture(scope="session")
def cache_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CacheSite]:
    """The site under gunicorn with our articles, the sample ads and fifty people."""
    home = tmp_path_factory.mktemp("site")
    environ = PRODUCTION | {"CARREL_HOME": str(home)}
    services = make_services(load(environ))
    migrate(services.db)
    publish(services.settings, services.db)
    with services.db.write() as session:
        seed_demo_ads(session, services.settings)
    people = create_people(services.db)
    services.db.close()
    with served(environ, NAME, home / "serve.log") as port:
        yield CacheSite(home, port, people)


@pytest.fixture(scope="session")
def nginx(cache_site: CacheSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx with the configuration that we ship."""
    if nginxes.program() is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is needed under CI=true: apt install nginx")
        pytest.skip("nginx is not installed: apt install nginx")
    with nginxes.nginx(tmp_path_factory.mktemp("nginx"), cache_site.port) as front:
        yield front


@pytest.fixture(scope="session")
def desk(nginx: Front) -> Front:
    """The same nginx, asked for the desk."""
    return replace(nginx, host=DESK_NAME)
