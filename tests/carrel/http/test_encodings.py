"""Which content coding a browser gets, held to RFC 9110's examples and to Werkzeug's reading of the weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from carrel.http.encodings import PREFERRED, best_encoding

WEIGHTS = st.sampled_from(
    ["", ";q=0", ";q=0.0", ";q=0.000", ";q=0.001", ";q=0.5", "; q=0.5", ";q=1", ";q=1.000"]
)
NAMES = st.sampled_from(["br", "gzip", "identity", "*", "deflate", "zstd", "compress"])


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        # RFC 9110, 12.5.3
        ("compress, gzip", "gzip"),
        ("", ""),
        ("*", "br"),
        ("compress;q=0.5, gzip;q=1.0", "gzip"),
        ("gzip;q=1.0, identity; q=0.5, *;q=0", "gzip"),
        # what browsers, programs and nginx send
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "br"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        # what nobody takes, or would rather not
        ("br;q=0, gzip;q=0", ""),
        ("*;q=0", ""),
        ("identity", ""),
        ("identity, gzip;q=0.5", ""),
        ("gzip;q=0.5, br;q=0.4", "gzip"),
        ("br;q=0, *", "gzip"),
        # what makes no sense
        ("gzip;q=", ""),
        ("gzip;q=2", ""),
        ("gzip;q=0.1234", ""),
        ("gzip;level=9", ""),
        ("gzip br", ""),
        (";q=1", ""),
        (",,gzip,,", "gzip"),
    ],
)
def test_a_browser_gets_what_it_likes_best(accepted: str, coding: str) -> None:
    assert best_encoding(accepted) == coding


@given(st.dictionaries(NAMES, WEIGHTS, max_size=6))
def test_it_reads_weights_as_werkzeug_does(parts: dict[str, str]) -> None:
    accepted = ", ".join(name + weight for name, weight in parts.items())
    theirs = parse_accept_header(accepted, Accept)
    offered = {name: float(theirs.quality(name)) for name in PREFERRED}
    plain = next((float(weight) for name, weight in theirs if name == "identity"), 0.0)
    chosen = best_encoding(accepted)
    if chosen:
        assert offered[chosen] == max(offered.values()) > 0
        assert offered[chosen] >= plain
    else:
        assert max(offered.values()) == 0 or max(offered.values()) < plain


@given(st.text(max_size=80))
def test_no_header_breaks_it(accepted: str) -> None:
    assert best_encoding(accepted) in {"", *PREFERRED}
