"""The space of a slot comes from the settings and is there before anything loads."""

import re

from flask import Flask

from carrel.ads.slot_stylesheet import reserved_height_rules
from carrel.services import Services
from carrel.slots import declared
from website.app import create_app


def sheet_of(app: Flask) -> tuple[str, str]:
    address = app.extensions["asset_paths"]["css/slot.css"]
    answer = app.test_client().get(f"/static/{address}", base_url="https://carrel.test")
    assert answer.status_code == 200
    return address, answer.get_data(as_text=True)


def test_web_11_every_slot_of_a_page_keeps_its_declared_height(app: Flask) -> None:
    _, css = sheet_of(app)
    for place in ("top", "inline", "side", "foot", "home", "list"):
        assert len(re.findall(rf"\.slot-{place} {{ min-height: [\d.]+rem; }}", css)) == 2


def test_a_size_in_the_settings_changes_the_rule_and_the_address(services: Services) -> None:
    slots = declared({"top": {"wide": (640, 111)}})
    settings = services.settings.model_copy(update={"slots": slots})
    changed = Services(settings, services.db, services.signer, services.cache_version, services.page_cache)
    usual, other = sheet_of(create_app(services)), sheet_of(create_app(changed))
    assert usual[0] != other[0]
    assert ".slot-top { min-height: 10rem; }" in other[1]


def test_a_slot_that_is_off_and_those_outside_our_pages_have_no_rule() -> None:
    css = reserved_height_rules(declared({"side": {"on": False}}))
    assert not re.search("side|digest|feed", css)
