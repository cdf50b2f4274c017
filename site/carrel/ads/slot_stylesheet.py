"""The style sheet of slots: the shipped one, and the height that the settings reserve in each place."""

from collections.abc import Mapping

from flask import Flask

from carrel.http import assets
from carrel.services import services_of
from carrel.slots import Slot, SlotPlace

SHEET = "css/slot.css"
NARROW = "26rem"  # as in slot.css
LABEL_AND_EDGES = 49  # CSS pixels above and below the ad
PIXELS_PER_REM = 16


def init_app(app: Flask) -> None:
    """Add the declared sizes to the sheet, whose URL changes with them."""
    rules = reserved_height_rules(services_of(app).settings.slots)
    assets.put(app, SHEET, (assets.static_folder(app) / SHEET).read_bytes() + rules.encode())


def reserved_height_rules(slots: Mapping[str, Slot]) -> str:
    """A rule for each place of a page: the height that its slot has from the first paint."""
    on_pages = [
        slot for slot in slots.values() if slot.on and slot.place not in {SlotPlace.DIGEST, SlotPlace.FEED}
    ]
    wide = "".join(_rule(slot.place, slot.wide[1]) for slot in on_pages)
    narrow = "".join(_rule(slot.place, slot.narrow[1]) for slot in on_pages)
    return f"{wide}@media (max-width: {NARROW}) {{\n{narrow}}}\n"


def _rule(place: SlotPlace, height: int) -> str:
    return f".slot-{place} {{ min-height: {(height + LABEL_AND_EDGES) / PIXELS_PER_REM:g}rem; }}\n"
