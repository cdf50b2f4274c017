"""What a password may be, and what is taken for one that can be guessed."""

import pytest

from website.admin.operators import passwords
from website.admin.operators.passwords import WeakPasswordError, check_new, context_words


@pytest.mark.parametrize(
    "password",
    [
        "plum ladder otter quartz",
        "7301 9926 4418 0653 27",
        "ÄÖÜ-straßengüte-Ölfæß",
        "ключ-лестница-выдра",
        "🦦🪜🍇💎🎻🌋🧭🪁🦉🧊🎐🪂🥁🧶🪴",
        "correct horse battery staple " * 6,
    ],
)
def test_characters_of_any_kind_make_a_password(password: str) -> None:
    check_new(password, context_words("olga@carrel.test", "Carrel"))
    assert passwords.matches(passwords.hash_password(password), password)


def test_the_words_around_a_password_are_the_address_the_site_and_our_own() -> None:
    words = context_words("olga.m@quux-bridge.test", "Study Desk")
    assert {"olga.m@quux-bridge.test", "olga", "quux", "bridge", "Study Desk", "StudyDesk", "Study"} <= set(
        words
    )
    assert set(passwords.OUR_WORDS) <= set(words)
    assert "m" not in words  # or it would be taken out of every password
    assert "" not in context_words("olga@carrel.test", "")


def test_a_word_of_the_site_may_stand_in_a_password_that_has_enough_besides() -> None:
    words = context_words("olga@carrel.test", "Lantern")
    check_new("lantern-otter-quartz-plum", words)
    with pytest.raises(WeakPasswordError, match="address"):
        check_new("LanternOlgaCarrel77!", words)


@pytest.mark.parametrize("password", ["Samsungkoze176351", "SAMSUNGKOZE176351"])
def test_capitals_make_no_new_password_of_a_stolen_one(password: str) -> None:
    with pytest.raises(WeakPasswordError, match="data breaches"):
        check_new(password, [])
