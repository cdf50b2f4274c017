"""From what pydantic found to what an author can mend."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from articles.loading.strict_yaml import Place, quoted
from articles.render import Problem

_WANTED = {
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


def explain(
    wrong: ValidationError, model: type[BaseModel], lines: Mapping[Place, int], written: Mapping[Place, str]
) -> list[Problem]:
    """One problem for each error, at the line of the value it is about."""
    return [_problem(error, model, lines, written) for error in wrong.errors(include_url=False)]


def _problem(
    error: Any, model: type[BaseModel], lines: Mapping[Place, int], written: Mapping[Place, str]
) -> Problem:
    place: Place = tuple(part for part in error["loc"] if part != "[key]")
    line = _line(place, lines)
    name = ".".join(str(part) for part in place) or "front matter"
    kind = error["type"]
    if "mend" in (context := error.get("ctx", {})):
        named = f"`{name}` is wrong: {context['message']}" if kind == "missing" else context["message"]
        return Problem(line, kind, named, context["mend"])
    match kind:
        case "missing":
            return Problem(line, "missing", f"`{name}` is missing.", f"Add the line {place[-1]}: …")
        case "extra_forbidden":
            return _unknown_key(str(place[-1]), line, _names_at(model, place))
        case "string_type" if place in written:
            return _not_a_text(name, place, line, written[place])
    if kind in _WANTED:
        return Problem(line, "wrong-type", f"`{name}` must be {_WANTED[kind]}.", "Mend the value.")
    return Problem(line, "wrong-value", f"`{name}` is wrong: {error['msg']}.", "Mend the value.")


def _line(place: Place, lines: Mapping[Place, int]) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _not_a_text(name: str, place: Place, line: int, written: str) -> Problem:
    shown = written or "nothing"
    start = "- " if isinstance(place[-1], int) else f"{place[-1]}: "
    message = f"`{name}` must be a text, and YAML does not read {shown} as one."
    return Problem(line, "unquoted", message, f"Put it in quotes: {start}{quoted(written)}")


def _unknown_key(key: str, line: int, known: Iterable[str]) -> Problem:
    return Problem(line, "unknown-key", f"There is no `{key}` here.", suggest(key, known, "Remove the line"))


def suggest(name: str, known: Iterable[str], otherwise: str) -> str:
    """A mend for a name that nobody knows: the nearest one, or else the whole list."""
    names = sorted(known)
    if near := get_close_matches(name, names, 1, 0.6):
        return f"Did you mean {near[0]}?"
    shown = ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
    return f"{otherwise}; known are: {shown}." if names else f"{otherwise}."


def _names_at(model: type[BaseModel], place: Place) -> list[str]:
    fields = _model_at(model, place[:-1]).model_fields
    return [field.alias or name for name, field in fields.items()]


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    for part in place:
        if isinstance(part, str):
            model = _inner_model(model, part)
    return model


def _inner_model(model: type[BaseModel], name: str) -> type[BaseModel]:
    for known, field in model.model_fields.items():
        if name in {known, field.alias}:
            return next((each for each in _types(field.annotation) if issubclass(each, BaseModel)), model)
    return model


def _types(annotation: Any) -> list[type]:
    inner = getattr(annotation, "__args__", ())
    return [found for each in inner for found in _types(each)] or (
        [annotation] if isinstance(annotation, type) else []
    )
