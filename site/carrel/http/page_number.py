"""The number of a long list's page, from the address: `?page=2`. The first page has none."""

import re

from flask import abort, redirect, request

_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


def page_number() -> int:
    """The number that the request asks for; `?page=1` leads to the first page, and what is no number to none (404)."""
    number = request.args.get("page")
    if number is None:
        return 1
    if not _NUMBER.fullmatch(number):
        abort(404)
    if number == "1":
        abort(redirect(request.path, 301))
    return int(number)


def path_of(path: str, number: int) -> str:
    """The address of a page of the list at this path."""
    return path if number == 1 else f"{path}?page={number}"
