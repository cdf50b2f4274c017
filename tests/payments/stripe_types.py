"""The types that Stripe publishes with its library, and values held against them.

The types are Stripe's; only the walk through them is ours, and it is stricter: where the library takes any text
beside the known values, we take the known values only.
"""

import functools
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from stripe import RequestOptions
from typing_extensions import is_typeddict

from website.demo.fake_stripe.api_calls import API_METHODS
from website.demo.fake_stripe.api_faults import ApiRequest

NAMES = vars(sys.modules[RequestOptions.__module__]) | {"StripeContext": object}
# The longest first: "…/sessions/*" matches "…/sessions/*/expire" too.
PARAMS: dict[str, Any] = {
    f"{method.http_method} {method.rule.replace('<object_id>', '*')}": method.params
    for method in sorted(API_METHODS, key=lambda method: -len(method.rule))
}


def untyped_calls(calls: Iterable[ApiRequest]) -> list[str]:
    """Where parameters that were sent do not have Stripe's types."""
    return [fault for call in calls if call.status == 200 for fault in _call_faults(call)]


def _call_faults(call: ApiRequest) -> Iterator[str]:
    hint = next(params for pattern, params in PARAMS.items() if call.matches(pattern))
    yield from faults(hint, call.params, f"{call.method} {call.path}")


def faults(hint: Any, value: Any, path: str = "") -> Iterator[str]:
    """Where a value does not have this type."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (NotRequired, Required):
        yield from faults(inner[0], value, path)
    elif origin in (Union, types.UnionType):
        yield from _union_faults(inner, value, path)
    elif origin is Literal:
        if value not in inner:
            yield f"{path} may not be {value!r}"
    elif is_typeddict(hint):
        yield from _object_faults(hint, value, path)
    elif origin in (list, dict):
        yield from _container_faults(origin, inner, value, path)
    elif type(value) is not hint:
        yield f"{path} is {value!r}, and must be {hint.__name__}"


def _union_faults(options: tuple[Any, ...], value: Any, path: str) -> Iterator[str]:
    known = [option for option in options if get_origin(option) is Literal and any(get_args(option))]
    options = tuple(option for option in options if not (known and option is str))  # an open enumeration
    each = [list(faults(option, value, path)) for option in options]
    if all(each):
        yield from min(each, key=len)


def _object_faults(hint: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is no object"
        return
    hints = _hints(hint)
    yield from (f"{path}.{name} does not exist" for name in value.keys() - hints.keys())
    yield from (f"{path}.{name} is missing" for name in hint.__required_keys__ - value.keys())
    for name in value.keys() & hints.keys():
        yield from faults(hints[name], value[name], f"{path}.{name}")


def _container_faults(origin: Any, inner: tuple[Any, ...], value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, origin):
        yield f"{path} is no {origin.__name__}"
    elif origin is dict:
        for name, item in value.items():
            yield from faults(inner[1], item, f"{path}.{name}")
    else:
        for place, item in enumerate(value):
            yield from faults(inner[0], item, f"{path}[{place}]")


@functools.cache
def _hints(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint, localns=NAMES, include_extras=True)
