"""The texts of a large library wait on disk."""

import gc
import tracemalloc
from pathlib import Path

from articles.loading.markdown_file import BodySource
from articles.spool import IN_MEMORY, Spool


def body(number: int, size: int = 10) -> BodySource:
    return BodySource(f"x/{number}.md", f"{number} ü " * size, number, related=(("a.md", 3),))


def test_a_body_comes_back_as_it_was_and_in_the_order_of_the_files() -> None:
    store = Spool[BodySource]()
    bodies = {f"x/{number}.md": body(number) for number in range(20)}
    for path, source in bodies.items():
        store[path] = source
        assert store[path] == source
    assert dict(store.items()) == bodies
    assert list(store) == list(bodies)


def test_a_body_may_be_replaced_or_dropped_meanwhile() -> None:
    store = Spool[BodySource]()
    store["a"], store["b"] = body(1), body(2)
    store["a"] = body(3)
    assert store.pop("b", None) == body(2)
    assert store.pop("c", None) is None
    assert dict(store.items()) == {"a": body(3)}


def test_texts_take_no_memory_that_grows_with_the_library() -> None:
    store, text = Spool[BodySource](), "word " * 20_000
    tracemalloc.start()
    try:
        for number in range(300):
            store[f"{number}"] = BodySource(f"{number}", text + str(number), 1)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < IN_MEMORY
    assert store["299"].text == f"{text}299"


def test_the_file_goes_with_the_store() -> None:
    before = open_files()
    store = Spool[BodySource]()
    store["a"] = body(1, IN_MEMORY)
    assert open_files() == before + 1
    del store
    gc.collect()
    assert open_files() == before


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
