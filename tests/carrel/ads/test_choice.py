"""The ad of a slot: by rank, by weight, steady for a window of time."""

from collections import Counter
from datetime import timedelta

import pytest

from carrel.ads.choice import AdContext, choose, fresh_until, is_eligible, window_start
from tests.support.ads import NOW, house_ad

WHERE = AdContext("what-cmp-means", "cpb", ("claims", "payers"))


def draw(*ads: object, article: str = "x", now: object = NOW, **more: object) -> int | None:
    chosen_ad = choose(ads, "side", AdContext(article, "cpb"), now=now, minutes=10, **more)  # type: ignore[arg-type]
    return chosen_ad.id if chosen_ad else None


def test_a_page_keeps_its_ad_for_the_whole_window_and_may_change_it_after() -> None:
    ads = [house_ad(id=number) for number in range(1, 9)]
    start = window_start(NOW, 10)
    within = {draw(*ads, now=start + timedelta(seconds=second)) for second in (0, 1, 300, 599)}
    later = {draw(*ads, now=start + timedelta(minutes=10 * count)) for count in range(20)}
    assert len(within) == 1
    assert len(later) > 1


def test_over_many_articles_ads_are_shown_as_often_as_their_weights_say() -> None:
    light, heavy = house_ad(id=1, weight=10), house_ad(id=2, weight=30)
    shown = Counter(draw(light, heavy, article=f"a{number}") for number in range(4000))
    assert shown[2] / shown[1] == pytest.approx(3, rel=0.15)


def test_the_order_in_which_ads_come_from_the_database_changes_nothing() -> None:
    ads = [house_ad(id=number, weight=number) for number in range(1, 9)]
    assert draw(*ads) == draw(*reversed(ads))


def test_a_paid_ad_comes_before_a_house_ad() -> None:
    assert {
        draw(house_ad(id=1, weight=1000), house_ad(id=2, paid=True, weight=1), article=f"a{n}")
        for n in range(50)
    } == {2}


def test_a_page_does_not_repeat_an_ad_while_it_has_another() -> None:
    ads = [house_ad(id=1), house_ad(id=2)]
    assert draw(*ads, already={1}) == 2
    assert draw(*ads, already={1, 2}) in {1, 2}


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_at": NOW + timedelta(seconds=1)},
        {"ends_at": NOW},
        {"slots": ["foot"]},
        {"exams": ["ccm"]},
        {"topics": ["ethics"]},
    ],
)
def test_an_ad_stays_where_and_when_it_belongs(changes: dict[str, object]) -> None:
    assert is_eligible(house_ad(), "side", WHERE, NOW)
    assert not is_eligible(house_ad(**changes), "side", WHERE, NOW)


@pytest.mark.parametrize(
    "changes", [{"slots": ["side"]}, {"exams": ["ccm", "cpb"]}, {"topics": ["payers"]}, {"starts_at": NOW}]
)
def test_an_ad_that_is_narrowed_down_still_shows_where_it_fits(changes: dict[str, object]) -> None:
    assert is_eligible(house_ad(**changes), "side", WHERE, NOW)


def test_without_an_ad_there_is_none() -> None:
    assert draw() is None


def test_a_page_is_fresh_until_its_window_ends_or_an_ad_begins_or_ends_before() -> None:
    end = window_start(NOW, 10) + timedelta(minutes=10)
    soon = NOW + timedelta(minutes=2)
    assert fresh_until([], NOW, 10) == end
    assert fresh_until([house_ad(starts_at=soon)], NOW, 10) == soon
    assert fresh_until([house_ad(ends_at=soon)], NOW, 10) == soon
    assert fresh_until([house_ad(ends_at=NOW, starts_at=end + timedelta(hours=1))], NOW, 10) == end
