"""Idempotency keys as at Stripe (docs.stripe.com/api/idempotent_requests)."""

from __future__ import annotations

from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import ApiError, Json

_KEPT_SECONDS = 24 * 3600
_LONGEST = 255


def begin(world: AccountState, key: str, call: str, params: Json) -> Json | None:
    """The answer that was given under this key, or None: then the call may run.

    Until ``save_response`` or ``release`` the key is in use. Raises ApiError: 400 when the key was used for
    another call, 409 while the first call is still running.
    """
    if len(key) > _LONGEST:
        raise ApiError("An idempotency key has up to 255 characters.")
    note = world.store.find("idempotency_key", _id(key))
    if note is None or note["created"] <= world.now() - _KEPT_SECONDS:
        asked = {"call": call, "params": params, "answer": None, "created": world.now()}
        world.store.save({"id": _id(key), "object": "idempotency_key"} | asked)
        return None
    if (note["call"], note["params"]) != (call, params):
        raise _mismatch(key, note["call"], call)
    if note["answer"] is None:
        raise _in_use(key)
    answer: Json = note["answer"]
    return answer


def save_response(world: AccountState, key: str, answer: Json) -> None:
    """Remember the answer, a 500 too."""
    note = world.store.get(_id(key))
    note["answer"] = answer
    world.store.save(note)


def release(world: AccountState, key: str) -> None:
    """The call never began to run: the key is free again."""
    world.store.remove(_id(key))


def _id(key: str) -> str:
    return f"idempotency_key {key}"


def _mismatch(key: str, first: str, now: str) -> ApiError:
    what = "parameters" if first == now else "endpoint"
    return ApiError(
        f"Keys for idempotent requests can only be used with the same {what} they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request.",
        kind="idempotency_error",
    )


def _in_use(key: str) -> ApiError:
    return ApiError(
        f"There is currently another in-progress request using this idempotency key: {key}",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
    )
