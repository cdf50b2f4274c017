"""Which items a set has, and how their options are shuffled."""

from collections import Counter
from itertools import chain

import pytest

from website.study.checking import Options
from website.study.sets import PER_SET, SETS, Unit, draw, shown_options

BANK = [
    Unit((f"{domain}-{number}",), domain)
    for domain, count in (("a", 30), ("b", 10), ("c", 5))
    for number in range(count)
]
WORDS: Options = [{"text": text} for text in ("one", "two", "three", "four", "five")]


def sets(
    units: list[Unit] = BANK, weights: dict[str, float] | None = None, seed: str = "cpb"
) -> list[list[str]]:
    return [draw(units, weights or {}, seed, number) for number in range(SETS)]


def domains(keys: list[str]) -> Counter[str]:
    return Counter(key[0] for key in keys)


def test_a_set_is_the_same_on_every_machine() -> None:
    assert draw(BANK, {}, "cpb", 7) == [
        "b-8", "a-9", "a-16", "a-23", "b-4", "a-27", "c-0", "a-14", "a-19", "b-3",
    ]  # fmt: skip


def test_sets_have_ten_items_and_none_twice() -> None:
    assert all(len(set(keys)) == len(keys) == PER_SET for keys in sets())


def test_no_item_comes_again_before_all_had_their_turn() -> None:
    assert max(Counter(chain(*sets()[:4])).values()) == 1
    assert set(chain(*sets()[:5])) == {key for unit in BANK for key in unit.keys}


def test_another_source_and_another_number_are_another_set() -> None:
    assert len({tuple(keys) for keys in sets()}) == SETS
    assert sets()[0] != sets(seed="ccm")[0]


def test_without_weights_a_domain_comes_as_often_as_it_has_items() -> None:
    assert all(5 <= domains(keys)["a"] <= 8 and domains(keys)["b"] and domains(keys)["c"] for keys in sets())


def test_declared_weights_spread_a_set_over_domains() -> None:
    for keys in sets(weights={"a": 20, "b": 30, "c": 50}):
        counts = domains(keys)
        assert all(abs(counts[domain] - share) <= 1 for domain, share in (("a", 2), ("b", 3), ("c", 5))), (
            counts
        )


def test_weights_of_some_domains_alone_say_nothing() -> None:
    assert sets(weights={"a": 1}) == sets()


@pytest.mark.parametrize("size", [2, 7, 12])
def test_items_of_a_case_stay_together(size: int) -> None:
    case = Unit(tuple(f"case-{number}" for number in range(size)), "a")
    mixed = [*BANK, case]
    for keys in sets(mixed):
        at = [keys.index(key) for key in case.keys if key in keys]
        assert at in ([], list(range(at[0] if at else 0, (at[0] if at else 0) + size)))
        assert len(keys) <= max(PER_SET, size)
    assert any(case.keys[0] in keys for keys in sets(mixed))


def test_few_items_are_all_in_each_set_in_changing_order() -> None:
    few = BANK[:4]
    assert all(sorted(keys) == sorted(unit.keys[0] for unit in few) for keys in sets(few))
    assert len({tuple(keys) for keys in sets(few)}) > 5


def test_two_long_cases_alone_take_turns() -> None:
    long = [Unit(tuple(f"{name}-{number}" for number in range(8)), name) for name in "ab"]
    assert {keys[0] for keys in sets(long)} == {"a-0", "b-0"}


def test_options_are_shuffled_by_seed_and_keep_their_index_in_the_file() -> None:
    orders = {tuple(shown_options("question", WORDS, f"cpb.{number}", "panel")) for number in range(SETS)}
    assert len(orders) > 20
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in orders)
    assert shown_options("question", WORDS, "cpb.1", "panel") == shown_options(
        "question", WORDS, "cpb.1", "panel"
    )


def test_numbers_stay_in_their_order() -> None:
    days: Options = [{"text": text} for text in ("30 days", "$60", "120", "1,000 days")]
    assert all(shown_options("question", days, str(seed), "days") == [0, 1, 2, 3] for seed in range(20))


def test_dates_stay_in_their_order() -> None:
    days: Options = [{"text": text} for text in ("June 24, 2026", "September 30, 2026", "May 1, 2027")]
    assert all(shown_options("question", days, str(seed), "days") == [0, 1, 2] for seed in range(20))


def test_steps_are_never_shown_in_their_order() -> None:
    three = WORDS[:3]
    assert all(shown_options("order", three, str(seed), "life") != [0, 1, 2] for seed in range(50))
