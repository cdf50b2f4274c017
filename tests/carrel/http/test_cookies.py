"""Cookies are named, set and cleared in one place."""

from datetime import timedelta

import pytest
from flask import Flask, Response

from carrel.accounts import links
from carrel.accounts import sessions as reader_sessions
from carrel.http import cookies
from carrel.http.cookies import Cookie
from website.admin.operators import challenges
from website.admin.operators import sessions as operator_sessions

ALL = [cookie for cookie in vars(cookies).values() if isinstance(cookie, Cookie)]


def prefix_of(cookie: Cookie) -> str:
    """`__Host-` is refused by browsers for any other path than the whole site."""
    return "__Host-" if cookie.path == "/" else "__Secure-"


@pytest.mark.parametrize("cookie", ALL, ids=lambda cookie: cookie.base_name)
def test_every_cookie_is_bound_to_the_host_or_a_path_and_hidden_from_scripts(
    app: Flask, cookie: Cookie
) -> None:
    response = Response()
    with app.test_request_context():
        cookie.set(response, "token")
    header = response.headers["Set-Cookie"]
    assert header.startswith(f"{prefix_of(cookie)}{cookie.base_name}=token; Expires=")
    assert f"; Max-Age={int(cookie.max_age.total_seconds())};" in header
    assert header.endswith(f"; Secure; HttpOnly; Path={cookie.path}; SameSite={cookie.same_site}")


@pytest.mark.parametrize("cookie", ALL, ids=lambda cookie: cookie.base_name)
def test_a_cleared_cookie_is_the_one_that_was_set(app: Flask, cookie: Cookie) -> None:
    response = Response()
    with app.test_request_context():
        cookie.clear(response)
    header = response.headers["Set-Cookie"]
    assert header.startswith(
        f"{prefix_of(cookie)}{cookie.base_name}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0;"
    )
    assert header.endswith(f"; Secure; HttpOnly; Path={cookie.path}; SameSite={cookie.same_site}")


@pytest.mark.parametrize("cookie", ALL, ids=lambda cookie: cookie.base_name)
def test_shared_caches_know_every_cookie_by_its_name(cookie: Cookie) -> None:
    assert cookie.base_name.startswith("carrel_")


@pytest.mark.parametrize(
    ("cookie", "lasts"),
    [
        (cookies.SESSION, reader_sessions.ABSOLUTE),
        (cookies.SIGN_IN, links.LASTS),
        (cookies.SIGN_IN_LINK, links.LASTS),
        (cookies.OPERATOR, operator_sessions.ABSOLUTE),
        (cookies.PASSKEY_CHALLENGE, challenges.LASTS),
    ],
    ids=lambda value: value.base_name if isinstance(value, Cookie) else "",
)
def test_a_cookie_lasts_as_long_as_what_it_stands_for(cookie: Cookie, lasts: timedelta) -> None:
    assert cookie.max_age == lasts
