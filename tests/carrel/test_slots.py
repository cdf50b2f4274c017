"""Slots in the settings: the shipped ones stand, a mistake stops the start with its mend."""

from pathlib import Path
from typing import Any

import pytest

from carrel.settings import SettingsError, load
from carrel.slots import SlotPlace


def test_the_shipped_slots_are_on_one_for_each_place() -> None:
    slots = load({}).slots
    assert {slot.place for slot in slots.values() if slot.on} == set(SlotPlace)


def test_an_operator_changes_one_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "carrel.toml").write_text(
        '[slots.side]\non = false\n\n[slots.top]\nlabel = "Sponsored"\nwide = [728, 90]\n'
    )
    slots = load({}, tmp_path / "carrel.toml").slots
    assert not slots["side"].on
    assert (slots["top"].label, slots["top"].wide, slots["foot"].label) == (
        "Sponsored",
        (728, 90),
        "Advertisement",
    )


@pytest.mark.parametrize(
    ("tables", "mend"),
    [
        ({"topp": {"on": False}}, "did you mean 'top'?"),
        ({"side": {"place": "sid"}}, "did you mean 'side'?"),
        ({"mine": {"place": "nowhere"}}, "the places are top, inline, side"),
        ({"side": {"lable": "Sponsored"}}, "did you mean 'label'?"),
        ({"side": {"label": "Buy!"}}, "label of slot 'side'"),
        ({"mine": {"place": "top"}}, "set on = false in one"),
        ({"ad-box": {"place": "top"}}, "not ad… at its start"),
        ({"side": "off"}, "write [slots.side]"),
        ({"inline": {"words_apart": 100}}, "words_apart of slot 'inline'"),
    ],
)
def test_a_mistake_in_a_slot_stops_the_start_and_says_how_to_mend_it(
    tables: dict[str, Any], mend: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load({}, slots=tables)
    assert mend in str(refused.value)
    assert "[slots]" in str(refused.value)


def test_an_environment_variable_of_that_name_is_none_of_ours() -> None:
    assert load({"SLOTS": "4"}).slots["top"].on
