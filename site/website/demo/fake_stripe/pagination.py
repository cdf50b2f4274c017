"""Pagination of lists, newest first (docs.stripe.com/api/pagination)."""

from __future__ import annotations

import operator
from collections.abc import Callable

from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import ApiError, Json, resource_missing
from website.demo.fake_stripe.serialization import as_list, snapshot

_COMPARE = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def list_page(
    account: AccountState, kind: str, params: Json, url: str, keep: Callable[[Json], bool] | None = None
) -> Json:
    """One page by ``limit``, ``starting_after``, ``ending_before`` and ``created``.

    The cursor may be any object of the kind, even one that has changed and no longer matches.
    """
    limit = _limit(params.get("limit", 10))
    newest = sorted(account.store.all(kind), key=lambda obj: int(obj["created"]))[::-1]
    backwards = "ending_before" in params
    if backwards:
        newest = newest[: _position(newest, params["ending_before"], "ending_before")][::-1]
    elif "starting_after" in params:
        newest = newest[_position(newest, params["starting_after"], "starting_after") + 1 :]
    matching = [obj for obj in newest if _created_in(obj, params) and (keep is None or keep(obj))]
    data = [snapshot(obj) for obj in matching[:limit]]
    return as_list(data[::-1] if backwards else data, url, len(matching) > limit)


def fields_equal(params: Json, *names: str) -> Callable[[Json], bool]:
    """A filter: fields equal the parameters of the same names, if these are given."""
    wanted = {name: params[name] for name in names if name in params}
    return lambda obj: all(obj.get(name) == value for name, value in wanted.items())


def _created_in(obj: Json, params: Json) -> bool:
    wanted = params.get("created", {})
    if isinstance(wanted, int):
        return bool(obj["created"] == wanted)
    return all(_COMPARE[name](obj["created"], bound) for name, bound in wanted.items())


def _limit(limit: int) -> int:
    if not 1 <= limit <= 100:
        raise ApiError(
            f"Invalid limit: must be between 1 and 100 (it is {limit}).",
            code="parameter_invalid_integer",
            param="limit",
        )
    return limit


def _position(objects: list[Json], object_id: str, param: str) -> int:
    for position, obj in enumerate(objects):
        if obj["id"] == object_id:
            return position
    raise resource_missing("object", object_id, param, status=400)
