"""Lists by pages, newest first (docs.stripe.com/api/pagination)."""

from __future__ import annotations

import operator
from collections.abc import Callable

from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import ApiError, Json, resource_missing
from website.demo.fake_stripe.views import as_list, snapshot

_COMPARE = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def list_page(
    world: AccountState, kind: str, params: Json, url: str, keep: Callable[[Json], bool] | None = None
) -> Json:
    """One page by ``limit``, ``starting_after``, ``ending_before`` and ``created``.

    The cursor counts among all objects of the kind, so that one which has meanwhile changed, and
    is no longer kept, still marks its place.
    """
    limit = _limit(params.get("limit", 10))
    newest = sorted(world.store.all(kind), key=lambda obj: int(obj["created"]))[::-1]
    backwards = "ending_before" in params
    if backwards:
        newest = newest[: _place(newest, params["ending_before"], "ending_before")][::-1]
    elif "starting_after" in params:
        newest = newest[_place(newest, params["starting_after"], "starting_after") + 1 :]
    kept = [o for o in newest if _created_in(o, params) and (keep is None or keep(o))]
    shown = [snapshot(obj) for obj in kept[:limit]]
    return as_list(shown[::-1] if backwards else shown, url, len(kept) > limit)


def fields_equal(params: Json, *names: str) -> Callable[[Json], bool]:
    """Keeps the objects whose fields equal the parameters of the same names, where these are sent."""
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


def _place(objects: list[Json], ident: str, param: str) -> int:
    for place, obj in enumerate(objects):
        if obj["id"] == ident:
            return place
    raise resource_missing("object", ident, param, status=400)
