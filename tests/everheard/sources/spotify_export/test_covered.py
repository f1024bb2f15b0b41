"""What an import covers: unbroken runs of good files, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from everheard.sources.spotify_export.covered import find_covered
from everheard.sources.spotify_export.tally import AudioFile, FileSpan, find_number
from tests.everheard.pages import at

DAY = 86_400


def make_file(
    number: int | None,
    first: float = 0,
    last: float = 0,
    *,
    rows: int = 100,
    unreadable: int = 0,
    is_in_order: bool = True,
    is_refused: bool = False,
    name: str = "Streaming_History_Audio",
    container: str = "here",
    digest: str = "",
) -> AudioFile:
    span = FileSpan(at(first * DAY), at(last * DAY), is_in_order, rows, unreadable, rows, 0, 0, 0)
    told = f"{name}_{number}.json"
    digest = digest or f"{container}{number}{first}"
    return AudioFile(told, number, told, container, digest, None if is_refused else span)


def cover(*files: AudioFile) -> list[tuple[float, float, bool]]:
    """Return the covered stretches in days after the first, and whether they are from the start."""
    return [
        (
            (one.start - at(0)) / timedelta(days=1),
            (one.end - at(0)) / timedelta(days=1),
            one.is_from_start,
        )
        for one in find_covered(files)
    ]


YEARS = [make_file(n, n * 365, n * 365 + 364) for n in range(4)]


def test_run_of_files_covers_from_its_first_to_its_last_time() -> None:
    assert cover(*YEARS) == [(0, 3 * 365 + 364, True)]
    assert cover(*reversed(YEARS)) == [(0, 3 * 365 + 364, True)]
    assert cover(*YEARS[2:]) == [(730, 3 * 365 + 364, False)]


@pytest.mark.parametrize("fault", [{"is_refused": True}, {"unreadable": 1}])
def test_refused_or_damaged_file_ends_the_run(fault: dict[str, int]) -> None:
    files = [*YEARS[:1], make_file(1, 365, 729, **fault), *YEARS[2:]]  # type: ignore[arg-type]
    assert cover(*files) == [(0, 364, True), (730, 3 * 365 + 364, False)]


def test_missing_number_ends_the_run() -> None:
    assert cover(YEARS[0], YEARS[2], YEARS[3]) == [(0, 364, True), (730, 3 * 365 + 364, False)]


def make_old(number: int, rows: int = 100) -> AudioFile:
    """Return a file that holds a part of every year."""
    return make_file(number, number, 2_000 + number, rows=rows, name="endsong")


def test_old_files_cover_only_when_they_are_all_there() -> None:
    whole = [make_old(0), make_old(1), make_old(2, rows=40)]
    assert cover(*whole) == [(0, 2002, True)]
    assert cover(*whole[:2]) == []
    assert cover(*whole[1:]) == []
    assert cover(whole[0], whole[2]) == []
    for one in whole:
        assert cover(one) == []


def test_files_that_overlap_are_old_whatever_they_are_called() -> None:
    files = [make_file(n, n, 2_000, rows=100) for n in range(2)]
    assert cover(*files) == []
    assert cover(*files, make_file(2, 5, 1_900, rows=7)) == [(0, 2_000, True)]


def test_file_by_itself_covers_what_it_tells_in_the_order_of_time() -> None:
    assert cover(make_file(None, 3, 9)) == [(3, 9, False)]
    assert cover(make_file(None, 3, 9, is_in_order=False)) == []
    assert cover(make_file(5, 3, 9)) == [(3, 9, False)]
    assert cover(make_file(5, 3, 9, is_in_order=False)) == []


def test_two_exports_in_one_call_are_each_by_itself() -> None:
    old = [make_file(n, n * 100, n * 100 + 99, container="a.zip") for n in range(3)]
    new = [make_file(n, 1_000 + n * 100, 1_099 + n * 100, container="b.zip") for n in range(2)]
    assert cover(*old, *new) == [(0, 299, True), (1_000, 1_199, True)]


def test_two_files_of_one_number_in_one_folder_are_no_history() -> None:
    twice = [make_file(1, 365, 729), make_file(1, 5_000, 5_300)]
    assert cover(YEARS[0], *twice, YEARS[2]) == [(0, 364, True), (730, 1_094, False)]


def test_same_file_twice_is_one() -> None:
    assert cover(*YEARS, make_file(1, 365, 729, container="here")) == [(0, 3 * 365 + 364, True)]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Streaming_History_Audio_2019-2020_3.json", 3),
        ("Streaming_History_Audio_2019_11.json", 11),
        ("endsong_0.json", 0),
        ("endsong_2 (1).json", 2),
        ("Streaming_History_Audio_2019.json", None),
        ("Streaming_History_Audio_2019-2020.json", None),
        ("renamed.json", None),
    ],
)
def test_number_is_found_in_the_name(name: str, number: int | None) -> None:
    assert find_number(name) == number
