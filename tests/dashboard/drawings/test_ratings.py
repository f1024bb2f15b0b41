"""Who is named among the ratings, and where the names stand."""

from __future__ import annotations

import re
from itertools import pairwise

from dashboard.drawings.ratings import draw_ratings, find_outliers
from everheard.report.data import RatedAlbum
from tests.dashboard.rated import make_ratings

HOUR = 3_600_000


def rate(*pairs: tuple[float, float]) -> list[RatedAlbum]:
    """Return albums named by their number from (rating, hours)."""
    return [
        RatedAlbum(place, f"Album {place}", "Artist", rating, int(hours * HOUR))
        for place, (rating, hours) in enumerate(pairs)
    ]


def test_outliers_are_far_from_the_place_that_their_rating_has() -> None:
    albums = rate((95, 0), *((50 + number, number + 1) for number in range(10)), (10, 30))
    found = find_outliers(albums)
    assert [one.album_name for one in found.praised] == ["Album 0"]
    assert [one.album_name for one in found.worn] == ["Album 11"]


def test_nobody_is_named_where_time_goes_with_the_rating() -> None:
    found = find_outliers(rate(*((number, number) for number in range(20))))
    assert (found.praised, found.worn) == ([], [])


def test_albums_rated_and_heard_alike_are_no_outliers() -> None:
    found = find_outliers(rate(*[(70, 0)] * 30))
    assert (found.praised, found.worn) == ([], [])


def test_no_more_than_three_of_a_kind_are_named_and_each_once() -> None:
    ratings = make_ratings(200)
    drawn = draw_ratings(ratings, find_outliers(ratings), label="Ratings")
    named = re.findall(r'class="n"[^>]*>([^<]*)<', drawn)
    assert drawn.count("<circle") == 6
    assert 3 <= len(named) <= 6
    assert len(set(named)) == len(named)


def test_names_do_not_stand_on_one_another() -> None:
    ratings = rate(*((number, number) for number in range(40)), (95, 0), (96, 0), (97, 0.001))
    drawn = draw_ratings(ratings, find_outliers(ratings), label="Ratings")
    heights = sorted(float(y) for y in re.findall(r'y="([\d.]+)" class="n"', drawn))
    assert len(heights) >= 2
    assert min(high - low for low, high in pairwise(heights)) >= 16


def test_axis_has_three_values_and_time_never_begins_below_nothing() -> None:
    drawn = draw_ratings(rate(*[(50, 0)] * 12), find_outliers([]), label="Ratings")
    assert re.findall(r">(\d+ (?:h|min))<", drawn) == ["0 h", "1 min", "4 min"]
    drawn = draw_ratings(rate((50, 90), (60, 3)), find_outliers([]), label="Ratings")
    assert re.findall(r">(\d+ (?:h|min))<", drawn) == ["0 h", "20 h", "80 h"]


def test_five_thousand_ratings_weigh_little() -> None:
    ratings = make_ratings(5000)
    assert len(draw_ratings(ratings, find_outliers(ratings), label="Ratings")) < 45_000
