"""Idempotency keys as at Stripe (docs.stripe.com/api/idempotent_requests)."""

from __future__ import annotations

from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import ApiError, Json

_KEPT_SECONDS = 24 * 3600
_LONGEST = 255


def begin(account: AccountState, key: str, call: str, params: Json) -> Json | None:
    """The response saved under this key, or None if the request may run.

    The key is in use until ``save_response`` or ``release``. Raises ApiError: 400 when it was used for another
    request, 409 while the first request is running.
    """
    if len(key) > _LONGEST:
        raise ApiError("An idempotency key has up to 255 characters.")
    entry = account.store.find("idempotency_key", _id(key))
    if entry is None or entry["created"] <= account.now() - _KEPT_SECONDS:
        new_entry = {"call": call, "params": params, "answer": None, "created": account.now()}
        account.store.save({"id": _id(key), "object": "idempotency_key"} | new_entry)
        return None
    if (entry["call"], entry["params"]) != (call, params):
        raise _mismatch(key, entry["call"], call)
    if entry["answer"] is None:
        raise _in_use(key)
    response: Json = entry["answer"]
    return response


def save_response(account: AccountState, key: str, response: Json) -> None:
    """Save the response, even a 500."""
    entry = account.store.get(_id(key))
    entry["answer"] = response
    account.store.save(entry)


def release(account: AccountState, key: str) -> None:
    """Free the key: the request has not run."""
    account.store.remove(_id(key))


def _id(key: str) -> str:
    return f"idempotency_key {key}"


def _mismatch(key: str, first: str, now: str) -> ApiError:
    difference = "parameters" if first == now else "endpoint"
    return ApiError(
        f"Keys for idempotent requests can only be used with the same {difference} they were first "
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
