"""The response cache says what Flask says: status, every header, body, whatever is asked, however often."""

from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.carrel.http.response_cache.conftest import COOKIE, HOST, Site, ask

KEPT = [
    "/", "/exams/cpb/", "/topics/medicare/", "/articles/clean-claims/", "/articles/timely-filing/", "/about/", "/terms/",
    "/articles/clean-claims.md", "/feed.xml", "/atom.xml", "/feed.json", "/exams/cpb/feed.xml", "/topics/medicare/atom.xml",
    "/sitemap.xml", "/sitemap-pages.xml", "/sitemap-1.xml", "/robots.txt", "/llms.txt", "/.well-known/security.txt",
    "/newsletter/archive/",
]  # fmt: skip
OTHER = [
    "/me", "/account/", "/search", "/pass/", "/subscribe/", "/sign-in/", "/healthz", "/favicon.ico", "/admin/", "/admin/sign-in",
    "/feeds/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.xml", "/no-such-page", "/articles/", "/articles/clean-claims",
    "/articles/../", "//", "//articles/clean-claims/", "/./", "/Articles/clean-claims/", "/articles/clean-claims/\x00",
    "/articles/clean-claims/\u00e9", "/articles/no-such/", "/exams/cpb/../cpb/", "/static/css/site.css", "",
]  # fmt: skip
QUERIES = [
    "page=1",
    "page=2",
    "page=0",
    "page=2&x",
    "utm_source=mail",
    "page=%32",
    "x",
    "&",
    "q=a",
    "set=1",
    "domain=claims&set=2",
]
HOSTS = [
    "evil.example",
    f"{HOST}:443",
    f"{HOST}:80",
    HOST.upper(),
    f"{HOST}.",
    "",
    "localhost",
    f"{HOST},{HOST}",
]
COOKIES = [
    "{name}={token}", "a=1; {name}={token}", "{name}={token}; b=2", "",
    "theme=dark", '{name}="{token}"', 'x="a; {name}={token}"', "{name}={token}; {name}=other", "{name}=other; {name}={token}",
    "x{name}={token}", "{name}x={token}", "{name} = {token}", "{name}={token} ", "a=1;{name}={token}", "{name}=", "{name}",
    "{name}={token}x", "carrel_session={token}", "a={name}={token}", "{name}={token}; carrel_asked=x", "=; {name}={token}",
]  # fmt: skip
ENCODINGS = [
    None,
    "",
    "gzip",
    "br",
    "gzip, deflate, br, zstd",
    "br;q=0.5, gzip",
    "identity",
    "*",
    "*;q=0",
    "gzip;q=0",
    "x" * 300,
]
DATES = ["Sat, 28 Nov 2026 00:00:00 GMT", "Sat, 28 Nov 2099 00:00:00 GMT", "never"]
HEADERS = {
    "HTTP_SEC_FETCH_DEST": ["document", "empty", "iframe", "script"],
    "HTTP_SEC_FETCH_MODE": ["navigate", "cors"],
    "HTTP_SEC_FETCH_SITE": ["cross-site", "same-origin"],
    "HTTP_IF_MODIFIED_SINCE": DATES,
    "HTTP_IF_UNMODIFIED_SINCE": DATES,
    "HTTP_IF_MATCH": ['"x"', "*"],
    "HTTP_IF_RANGE": ['"x"', DATES[0]],
    "HTTP_RANGE": ["bytes=0-9", "bytes=-5", "x"],
    "HTTP_TRANSFER_ENCODING": ["chunked"],
    "CONTENT_LENGTH": ["", "0", "5", "x"],
    "SCRIPT_NAME": ["/x"],
    "wsgi.url_scheme": ["http"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_X_FORWARDED_FOR": ["203.0.113.9", "x"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["POST"],
    "HTTP_AUTHORIZATION": ["Basic eDp4"],
    "HTTP_ORIGIN": ["https://evil.example", "null"],
    "HTTP_ACCEPT": ["application/json"],
    "HTTP_ACCEPT_LANGUAGE": ["de"],
    "HTTP_X_REQUEST_ID": ["0123456789abcdef0123456789abcdef"],
}
TAGS = [
    "",
    "",
    "{tag}",
    "W/{tag}",
    '"x"',
    '"0123456789abcdef-gzip"',
    '"x", {tag}',
    "{tag}, *",
    "*",
    "w/{tag}",
    "{bare}",
    "{tag} ",
]
# Most of a request is as usual, so that most are answered without Flask; a few parts of it are odd.
USUAL: dict[str, st.SearchStrategy[Any]] = {
    "method": st.sampled_from(["GET", "HEAD"]),
    "path": st.sampled_from(KEPT),
    "query": st.just(""),
    "host": st.just(HOST),
    "cookie": st.sampled_from(["", "{name}={token}"]),
    "who": st.sampled_from(["reader", "holder"]),
    "encoding": st.sampled_from(ENCODINGS[:6]),
    "tag": st.sampled_from(TAGS[:4]),
    "others": st.just([]),
}
ODD: dict[str, st.SearchStrategy[Any]] = {
    "method": st.sampled_from(["POST", "OPTIONS", "get", "TRACE", "PUT"]),
    "path": st.sampled_from(OTHER) | st.text(max_size=12).map(lambda text: f"/{text}"),
    "query": st.sampled_from(QUERIES),
    "host": st.sampled_from(HOSTS),
    "cookie": st.sampled_from(COOKIES),
    "who": st.just("nobody"),
    "encoding": st.sampled_from(ENCODINGS),
    "tag": st.sampled_from(TAGS),
    "others": st.lists(
        st.sampled_from([(name, value) for name, values in HEADERS.items() for value in values]), max_size=2
    ),
}
requests = st.sets(st.sampled_from(sorted(ODD)), max_size=2).flatmap(
    lambda odd: st.fixed_dictionaries({part: (ODD if part in odd else USUAL)[part] for part in USUAL})
)


@pytest.mark.sweep
@time_machine.travel("2026-11-29 12:00:00Z", tick=False)
def test_whatever_is_asked_the_answer_is_flasks_in_status_headers_and_body(site: Site) -> None:
    answered = [0, 0]
    tokens = site.tokens | {"nobody": "x" * 43}

    @settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
    @given(requests)
    def same(request: dict[str, Any]) -> None:
        environ = dict(request["others"]) | {"HTTP_HOST": request["host"]}
        if cookie := request["cookie"].format(name=COOKIE, token=tokens[request["who"]]):
            environ["HTTP_COOKIE"] = cookie
        if request["encoding"] is not None:
            environ["HTTP_ACCEPT_ENCODING"] = request["encoding"]
        path = request["path"].encode().decode("latin-1")
        asked = {"method": request["method"], "query": request["query"], "PATH_INFO": path}
        if request["tag"]:
            tag = ask(site.flask, "/", **asked, **environ)["ETag"] or '"none"'
            environ["HTTP_IF_NONE_MATCH"] = request["tag"].format(tag=tag, bare=tag.strip('"'))
        right = ask(site.flask, "/", **asked, **environ)
        before = len(site.asked)
        for _ in range(3):  # Flask's own, kept, said again
            assert ask(site.cache, "/", **asked, **environ).said == right.said
        answered[0] += 3
        answered[1] += 3 - (len(site.asked) - before)

    same()
    assert answered[1] > answered[0] / 4, (
        f"{answered[1]} of {answered[0]} were answered without Flask: too few to prove it"
    )


def test_every_kept_page_is_answered_without_flask_for_everybody(site: Site) -> None:
    """Feeds and the like are kept as a guest's: a browser that is signed in gets Flask's."""
    for path in KEPT:
        for_all = path.endswith("/") and not path.startswith("/newsletter")
        for who in ("guest", "reader", "holder") if for_all else ("guest",):
            for method in ("GET", "HEAD"):
                reply = ask(site.flask, path, method, **site.cookie(who))
                if reply.status != "200 OK":
                    continue
                assert not site.asks_flask(path, method, **site.cookie(who)), (path, who, method)
                seen = {"HTTP_IF_NONE_MATCH": reply["ETag"]}
                assert not site.asks_flask(path, method, **site.cookie(who), **seen), (path, who, method)
