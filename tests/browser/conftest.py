"""A real Chromium before a real site. Tests here carry the mark `browser`, and share one browser.

A fresh profile costs a second of a core and more, a page in a profile that is there a third of one: so tests share
one profile, emptied before each, unless they are about two devices or a browser of a kind of its own.
"""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize

from newsletter.issues import broadcasts
from newsletter.issues.broadcasts import BroadcastDraft
from newsletter.subscribers.models import Frequency
from tests.browser.ad_host import AdHost
from tests.browser.office_rows import fill_remaining_tables
from tests.support.articles import article_md, exam_toml, write_files
from tests.support.live import LiveSite, live_site
from tests.support.office import fill_admin_tables

HERE = Path(__file__).parent
PICTURES = "CARREL_PICTURES"  # the folder that `make pictures` fills
NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 900}
Picture = Callable[[Page | Locator, str], None]
Profile = Callable[..., BrowserContext]
Office = tuple[LiveSite, str, str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """The site with the articles we ship."""
    with live_site(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture(scope="session")
def ad_machine() -> Iterator[AdHost]:
    """An ad network's machine, for all tests of this process."""
    with AdHost.running() as running:
        yield running


@pytest.fixture
def host(ad_machine: AdHost) -> AdHost:
    """The ad network's machine, up and with ads, whatever the test before did to it."""
    ad_machine.is_down = ad_machine.is_empty = False
    return ad_machine


def with_network(host: AdHost, **changes: object) -> dict[str, Any]:
    """The settings of a site that shows this network's ads."""
    network = {
        "tag": host.tag, "slots": ["top", "foot", "home"], "frame": [host.url], "img": [host.url],
        "connect": [host.url],
    }  # fmt: skip
    return {
        "network_ad": network | changes,
        "slots": {"top": {"wide": [300, 250]}, "foot": {"wide": [300, 250]}},
    }


@pytest.fixture(scope="package")
def site_with_network(ad_machine: AdHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """A site with all the advertising that it can have, and no consent tool."""
    with live_site(tmp_path_factory.mktemp("network"), **with_network(ad_machine)) as running:
        yield running


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A site with something in every table; its owner's session; a set-up link's path."""
    articles = {
        "cpb/first-steps.md": article_md(),
        "cpb/next-steps.md": article_md("Next steps", draft="true"),
    }
    content = write_files(tmp_path_factory.mktemp("content"), {"cpb/exam.toml": exam_toml()} | articles)
    with live_site(tmp_path_factory.mktemp("office"), content=content, time_zone="America/Chicago") as site:
        filled = fill_admin_tables(site.services)
        with site.services.db.write() as session:
            draft = BroadcastDraft("Prices", "The price *stays*.", 0, list(Frequency), [], [])
            broadcasts.create(session, site.services.settings, draft, actor="olga@carrel.test")
        fill_remaining_tables(site.services)
        yield site, *filled


@pytest.fixture
def profile(browser: Browser, site: LiveSite) -> Iterator[Profile]:
    """A maker of browser profiles: each is a device of its own, private until it is closed."""
    contexts: list[BrowserContext] = []

    def new(**options: object) -> BrowserContext:
        contexts.append(browser.new_context(base_url=site.url, **options))  # type: ignore[arg-type]
        return contexts[-1]

    yield new
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def shared(browser: Browser, site: LiveSite) -> Iterator[BrowserContext]:
    """The profile that the tests of a file share."""
    context = browser.new_context(base_url=site.url)
    yield context
    context.close()


@pytest.fixture(scope="module")
def tab(shared: BrowserContext) -> Page:
    """One page for tests that only look: whatever it showed, the next address is opened in it."""
    return shared.new_page()


@pytest.fixture
def page(shared: BrowserContext, site: LiveSite) -> Iterator[Page]:
    """A new page, in a profile that remembers nothing of the tests before."""
    page = shared.new_page()
    shared.clear_cookies()
    storage = shared.new_cdp_session(page)
    storage.send("Storage.clearDataForOrigin", {"origin": site.url, "storageTypes": "all"})
    storage.detach()
    yield page
    page.close()


@pytest.fixture
def picture() -> Picture:
    """Keeps what a page or a part of it looks like for the docs, when `make pictures` asks; does nothing in a test."""
    folder = os.environ.get(PICTURES)

    def take(shown: Page | Locator, name: str) -> None:
        if folder:
            image = Image.open(io.BytesIO(shown.screenshot()))
            image.convert("RGB").save(Path(folder) / f"{name}.webp", quality=80)

    return take
