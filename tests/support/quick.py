"""What every test would do anew, done once for a process: compiling templates and routes, compressing static files.

A test makes its own app, so that no state of another reaches it. Most of that time went into compiling the same
templates and the same hundred routes again, and into compressing the same files; what comes of it depends on their
text alone.
"""

from collections.abc import Callable
from functools import cache
from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule, rules

from carrel.http import assets

Builder = Callable[..., tuple[str, str]]


class CodeInMemory(BytecodeCache):
    """Compiled templates, by name and text."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled before."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled now."""
        if bucket.code:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def make_apps_quickly() -> None:
    """From now on, in this process."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CodeInMemory()}
    Rule._compile_builder = _remembering(Rule._compile_builder)  # type: ignore[assignment, method-assign]
    rules.parse_converter_args = cache(rules.parse_converter_args)
    assets._gzipped = cache(assets._gzipped)


def _remembering(compile_builder: Callable[[Rule, bool], Builder]) -> Callable[[Rule, bool], Builder]:
    built: dict[object, Builder] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Builder:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in built:
            built[key] = compile_builder(rule, append_unknown)
        return built[key]

    return remembered
