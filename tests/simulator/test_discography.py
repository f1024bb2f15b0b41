from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from simulator.catalogue import Catalogue
from simulator.clock import DAY_MS, from_iso
from simulator.discography import VARIOUS_ARTISTS_ID, make_catalogue

START_MS = from_iso("2026-01-05T06:00:00Z")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(1, 4000, START_MS)


def test_same_seed_makes_the_same_catalogue_in_another_process() -> None:
    program = (
        "from simulator.discography import make_catalogue;"
        f"c = make_catalogue(3, 300, {START_MS});"
        "print(c.tracks[-1].id, c.albums[7].release_date, len(c.tracks))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    ours = make_catalogue(3, 300, START_MS)
    expected = f"{ours.tracks[-1].id} {ours.albums[7].release_date} {len(ours.tracks)}\n"
    assert runs == {expected}


def test_ids_are_22_characters_of_base62_and_unique(catalogue: Catalogue) -> None:
    ids = [
        *(track.id or "" for track in catalogue.tracks),
        *(album.id for album in catalogue.albums),
        *(artist.id for artist in catalogue.artists),
    ]
    assert len(set(ids)) == len(ids)
    assert all(len(one) == 22 and one.isascii() and one.isalnum() for one in ids)


def test_about_a_quarter_of_tracks_have_several_artists(catalogue: Catalogue) -> None:
    several = sum(len(track.artists) > 1 for track in catalogue.tracks)
    assert 0.2 < several / len(catalogue.tracks) < 0.3


def test_about_a_tenth_of_ids_share_an_isrc(catalogue: Catalogue) -> None:
    shared = sum(len(group) for group in catalogue.tracks_by_isrc.values() if len(group) > 1)
    assert 0.07 < shared / len(catalogue.tracks) < 0.15
    assert any(track.isrc is None for track in catalogue.tracks)
    isrcs = [track.isrc for track in catalogue.tracks if track.isrc]
    assert any(isrc != isrc.upper() for isrc in isrcs)  # written another way, the same code


def test_release_dates_come_in_every_precision(catalogue: Catalogue) -> None:
    precisions = Counter(album.release_date_precision for album in catalogue.albums)
    assert set(precisions) == {"day", "month", "year", None}
    assert "0000" in {album.release_date for album in catalogue.albums}


def test_albums_come_in_all_sizes_and_kinds(catalogue: Catalogue) -> None:
    sizes = {len(album.tracks) for album in catalogue.albums}
    assert min(sizes) == 1
    assert max(sizes) > 50
    kinds = {album.album_type for album in catalogue.albums}
    assert {"album", "single", "compilation", "ALBUM"} <= kinds
    eps = [a for a in catalogue.albums if a.album_type == "single" and len(a.tracks) in (4, 5, 6)]
    assert eps
    assert any(not album.has_images for album in catalogue.albums)


def test_compilations_belong_to_various_artists(catalogue: Catalogue) -> None:
    owners = {a.artists[0].id for a in catalogue.albums if a.album_type == "compilation"}
    assert owners == {VARIOUS_ARTISTS_ID}


def test_editions_repeat_an_album_under_another_id(catalogue: Catalogue) -> None:
    deluxe = [album for album in catalogue.albums if album.name.endswith("(Deluxe Edition)")]
    by_name = {album.name: album for album in catalogue.albums}
    plain = by_name[deluxe[0].name.removesuffix(" (Deluxe Edition)")]
    isrcs = {track.isrc and track.isrc.upper() for track in plain.tracks}
    assert isrcs <= {track.isrc and track.isrc.upper() for track in deluxe[0].tracks}
    assert not {track.id for track in plain.tracks} & {track.id for track in deluxe[0].tracks}


def test_names_are_long_japanese_emoji_missing_and_with_guests(catalogue: Catalogue) -> None:
    names = [track.name for track in catalogue.tracks]
    assert max(map(len, names)) > 255
    assert any("🌊" in name for name in names)
    assert any("夜" in name for name in names)
    assert any("feat." in track.name and len(track.artists) == 1 for track in catalogue.tracks)
    assert any("feat." in track.name and len(track.artists) > 1 for track in catalogue.tracks)
    assert {None, ""} <= {artist.name for artist in catalogue.artists}


def test_no_two_artists_share_a_name(catalogue: Catalogue) -> None:
    names = Counter(artist.name for artist in catalogue.artists if artist.name)
    assert names.most_common(1)[0][1] == 1
    assert any(name.endswith(" No. 2") for name in names)


def test_local_files_have_no_id(catalogue: Catalogue) -> None:
    assert {track.id for track in catalogue.local_files} == {None}
    assert all(track.uri.startswith("spotify:local:") for track in catalogue.local_files)


def test_new_albums_come_out_as_time_passes(catalogue: Catalogue) -> None:
    month = catalogue.albums_released(START_MS, START_MS + 30 * DAY_MS)
    assert len(month) > 5
    assert all(START_MS < album.released_ms <= START_MS + 30 * DAY_MS for album in month)


def test_some_ids_are_relinked_to_the_same_recording(catalogue: Catalogue) -> None:
    relinked = [track for track in catalogue.tracks if track.returned_as]
    assert relinked
    for track in relinked:
        assert track.returned_as is not None
        assert track.returned_as.id != track.id
        assert (track.isrc or "").upper() == (track.returned_as.isrc or "").upper()
