"""What works the measures out reads DAX as Microsoft's reference tells it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.powerbi.dax import functions
from tests.powerbi.dax.model import Choice, StarModel, read_columns
from tests.powerbi.dax.parse import parse
from tests.powerbi.dax.run import FUNCTIONS, Reckoning
from tests.powerbi.test_measures import DEFINITION


@pytest.fixture
def here() -> Reckoning:
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in read_columns(DEFINITION)}
    tables["artist"] = [{"artist_key": 1}, {"artist_key": 2}]
    tables["track_artist"] = [{"artist_key": 1, "track_key": 7}, {"artist_key": 2, "track_key": 8}]
    tables["track"] = [{"track_key": key, "same_album_key": 0} for key in (7, 8, 9)]
    tables["album"] = [{"album_key": 0}]
    tables["play"] = [
        {"track_key": key, "date_key": 1, "listener_key": 1, "ms_listened": ms, "is_skip": skip}
        for key, ms, skip in ((7, 5, None), (8, 7, True), (9, None, False))
    ]
    assert FUNCTIONS is functions.FUNCTIONS
    return Reckoning(StarModel(DEFINITION, tables), frozenset())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - 4 / 2", 5),
        ("SUM(play[ms_listened]) + 0", 12),
        ("CALCULATE(SUM(play[ms_listened]), play[track_key] = 9)", None),
        ("CALCULATE(SUM(play[ms_listened]), play[track_key] = 9) / 3600", None),
        ("CALCULATE(SUM(play[ms_listened]), play[track_key] = 9) + 0", 0),
        ("CALCULATE(SUM(play[ms_listened]), play[track_key] = 9) > 0", False),
        ("CALCULATE(COUNTROWS(play), play[is_skip] = FALSE())", 2),
        ("CALCULATE(COUNTROWS(play), NOT ISBLANK(play[is_skip]))", 2),
        ("COUNTROWS(FILTER(play, play[track_key] = 6))", None),
        ("DIVIDE(1, 0)", None),
        ("NOT ISBLANK(1) && NOT (1 = 2 || 3 = 4)", True),
        ('"a" & IF(1 = 2, "b") & 3', "a3"),
        ("EDATE(MAX(play[day]), 12)", date(2025, 2, 28)),
        ("VAR one = VALUES(play[track_key]) RETURN IF(9 IN one, COUNTROWS(one))", 3),
        ('SWITCH(TRUE(), 1 = 2, "a", 1 = 1, "b", "c")', "b"),
        ("COUNTROWS(DISTINCT(play[listener_key]))", 1),
        ("ISFILTERED(play)", False),
    ],
)
def test_value_is_that_of_the_reference(here: Reckoning, text: str, value: object) -> None:
    FUNCTIONS.setdefault("FALSE", lambda _, __: False)
    for row in here.model.tables["play"]:
        row["day"] = date(2024, 2, 29)
    assert here.work_out(parse(text)) == value


def test_choice_travels_from_one_to_many_and_back_where_both_are_said(here: Reckoning) -> None:
    chosen = here.choose([Choice("artist", ("artist_key",), frozenset({(1,)}))])

    assert [row["track_key"] for row in chosen.list_rows("play")] == [7]
    assert chosen.work_out(parse("ISCROSSFILTERED(play) && ISCROSSFILTERED(track)")) is True
    assert chosen.work_out(parse("ISFILTERED(play) || ISCROSSFILTERED(album)")) is False
    assert len(chosen.forget("artist").list_rows("play")) == 3


def test_calculate_replaces_a_choice_of_the_same_column_and_keeps_others(here: Reckoning) -> None:
    chosen = here.choose([Choice("play", ("track_key",), frozenset({(7,)}))])

    assert chosen.work_out(parse("CALCULATE(COUNTROWS(play), play[track_key] > 7)")) == 2
    assert chosen.work_out(parse("CALCULATE(COUNTROWS(play), play[is_skip] = TRUE())")) is None
    assert chosen.work_out(parse("CALCULATE(COUNTROWS(play), ALL(play))")) == 3


@pytest.mark.parametrize("text", ["1 +", "SUM(play[x]) SUM(play[x])", "IF(1 = 1, 2", "a ? b"])
def test_what_is_no_dax_is_refused(text: str) -> None:
    with pytest.raises(SyntaxError):
        parse(text)
