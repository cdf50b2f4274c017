"""Events of readers that other packages handle. They register when the app or a worker is created."""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from carrel.accounts.models import Reader

P = ParamSpec("P")
R = TypeVar("R")


class Hook(Generic[P, R]):
    """Functions that are called in the order in which they came, inside the caller's transaction."""

    def __init__(self) -> None:
        self._functions: list[Callable[P, R]] = []

    def add(self, function: Callable[P, R]) -> None:
        """Call this one, too. Adding it twice has no effect."""
        if function not in self._functions:
            self._functions.append(function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        return [function(*args, **kwargs) for function in self._functions]


# Occurs when somebody proved that the reader's address is theirs: at a sign-in, at a change of address.
address_proven: Hook[[Session, Reader], None] = Hook()
# Occurs when two readers turn out to be one: (from_id, into_id). Whatever points at the first moves.
readers_merged: Hook[[Session, int, int], None] = Hook()
# Occurs when a reader leaves for good: (reader_id, email_key or None). Every trace of the address goes.
reader_erased: Hook[[Session, int, str | None], None] = Hook()
# Asked when a reader takes out their data: a part of the file under a key of one's own.
export_sections: Hook[[Session, Reader], dict[str, object]] = Hook()
