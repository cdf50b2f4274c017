"""Stripe's form encoding: ``line_items[0][price_data][currency]=usd`` as nested dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterable

from website.demo.fake_stripe.errors import ApiError

Node = dict[str, "str | Node"]

_NAME = re.compile(r"[^\[\]]+(\[[^\[\]]*\])*")
_DEEPEST = 12


def nest(pairs: Iterable[tuple[str, str]]) -> Node:
    """Nested dictionaries from the pairs of a form or query; list indexes are the keys "0", "1", …

    Raises ApiError when a name is used both as a value and as an object.
    """
    root: Node = {}
    for name, value in pairs:
        _put(root, _steps(name), value)
    return root


def _steps(name: str) -> list[str]:
    if not _NAME.fullmatch(name):
        return [name]
    steps = [step.removesuffix("]") for step in name.split("[")]
    if len(steps) > _DEEPEST:
        raise ApiError("Parameters are nested too deeply.", param=steps[0])
    return steps


def _put(node: Node, steps: list[str], value: str) -> None:
    *way, last = steps
    for step in way:
        child = node.setdefault(step or str(len(node)), {})
        if not isinstance(child, dict):
            raise ApiError(f"Invalid object: {child}", param=steps[0])
        node = child
    node[last or str(len(node))] = value
