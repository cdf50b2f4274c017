"""What is practiced, and the one address that it has."""

import pytest

from website.study.choice import Choice, UnknownChoiceError, choice_of


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "/study/cpb/practice"),
        ({"set": "0"}, "/study/cpb/practice"),
        ({"set": "63", "domain": "claims"}, "/study/cpb/practice?domain=claims&set=63"),
        ({"topic": "medicare", "article": ""}, "/study/cpb/practice?topic=medicare"),
        ({"article": "clean-claims", "utm_source": "x"}, "/study/cpb/practice?article=clean-claims"),
    ],
)
def test_a_choice_has_one_address(fields: dict[str, str], path: str) -> None:
    assert choice_of(fields).path("cpb") == path


@pytest.mark.parametrize(
    "fields",
    [
        {"set": "64"},
        {"set": "-1"},
        {"set": "01"},
        {"set": "1\n"},
        {"domain": "a", "topic": "b"},
        {"domain": "A B"},
        {"domain": "x" * 81},
        {"article": "../x"},
    ],
)
def test_anything_else_is_no_choice(fields: dict[str, str]) -> None:
    with pytest.raises(UnknownChoiceError):
        choice_of(fields)


def test_after_the_last_set_comes_the_first() -> None:
    assert Choice("topic", "medicare", 63).next() == Choice("topic", "medicare", 0)
