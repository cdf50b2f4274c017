"""A real Chromium before a real site. Tests here carry the mark `browser`, and share one browser."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.support.live import LiveSite, live_site

HERE = Path(__file__).parent
PICTURES = "CARREL_PICTURES"  # the folder that `make pictures` fills
Picture = Callable[[Page | Locator, str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """The site with the articles we ship."""
    with live_site(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture
def profile(browser: Browser, site: LiveSite) -> Iterator[Callable[..., BrowserContext]]:
    """A maker of browser profiles: each is a device of its own, private until it is closed."""
    contexts: list[BrowserContext] = []

    def new(**options: object) -> BrowserContext:
        contexts.append(browser.new_context(base_url=site.url, **options))  # type: ignore[arg-type]
        return contexts[-1]

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def page(profile: Callable[..., BrowserContext]) -> Page:
    """One page in a fresh profile."""
    return profile().new_page()


@pytest.fixture
def picture() -> Picture:
    """Keeps what a page or a part of it looks like for the docs, when `make pictures` asks; does nothing in a test."""
    folder = os.environ.get(PICTURES)

    def take(shown: Page | Locator, name: str) -> None:
        if folder:
            image = Image.open(io.BytesIO(shown.screenshot()))
            image.convert("RGB").save(Path(folder) / f"{name}.webp", quality=80)

    return take
