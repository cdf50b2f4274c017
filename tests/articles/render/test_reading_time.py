"""How long a text takes to read, also where no spaces part the words."""

import pytest

from articles.render import render


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("统计之都是一个旨在推广与应用统计学知识的网站和社区" * 62, 4),
        ("word " * 1_560, 7),
        ("단어 " * 440, 2),
        ("カタカナとひらがな。" * 80, 2),
        ("a", 1),
    ],
)
def test_the_minutes_are_those_of_a_reader(text: str, minutes: int) -> None:
    assert render(text).reading_minutes == minutes


def test_words_in_both_scripts_add_up() -> None:
    assert render("Use nginx 统计统计统计统计统计 now").words == 3 + round(10 * 0.55)


@pytest.mark.parametrize("text", ["การเรียกเก็บเงินค่ารักษาพยาบาล", "ການຮຽກເກັບເງິນ", "ငွေတောင်းခံလွှာ", "ការទាមទារប្រាក់"])
def test_a_long_text_in_letters_without_spaces_takes_longer_than_a_minute(text: str) -> None:
    letters = 8_800 // len(text) * len(text)
    assert render(text * (8_800 // len(text))).words == round(letters * 0.25)
    assert render(text * (8_800 // len(text))).reading_minutes == 10
