"""A request read without a server's parser is what gunicorn's parser would have read, or nothing."""

from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from hypothesis import given, settings
from hypothesis import strategies as st

from carrel.http.response_cache import raw_request
from tests.security.test_smuggling import DISGUISES, LENGTHS, LINES

FIRST = "GET /articles/x/ HTTP/1.1\r\n"
HOST = "Host: carrel.test\r\n"
NAMES = [
    "Host",
    "Cookie",
    "Accept-Encoding",
    "If-None-Match",
    "X-Request-Id",
    "Range",
    "X_A",
    "x-a",
    "User-Agent",
    "Connection",
]
VALUES = [
    "",
    "carrel.test",
    "a=1; b=2",
    'W/"x"',
    "keep-alive",
    " spaced ",
    "tab\there",
    "caf\xe9",
    "a,b",
    "x: y",
    "100-continue",
]
TARGETS = ["/", "/articles/x/", "/a?page=2", "/a?b=c-d&e=1", "/a?b=c&d", "//x", "/%41", "/a#b", "http://evil/", "*", "/a b", "", "/a?", "/\xe9"]  # fmt: skip
# Most is as usual, so that most requests are read.
heads = st.builds(
    lambda method, target, version, fields, end: (
        f"{method} {target} {version}\r\n" + "".join(f"{name}:{space}{value}\r\n" for name, space, value in fields) + end
    ).encode("latin-1"),
    st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "get", "GET "]),
    st.sampled_from(TARGETS[:3]) | st.sampled_from(TARGETS),
    st.sampled_from(["HTTP/1.1"] * 6 + ["HTTP/1.0", "HTTP/2", "http/1.1", ""]),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from([" "] * 5 + ["", "  ", "\t"]), st.sampled_from(VALUES)), max_size=6),
    st.sampled_from(["\r\n"] * 6 + ["", "\n", "\r\n\r\n", "\r\nGET / HTTP/1.1\r\n\r\n"]),
)  # fmt: skip


def by_gunicorn(data: bytes) -> dict[str, Any]:
    """gunicorn's environment for these bytes. Raises `ParseException`."""
    config = Config()
    request: Any = Request(config, IterUnreader([data]), ("127.0.0.1", 1))
    nobody: Any = SimpleNamespace(send=len)
    _, environ = wsgi.create(request, nobody, ("127.0.0.1", 1), ("127.0.0.1", 80), config)
    return dict(environ, closes=request.should_close())


@settings(max_examples=400)
@given(heads)
def test_what_is_read_is_what_gunicorn_reads(data: bytes) -> None:
    read = raw_request.read(data)
    if read is None:
        return
    environ = by_gunicorn(data)
    assert not environ["closes"]
    assert environ["wsgi.url_scheme"] == "http"
    for name in {name for name in environ if name.startswith("HTTP_")} | read.keys():
        assert read.get(name) == environ.get(name), name


def test_what_browsers_and_nginx_send_is_read() -> None:
    fields = (
        'Cookie: a=1; b=2\r\nAccept-Encoding: gzip, br\r\nIf-None-Match: "x"\r\nConnection: keep-alive\r\n'
    )
    read = raw_request.read((FIRST + HOST + fields + "\r\n").encode())
    assert read is not None
    assert read["PATH_INFO"] == "/articles/x/"
    assert read["HTTP_COOKIE"] == "a=1; b=2"


@pytest.mark.parametrize("field", [*DISGUISES, *(length % ((9,) * length.count(b"%")) for length in LENGTHS)])
def test_what_may_hide_a_second_request_is_the_servers_to_judge(field: bytes) -> None:
    assert raw_request.read((FIRST + HOST).encode() + field + b"\r\n\r\n") is None


@pytest.mark.parametrize("data", LINES)
def test_an_odd_first_line_is_the_servers_to_judge(data: bytes) -> None:
    assert raw_request.read(data) is None


@pytest.mark.parametrize(
    "data",
    [
        "", "GET", FIRST, FIRST + HOST, FIRST + "\r\n", FIRST + HOST + HOST + "\r\n", FIRST + HOST + "\r\n" + "x",
        (FIRST + HOST + "\r\n") * 2, FIRST + HOST + "Connection: close\r\n\r\n", FIRST + HOST + "Expect: 100-continue\r\n\r\n",
        FIRST + HOST + "Upgrade: h2c\r\n\r\n", FIRST + HOST + "A: " + "x" * raw_request.LONGEST_HEAD + "\r\n\r\n",
        FIRST.replace("GET", "POST") + HOST + "\r\n", FIRST.replace("1.1", "1.0") + HOST + "\r\n",
    ],
)  # fmt: skip
def test_everything_else_is_the_servers_to_judge(data: str) -> None:
    assert raw_request.read(data.encode()) is None


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\nA : b\r\n\r\n", b"GET / HTTP/1.1\nA: b\n\n"])
def test_gunicorn_refuses_some_of_it(data: bytes) -> None:
    with pytest.raises(ParseException):
        by_gunicorn(data)
