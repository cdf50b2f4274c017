"""The slots of a site: where ads may stand, as `[slots.<name>]` in `carrel.toml` declares them.

They stand with the settings, on the ground floor, because a misspelt slot must stop the start.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Label = Literal["Advertisement", "Sponsored"]


class Place(StrEnum):
    """Where in a page, a mail or a feed a slot stands."""

    TOP = "top"  # of an article, under the offer line
    INLINE = "inline"  # between two blocks of an article
    SIDE = "side"
    FOOT = "foot"
    HOME = "home"
    LIST = "list"  # pages of an exam or a topic
    DIGEST = "digest"
    FEED = "feed"


class Slot(BaseModel):
    """One slot. Sizes are those of the ad in CSS pixels, on narrow and wide screens; the label comes on top."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: Place
    on: bool = True
    label: Label = "Advertisement"
    narrow: tuple[int, int] = (300, 100)
    wide: tuple[int, int] = (640, 90)
    words_apart: int = Field(250, ge=250, le=10_000)  # between two slots in one text; only `inline` repeats


DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "top": {"place": "top"},
    "inline": {"place": "inline"},
    "side": {"place": "side", "wide": (300, 600)},
    "foot": {"place": "foot"},
    "home": {"place": "home"},
    "list": {"place": "list"},
    "digest": {"place": "digest"},
    "feed": {"place": "feed"},
}


def declared(tables: Mapping[str, Any]) -> dict[str, Slot]:
    """The shipped slots, changed and added to by the operator's tables.

    Raises `ValueError` with a sentence that names the slot and the mend.
    """
    slots = {name: _slot(name, {**DEFAULTS.get(name, {}), **_table(name, tables)}) for name in _names(tables)}
    for place in Place:
        rivals = [name for name, slot in slots.items() if slot.place is place and slot.on]
        if len(rivals) > 1:
            raise ValueError(f"{' and '.join(rivals)} both stand in the place {place}: set on = false in one")
    return slots


def _names(tables: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*DEFAULTS, *tables]))


def _table(name: str, tables: Mapping[str, Any]) -> Mapping[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, Mapping):
        raise ValueError(f"slots.{name} must be a table: write [slots.{name}] and its settings below it")
    return table


def _slot(name: str, values: Mapping[str, Any]) -> Slot:
    if "place" not in values:
        raise ValueError(
            f"there is no slot {name!r}{_meant(name, DEFAULTS)}; a slot of your own needs a place"
        )
    if not name.replace("-", "").isalnum() or not name.islower() or name.startswith("ad"):
        raise ValueError(
            f"{name!r} cannot name a slot: use small letters, digits and -, and not ad… at its start"
        )
    if values["place"] not in list(Place):
        places = ", ".join(Place)
        raise ValueError(
            f"slot {name!r} has the place {values['place']!r}, which does not exist"
            f"{_meant(str(values['place']), Place)}; the places are {places}"
        )
    try:
        return Slot(**values)
    except ValidationError as wrong:
        raise ValueError(_sentence(name, wrong)) from None


def _sentence(name: str, wrong: ValidationError) -> str:
    first = wrong.errors(include_input=False, include_url=False)[0]
    key = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        return f"slot {name!r} has no setting {key!r}{_meant(key, Slot.model_fields)}"
    return f"{key} of slot {name!r}: {first['msg']}"


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, [str(each) for each in known], n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
