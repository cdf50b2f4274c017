"""Turns pydantic's errors into problems that an author understands."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from articles.loading.strict_yaml import Place, quoted
from articles.problems import Problem

_EXPECTED = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list such as [one, two]",
    "dict_type": "`key: value` lines",
    "model_type": "`key: value` lines",
    "model_attributes_type": "`key: value` lines",
}
_HINT = "Correct the value."


def explain(
    error: ValidationError, model: type[BaseModel], lines: Mapping[Place, int], written: Mapping[Place, str]
) -> list[Problem]:
    """One problem for each error, at the line of its value; `written` has the values as the author wrote them."""
    return [_problem(detail, model, lines, written) for detail in error.errors(include_url=False)]


def place_of(error_detail: Any) -> Place:
    """Where in the values one of pydantic's errors is."""
    return tuple(part for part in error_detail["loc"] if part != "[key]")


def _problem(
    detail: Any, model: type[BaseModel], lines: Mapping[Place, int], written: Mapping[Place, str]
) -> Problem:
    place, code = place_of(detail), detail["type"]
    line = _line_of(place, lines)
    name = ".".join(str(part) for part in place) or "front matter"
    if "hint" in (context := detail.get("ctx", {})):
        message = f"`{name}` is wrong: {context['message']}" if code == "missing" else context["message"]
        return Problem(line, code, message, context["hint"])
    match code:
        case "missing":
            return Problem(line, "missing", f"`{name}` is missing.", f"Add the line {place[-1]}: …")
        case "extra_forbidden":
            hint = suggest(str(place[-1]), _field_names(model, place[:-1]), "Remove the line")
            return Problem(line, "unknown-key", f"There is no `{place[-1]}` here.", hint)
        case "string_type" if place in written:
            return _unquoted(name, place, line, written[place])
    if code in _EXPECTED:
        return Problem(line, "wrong-type", f"`{name}` must be {_EXPECTED[code]}.", _HINT)
    message = f"`{name}` is wrong: {detail['msg']}."
    if code in ("too_long", "string_too_long") and isinstance(detail.get("input"), str):
        message = f"`{name}` has {len(detail['input'])} characters, and may have {context['max_length']}."
    return Problem(line, "wrong-value", message, _HINT)


def _line_of(place: Place, lines: Mapping[Place, int]) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _unquoted(name: str, place: Place, line: int, written: str) -> Problem:
    start = "- " if isinstance(place[-1], int) else f"{place[-1]}: "
    message = f"`{name}` must be text, and YAML does not read {written or 'nothing'} as text."
    return Problem(line, "unquoted", message, f"Put it in quotes: {start}{quoted(written)}")


def suggest(name: str, names: Iterable[str], otherwise: str) -> str:
    """A hint for an unknown name: the nearest of the known names, or else all of them."""
    known = sorted(names)
    if matches := get_close_matches(name, known, 1, 0.6):
        return f"Did you mean {matches[0]}?"
    listed = ", ".join(known[:20]) + (" …" if len(known) > 20 else "")
    return f"{otherwise}; the known ones are {listed}." if known else f"{otherwise}."


def _field_names(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that may stand at a place of the model."""
    for part in place:
        if isinstance(part, str):
            model = _inner_model(model, part)
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner_model(model: type[BaseModel], key: str) -> type[BaseModel]:
    for name, field in model.model_fields.items():
        if key in {name, field.alias}:
            models = (inner for inner in _types_in(field.annotation) if issubclass(inner, BaseModel))
            return next(models, model)
    return model


def _types_in(annotation: Any) -> list[type]:
    """The plain types inside an annotation such as `list[Source] | None`."""
    arguments = getattr(annotation, "__args__", ())
    if arguments:
        return [plain for argument in arguments for plain in _types_in(argument)]
    return [annotation] if isinstance(annotation, type) else []
