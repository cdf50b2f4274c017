"""What is kept in memory: bounded, and what people read outlasts what somebody walked through."""

from hypothesis import given
from hypothesis import strategies as st

from carrel.bounded_cache import BoundedCache


def filled(capacity: int, wanted: int, new: int = 0) -> BoundedCache[str, int]:
    """A cache of values of one byte: so many that were asked for again, and so many that were not."""
    cache = BoundedCache[str, int](capacity)
    for name, count in (("wanted", wanted), ("new", new)):
        for number in range(count):
            cache.put(f"{name} {number}", number, 1)
            if name == "wanted":
                cache.get(f"{name} {number}")
    return cache


def kept(cache: BoundedCache[str, int], name: str) -> int:
    """How many of these names are there. It counts as asking for them."""
    return sum(cache.get(f"{name} {number}") is not None for number in range(10_000))


def test_whoever_walks_through_everything_once_puts_out_nothing_that_is_read() -> None:
    cache = filled(capacity=100, wanted=75, new=10_000)
    assert cache.used_bytes == 100
    assert kept(cache, "wanted") == 75


def test_what_is_new_always_has_a_quarter_of_the_room() -> None:
    cache = filled(capacity=100, wanted=100)
    for number in range(25):
        cache.put(f"new {number}", number, 1)
    assert kept(cache, "new") == 25
    assert kept(cache, "wanted") == 75


def test_room_that_nothing_else_wants_is_for_what_is_new() -> None:
    assert kept(filled(capacity=100, wanted=10, new=90), "new") == 90


def test_what_was_asked_for_longest_ago_leaves_first() -> None:
    cache = filled(capacity=4, wanted=4)
    cache.get("wanted 0")
    cache.put("new 0", 0, 1)
    assert [cache.get(f"wanted {number}") for number in range(4)] == [0, None, 2, 3]


def test_what_is_put_anew_is_counted_once_and_stays_among_what_is_wanted() -> None:
    cache = filled(capacity=8, wanted=4)
    cache.put("wanted 0", 9, 2)
    assert cache.used_bytes == 5
    for number in range(100):
        cache.put(f"new {number}", number, 1)
    assert cache.get("wanted 0") == 9


def test_what_is_larger_than_everything_is_not_kept() -> None:
    cache = filled(capacity=8, wanted=0)
    cache.put("large", 1, 9)
    assert cache.used_bytes == 0
    assert cache.get("large") is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 6))))
def test_it_is_never_larger_than_its_bound_and_knows_its_size(steps: list[tuple[bool, int, int]]) -> None:
    cache, sizes = BoundedCache[int, int](16), dict[int, int]()
    for is_put, key, size in steps:
        if is_put:
            cache.put(key, size, size)
            sizes[key] = size
        else:
            assert cache.get(key) in {None, sizes.get(key)}
        assert cache.used_bytes <= 16
    assert cache.used_bytes == sum(size for key, size in sizes.items() if cache.get(key) is not None)
