"""The slots of a site, as `[slots.<name>]` in `carrel.toml` declares them, and the network that may fill them.

They belong to the settings, because a misspelled slot must stop the start.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

Label = Literal["Advertisement", "Sponsored"]
Size = tuple[Annotated[int, Field(ge=40, le=2000)], Annotated[int, Field(ge=40, le=2000)]]
SOURCE = re.compile(r"https:|https?://(\*\.)?[a-z0-9.-]+(:\d+)?(/[\w./-]*)?|data:|blob:", re.IGNORECASE)

SELLER = re.compile(
    r"[\w.-]+\s*,\s*[^,\s#]+\s*,\s*(DIRECT|RESELLER)\s*(,\s*\w+\s*)?(#.*)?|[A-Z]+=[^\r\n]+", re.IGNORECASE
)
SCRIPT = re.compile(r"(https://[\w.-]+(:\d+)?|http://(127\.0\.0\.1|localhost)(:\d+)?)?/[^\s;,'\"\\]*")


def _source(value: str) -> str:
    if not SOURCE.fullmatch(value):
        raise ValueError(
            f"{value!r} is not a source: write https://host, https://*.host, or https: for any host"
        )
    return value


def _script(value: str) -> str:
    if value and not SCRIPT.fullmatch(value):
        raise ValueError(
            f"{value!r} is not the address of a script: write https://host/file.js, or /file.js of this site"
        )
    return value


def _seller(line: str) -> str:
    if not SELLER.fullmatch(line):
        raise ValueError(
            f"{line!r} is not a line of ads.txt: copy one such as 'google.com, pub-1, DIRECT, f08c47'"
        )
    return line


Sources = tuple[Annotated[str, AfterValidator(_source)], ...]


class SlotPlace(StrEnum):
    """Where in a page, a mail or a feed a slot is."""

    TOP = "top"  # of an article, below its first paragraphs
    INLINE = "inline"  # between two blocks of an article
    SIDE = "side"
    FOOT = "foot"
    HOME = "home"
    LIST = "list"  # pages of an exam or a topic
    DIGEST = "digest"
    FEED = "feed"


class Slot(BaseModel):
    """One slot.

    Sizes are width and height of the ad in CSS pixels, on narrow and on wide screens. The height, and that of
    the label, is reserved from the first paint.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: SlotPlace
    on: bool = True
    label: Label = "Advertisement"
    narrow: Size = (300, 84)
    wide: Size = (640, 60)
    words_apart: int = Field(250, ge=250, le=10_000)  # between two slots in one text; only `inline` repeats


class NetworkAd(BaseModel):
    """The one ad network: its tag, the slots that it may fill, the hosts that it may talk to.

    Without a tag it is off. The tag is the operator's own text: whoever can write `carrel.toml` runs the site
    anyway. `consent_script` is the URL of a consent tool, loaded before anything else on pages with such a slot.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tag: str = Field(default="", max_length=20_000)
    slots: tuple[str, ...] = ("side",)
    consent_script: Annotated[str, AfterValidator(_script)] = ""
    script: Sources = ()
    frame: Sources = ()
    img: Sources = ()
    connect: Sources = ()
    style_inline: bool = False  # many networks set styles in the page; CSP forbids that unless told otherwise
    script_eval: bool = False  # AdSense asks for it
    ads_txt: tuple[
        Annotated[str, AfterValidator(_seller)], ...
    ] = ()  # lines of /ads.txt, as the network gives them

    @property
    def is_on(self) -> bool:
        """Whether there is a tag at all."""
        return bool(self.tag.strip())


DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "top": {"place": "top"},
    "inline": {"place": "inline"},
    "side": {"place": "side", "wide": (300, 96)},
    "foot": {"place": "foot"},
    "home": {"place": "home"},
    "list": {"place": "list"},
    "digest": {"place": "digest"},
    "feed": {"place": "feed"},
}


def declared(tables: Mapping[str, Any]) -> dict[str, Slot]:
    """The shipped slots, changed and added to by the operator's tables.

    Raises `ValueError` with a sentence that names the slot and says how to fix it.
    """
    slots = {name: _slot(name, {**DEFAULTS.get(name, {}), **_table(name, tables)}) for name in _names(tables)}
    for place in SlotPlace:
        rivals = [name for name, slot in slots.items() if slot.place is place and slot.on]
        if len(rivals) > 1:
            raise ValueError(f"{' and '.join(rivals)} both stand in the place {place}: set on = false in one")
    return slots


def check_network(network: NetworkAd, slots: Mapping[str, Slot]) -> None:
    """Raise `ValueError` with a hint when the network names a slot that it cannot fill."""
    for name in network.slots:
        if name not in slots:
            raise ValueError(f"slots: there is no slot {name!r}{_meant(name, slots)}")
        if slots[name].place in {SlotPlace.DIGEST, SlotPlace.FEED}:
            raise ValueError(f"slots: {name!r} is outside our pages, where no network's tag can run")


def _names(tables: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*DEFAULTS, *tables]))


def _table(name: str, tables: Mapping[str, Any]) -> Mapping[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, Mapping):
        raise ValueError(f"slots.{name} must be a table: write [slots.{name}] and its settings below it")
    return table


def _slot(name: str, values: Mapping[str, Any]) -> Slot:
    if "place" not in values:
        raise ValueError(f"there is no slot {name!r}{_meant(name, DEFAULTS)}; your own slot needs a place")
    if not name.replace("-", "").isalnum() or not name.islower() or name.startswith("ad"):
        raise ValueError(
            f"{name!r} cannot name a slot: use small letters, digits and -, and not ad… at its start"
        )
    if values["place"] not in list(SlotPlace):
        places = ", ".join(SlotPlace)
        raise ValueError(
            f"slot {name!r} has the place {values['place']!r}, which does not exist"
            f"{_meant(str(values['place']), SlotPlace)}; the places are {places}"
        )
    try:
        return Slot(**values)
    except ValidationError as error:
        raise ValueError(_sentence(name, error)) from None


def _sentence(name: str, error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    key = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        return f"slot {name!r} has no setting {key!r}{_meant(key, Slot.model_fields)}"
    return f"{key} of slot {name!r}: {first['msg']}"


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, [str(candidate) for candidate in known], n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
