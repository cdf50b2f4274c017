"""axe-core's complaints about a page, in either scheme of colors."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Complaints = list[tuple[str, list[str]]]
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # all that another scheme can change
COLLECT = "options => axe.run(options).then(({ violations }) => violations)"
_axe = Axe()


def complaints(page: Page) -> Complaints:
    """What axe finds on the page as it stands there."""
    return _found(page, EVERYTHING)


def complaints_in_both(page: Page) -> Complaints:
    """What it finds in the light, and what of the colors in the dark."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    light = complaints(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return light + [(f"{name} in the dark", nodes) for name, nodes in _found(page, OF_COLOURS)]


def _found(page: Page, only: list[str]) -> Complaints:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe.axe_script)
    options: dict[str, Any] = {"runOnly": only, "resultTypes": ["violations"]}
    violations = page.evaluate(COLLECT, options)
    return [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in violations]
