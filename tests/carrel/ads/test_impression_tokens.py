"""A browser cannot have anything counted that we did not show."""

from datetime import timedelta

import pytest

from carrel.ads.impression_tokens import ImpressionToken, make, read
from carrel.tokens import Signer
from tests.support.ads import NOW

SIGNER = Signer(["a-key-for-tests-only-of-32-bytes-or-more"])
STAMP = ImpressionToken("12", "inline", "cpb", "what-cmp-means", NOW)


def test_a_stamp_comes_back_as_it_was() -> None:
    assert read(SIGNER, make(SIGNER, STAMP), NOW) == STAMP


def test_a_stamp_of_yesterday_is_too_old() -> None:
    assert read(SIGNER, make(SIGNER, STAMP), NOW + timedelta(hours=24)) is None


@pytest.mark.parametrize(
    "line", ["", "12|inline|cpb|x|1", "x.y", "é.é", "\ud800", "12|inline|cpb|what-cmp-means|9999999999.AAAA"]
)
def test_a_stamp_that_we_did_not_make_is_nothing(line: str) -> None:
    assert read(SIGNER, line, NOW) is None


def test_a_changed_stamp_is_nothing() -> None:
    assert read(SIGNER, make(SIGNER, STAMP).replace("12|", "13|"), NOW) is None


def test_a_signature_for_something_else_is_no_stamp() -> None:
    assert read(SIGNER, SIGNER.sign("csrf", "12|inline|cpb|x|1795176180"), NOW) is None
