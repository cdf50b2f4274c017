"""Validates parameters by ``stripe.params``, the TypedDicts of Stripe's own library.

Nothing here lists a parameter, so an upgrade of the library upgrades the validation. The library leaves its
enumerations open (``Literal[...] | str``) because it may be older than the API. The API rejects unknown
values, and so do we.
"""

from __future__ import annotations

import functools
import re
import sys
import types
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from stripe import RequestOptions
from typing_extensions import is_typeddict

from website.demo.fake_stripe.errors import ApiError, Json, parameter_missing, parameter_unknown
from website.demo.fake_stripe.form import Node

# The names in the annotations of RequestOptions, which every parameter type inherits; the library imports the
# last one for type checkers only.
_OPTION_NAMES = vars(sys.modules[RequestOptions.__module__]) | {"StripeContext": object}


_SCALARS = {str, int, bool, Decimal}


@dataclass(frozen=True)
class ParamType:
    """The values that a parameter may have; `|` makes a union."""

    fields: tuple[tuple[str, Any], ...] = ()
    required: frozenset[str] = frozenset()
    items: Any = None
    text_map: bool = False
    scalars: frozenset[type] = frozenset()
    choices: tuple[str, ...] = ()
    may_be_empty: bool = False

    def __or__(self, other: ParamType) -> ParamType:
        return ParamType(
            self.fields + other.fields,
            self.required | other.required,
            self.items or other.items,
            self.text_map or other.text_map,
            self.scalars | other.scalars,
            self.choices + other.choices,
            self.may_be_empty or other.may_be_empty,
        )


def read(params_type: Any, sent: Node) -> Json:
    """The parameters as typed values. Raises the ApiError that Stripe would respond with."""
    params: Json = _read_fields(_param_type(params_type), sent, "")
    return params


@functools.cache
def _param_type(hint: Any) -> ParamType:
    origin = get_origin(hint)
    if origin in (NotRequired, Required):
        return _param_type(get_args(hint)[0])
    if origin in (Union, types.UnionType):
        return functools.reduce(ParamType.__or__, map(_param_type, get_args(hint)))
    if origin is Literal:
        choices = get_args(hint)
        return ParamType(choices=tuple(choice for choice in choices if choice), may_be_empty="" in choices)
    if is_typeddict(hint):
        return _fields(hint)
    items = get_args(hint)[0] if origin is list else None
    return ParamType(items=items, text_map=origin is dict, scalars=frozenset({hint} & _SCALARS))


def _fields(hint: Any) -> ParamType:
    hints = get_type_hints(hint, localns=_OPTION_NAMES, include_extras=True)
    if RequestOptions in getattr(hint, "__orig_bases__", ()):
        hints = {k: v for k, v in hints.items() if k not in RequestOptions.__annotations__}
    return ParamType(fields=tuple(hints.items()), required=hint.__required_keys__ & hints.keys())


def _read(param_type: ParamType, sent: str | Node, path: str) -> Any:
    if isinstance(sent, str):
        return _read_scalar(param_type, sent, path)
    if param_type.items is not None and all(key.isdigit() for key in sent):
        item_type = _param_type(param_type.items)
        return [_read(item_type, sent[index], f"{path}[{index}]") for index in sorted(sent, key=int)]
    if param_type.text_map:
        return _read_text_map(sent, path)
    if param_type.fields:
        return _read_fields(param_type, sent, path)
    raise ApiError(f"Invalid string: {sent}", param=path)


def _read_fields(param_type: ParamType, sent: Node, path: str) -> Json:
    fields = dict(param_type.fields)
    unknown = [_join(path, name) for name in sent if name not in fields]
    if unknown:
        raise parameter_unknown(unknown)
    for name in fields:
        if name in param_type.required and name not in sent:
            raise parameter_missing(_join(path, name))
    return {name: _read(_param_type(fields[name]), value, _join(path, name)) for name, value in sent.items()}


def _read_text_map(sent: Node, path: str) -> dict[str, str]:
    for name, value in sent.items():
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {value}", param=_join(path, name))
    return {name: str(value) for name, value in sent.items()}


def _read_scalar(param_type: ParamType, sent: str, path: str) -> Any:
    if sent == "":
        return _read_empty(param_type, path)
    if param_type.choices:
        return _read_choice(param_type.choices, sent, path)
    for kind, reader in ((int, _read_int), (bool, _read_bool), (Decimal, _read_decimal)):
        if kind in param_type.scalars:
            return reader(sent, path)
    if str in param_type.scalars:
        return sent
    raise ApiError("Invalid array" if param_type.items is not None else "Invalid object", param=path)


def _read_empty(param_type: ParamType, path: str) -> str:
    if param_type.may_be_empty:
        return ""
    raise ApiError(
        f"You passed an empty string for '{path}'. An empty value unsets a parameter, "
        f"and '{path}' cannot be unset.",
        code="parameter_invalid_empty",
        param=path,
    )


def _read_choice(choices: tuple[str, ...], sent: str, path: str) -> str:
    if sent in choices:
        return sent
    *most, last = choices
    listed = f"{', '.join(most)}, or {last}" if most else last
    raise ApiError(f"Invalid {path}: must be one of {listed}", param=path)


def _read_int(sent: str, path: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", sent):
        raise ApiError(f"Invalid integer: {sent}", code="parameter_invalid_integer", param=path)
    return int(sent)


def _read_bool(sent: str, path: str) -> bool:
    if sent not in ("true", "false"):
        raise ApiError(f"Invalid boolean: {sent}", param=path)
    return sent == "true"


def _read_decimal(sent: str, path: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,12})?", sent):
        raise ApiError(f"Invalid decimal: {sent}", param=path)
    return Decimal(sent)


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
