"""What artists_and_tracks asks for, stores and leaves: against a simulator that counts calls."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from everheard.ledger.operations.quota import Budget, reserve_calls
from jobs import artists_and_tracks as job
from simulator.catalogue import SimulatedAlbum, SimulatedTrack
from simulator.clock import from_iso
from simulator.server import SimulatedServer
from simulator.world import START
from tests.jobs.history import import_history

Start = Callable[..., SimulatedServer]
Run = Callable[..., str]
NOW_MS = from_iso(START)


@pytest.fixture
def spotify(start_spotify: Start) -> SimulatedServer:
    return start_spotify()


def read(connection: Connection, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return cursor.fetchall()


def find_albums(spotify: SimulatedServer, least: int, most: int = 50) -> list[SimulatedAlbum]:
    """Return albums that nothing is odd about: one title, out, no track taken down."""
    world = spotify.world
    names = [(album.name, album.artists[0].id) for album in world.catalogue.albums]
    return [
        album
        for album in world.catalogue.albums
        if least <= len(album.tracks) <= most
        and album.released_ms <= world.clock.now_ms
        and names.count((album.name, album.artists[0].id)) == 1
        and all(track.blanked_ms is None and track.artists[0].name for track in album.tracks)
        and len({track.name for track in album.tracks}) == len(album.tracks)
        and album.artists[0].id != world.catalogue.artists[-1].id
    ]


def hear(connection: Connection, *albums: tuple[SimulatedAlbum, int]) -> list[SimulatedTrack]:
    """Let the listener have heard the first tracks of albums, the first albums the most."""
    tracks = [track for album, count in albums for track in album.tracks[:count]]
    import_history(
        connection, [(track, 300_000 - 1000 * place) for place, track in enumerate(tracks)]
    )
    return tracks


def count_calls(spotify: SimulatedServer) -> dict[str, int]:
    """Return the calls by endpoint, sign-in and probes of new apps left out."""
    counts = dict(spotify.world.calls.describe()["by_endpoint"])
    return {name: count for name, count in counts.items() if name in WHAT_COUNTS}


WHAT_COUNTS = {"track", "album", "album_tracks", "artist"}


def test_album_is_described_by_one_track_and_one_album_call(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    album = find_albums(spotify, least=10)[0]
    tracks = hear(connection, (album, 6))
    said = run_job(job, spotify)
    artists = {artist.id for track in tracks for artist in track.artists}
    assert count_calls(spotify) == {"track": 1, "album": 1, "artist": len(artists)}
    assert said.endswith("left nothing")
    rows = read(
        connection,
        """
        select track.track_id, track.name, track.duration_ms, album.album_id, album.metadata_level
        from warehouse.dim_track as track join warehouse.dim_album as album using (album_key)
        where track.track_key <> 0 order by track.track_number
        """,
    )
    assert rows == [(one.id, one.name, one.duration_ms, album.id, 3) for one in tracks]


def test_second_run_makes_no_call(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, *[(album, 4) for album in find_albums(spotify, least=5)[:3]])
    run_job(job, spotify)
    spotify.world.calls.reset()
    assert run_job(job, spotify).endswith("calls 0, tracks 0, albums 0, artists 0, left nothing")
    assert spotify.world.calls.count() == 0


def test_most_listened_albums_come_first(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    albums = find_albums(spotify, least=5)[:6]
    hear(connection, *[(album, 3) for album in albums])
    run_job(job, spotify, METADATA_CALLS_PER_DAY="12")
    described = read(
        connection, "select album_id from warehouse.dim_album where metadata_level = 3"
    )
    assert described
    assert {one for (one,) in described} <= {album.id for album in albums[: len(described)]}


def test_budget_of_a_day_is_kept_across_runs(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, *[(album, 4) for album in find_albums(spotify, least=5)[:4]])
    said = run_job(job, spotify, METADATA_CALLS_PER_DAY="7")
    assert "calls 7," in said
    assert "left nothing" not in said
    made = spotify.world.calls.count()
    said = run_job(job, spotify, METADATA_CALLS_PER_DAY="7")
    assert "calls 0, day's quota spent," in said
    assert spotify.world.calls.count() == made
    read(
        connection,
        "update warehouse.etl_quota_call set reserved_at = reserved_at - interval '25 hours'"
        " returning 1",
    )
    assert "calls 7," in run_job(job, spotify, METADATA_CALLS_PER_DAY="7")


def test_spent_quota_of_one_kind_stops_no_other_and_is_honoured_by_the_next_run(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    albums = find_albums(spotify, least=5)[:3]
    hear(connection, *[(album, 4) for album in albums])
    spotify.world.limits.ceilings = {"artist": 1}
    said = run_job(job, spotify, code=75)
    assert "quota for artists is used up" in said
    assert "albums 3, artists 1" in said
    spotify.world.calls.reset()
    spotify.world.limits.ceilings = {}
    run_job(job, spotify)
    assert count_calls(spotify) == {}


@pytest.mark.parametrize("kind", ["not_found", "blanked"])
def test_refusal_is_no_answer_and_is_not_repeated(
    connection: Connection, spotify: SimulatedServer, run_job: Run, kind: str
) -> None:
    album = find_albums(spotify, least=5)[0]
    (track,) = hear(connection, (album, 1))
    before = read(connection, "select name, metadata_level from warehouse.dim_track")
    spotify.world.add_mood(kind, "track")
    run_job(job, spotify)
    assert spotify.world.calls.count("track") == 1
    assert read(connection, "select name, metadata_level from warehouse.dim_track") == before
    ((asked, again_in_hours),) = read(
        connection,
        "select spotify_id, extract(epoch from ask_again_at - now()) / 3600"
        " from warehouse.etl_owed_answer",
    )
    assert asked == track.id
    assert again_in_hours > 12
    spotify.world.calls.reset()
    run_job(job, spotify)
    assert count_calls(spotify) == {}


def test_answer_settles_what_was_owed(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, (find_albums(spotify, least=5)[0], 1))
    spotify.world.add_mood("not_found", "track", times=1)
    run_job(job, spotify)
    read(connection, "update warehouse.etl_owed_answer set ask_again_at = now() returning 1")
    run_job(job, spotify)
    assert read(connection, "select * from warehouse.etl_owed_answer") == []


def test_further_pages_are_asked_for_only_when_needed(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify(tracks=12_000)
    needing, sparing = find_albums(spotify, least=55, most=100)[:2]
    heard = [*needing.tracks[:3], needing.tracks[-1], *sparing.tracks[:3]]
    import_history(connection, [(track, 200_000) for track in heard])
    run_job(job, spotify)
    calls = count_calls(spotify)
    assert (calls["track"], calls["album"], calls["album_tracks"]) == (2, 2, 1)
    lacking = "select 1 from warehouse.dim_track where metadata_level < 2 and track_key <> 0"
    assert read(connection, lacking) == []


def test_quota_that_ends_in_mid_album_goes_on_at_the_page_it_was(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify(tracks=12_000)
    album = find_albums(spotify, least=55, most=100)[0]
    heard = [*album.tracks[:3], album.tracks[-1], album.tracks[-2]]
    import_history(connection, [(track, 200_000) for track in heard])
    spotify.world.limits.ceilings = {"album_tracks": 0}
    run_job(job, spotify, code=75)
    spotify.world.limits.ceilings = {}
    spotify.world.calls.reset()
    read(connection, "delete from warehouse.etl_quota returning 1")
    run_job(job, spotify)
    calls = count_calls(spotify)
    assert (calls.get("track"), calls.get("album"), calls["album_tracks"]) == (None, None, 1)


def test_trouble_in_the_middle_keeps_what_was_answered(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, *[(album, 2) for album in find_albums(spotify, least=5)[:3]])
    spotify.world.add_mood("not_json", "artist")
    run_job(job, spotify, code=69)
    lacking = "select count(*) from warehouse.dim_track where metadata_level < 2"
    assert read(connection, lacking) < [(7,)]
    spotify.world.moods.clear()
    assert run_job(job, spotify).endswith("left nothing")


def test_old_app_asks_for_fifty_at_once(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify(app="old")
    tracks = hear(connection, *[(album, 5) for album in find_albums(spotify, least=5)[:12]])
    artists = {artist.id for track in tracks for artist in track.artists}
    assert run_job(job, spotify).endswith("left nothing")
    calls = spotify.world.calls.describe()["by_endpoint"]
    assert calls["tracks"] == 2
    assert calls["artists"] == -(-len(artists) // 50)
    assert count_calls(spotify) == {}
    assert read(connection, "select count(*) from warehouse.bridge_artist_genre") > [(0,)]


@pytest.mark.parametrize("status", [403, 404, 429])
def test_new_app_is_tried_once_for_batches(
    connection: Connection, start_spotify: Start, run_job: Run, status: int
) -> None:
    spotify = start_spotify(refusal_status=status)
    first, second = find_albums(spotify, least=5)[:2]
    hear(connection, (first, 2))
    run_job(job, spotify)
    tried = spotify.world.calls.count("tracks")
    assert tried == (3 if status == 429 else 1)
    hear(connection, (second, 2))
    assert run_job(job, spotify).endswith("left nothing")
    assert spotify.world.calls.count("tracks") == tried


def test_what_a_poll_brought_costs_no_call_but_the_artists(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, (find_albums(spotify, least=5)[0], 3))
    run_job(job, spotify)
    read(
        connection,
        "update warehouse.dim_track set metadata_level = 2 where track_key <> 0 returning 1",
    )
    read(
        connection,
        "update warehouse.dim_album set metadata_level = 2 where album_id is not null returning 1",
    )
    spotify.world.calls.reset()
    run_job(job, spotify)
    assert count_calls(spotify) == {}


def test_views_count_a_recording_once_and_keep_releases_apart(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    by_code: dict[str, list[SimulatedTrack]] = {}
    for track in spotify.world.catalogue.tracks:
        if track.isrc and track.blanked_ms is None and track.album.released_ms < NOW_MS:
            by_code.setdefault(track.isrc.upper(), []).append(track)
    pair = next(tracks for tracks in by_code.values() if len(tracks) == 2)
    import_history(connection, [(track, 200_000) for track in pair])
    run_job(job, spotify)
    rows = read(
        connection,
        "select track_count, count(*) over () from bi.recording"
        " where song_key in (select song_key from bi.track where track_key <> 0)",
    )
    assert rows == [(2, 1)]
    assert read(connection, "select count(*) from bi.track where track_key <> 0") == [(2,)]


def test_names_turn_out_to_be_the_album_and_artist_their_tracks_show(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    album = find_albums(spotify, least=5)[0]
    hear(connection, (album, 3))
    run_job(job, spotify)
    rows = read(
        connection,
        """
        select same_album.album_id, same_artist.artist_id
        from warehouse.dim_album as named
        join warehouse.dim_album as same_album
            on named.same_as_album_key = same_album.album_key
        join warehouse.dim_artist as named_artist
            on named_artist.known_by_name = named.folded_artist_name
        join warehouse.dim_artist as same_artist
            on named_artist.same_as_artist_key = same_artist.artist_key
        """,
    )
    assert rows == [(album.id, album.artists[0].id)]


def test_completeness_is_told_by_listened_time(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, *[(album, 4) for album in find_albums(spotify, least=5)[:3]])
    share = "select described_pct, complete_pct from bi.metadata_completeness"
    assert read(connection, share) == [(0, 0)]
    run_job(job, spotify)
    assert read(connection, share) == [(100, 100)]


def test_two_runners_at_once_never_overspend(connection: Connection, database_url: str) -> None:
    budget = Budget("app", "artists_and_tracks", 100)

    def reserve(_: int) -> int:
        with closing(psycopg2.connect(database_url)) as own:
            own.autocommit = True
            reserved = reserve_calls(own, budget, {"tracks": (7, 450), "albums": (6, 450)})
            return sum(one.call_count for one in reserved.values())

    with ThreadPoolExecutor(8) as runners:
        assert sum(runners.map(reserve, range(24))) == 100


def test_a_third_is_kept_for_new_releases_while_that_job_is_in_use(
    connection: Connection,
) -> None:
    budget = Budget("app", "artists_and_tracks", 90, "new_releases", 30)
    assert reserve_calls(connection, budget, {"tracks": (40, 450)})["tracks"].call_count == 40
    read(
        connection,
        "insert into warehouse.etl_run (job, runner, trigger, started_at, outcome, exit_code)"
        " values ('new_releases', 'r', 'hand', now(), 'done', 0) returning 1",
    )
    assert reserve_calls(connection, budget, {"tracks": (40, 450)})["tracks"].call_count == 20
    others = Budget("app", "new_releases", 90)
    assert reserve_calls(connection, others, {"albums": (40, 450)})["albums"].call_count == 30


def test_dry_run_asks_nothing(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, (find_albums(spotify, least=5)[0], 3))
    assert "left" in run_job(job, spotify, "--dry-run")
    assert spotify.world.calls.count() == 0


def test_fresh_success_elsewhere_is_enough(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    run_job(job, spotify)
    assert "nothing to do" in run_job(job, spotify, "--if-stale", "3h")


def test_token_that_ends_in_mid_run_is_renewed(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, *[(album, 3) for album in find_albums(spotify, least=5)[:2]])
    spotify.world.add_mood("unauthorised", "album", times=1)
    assert run_job(job, spotify).endswith("left nothing")
    assert spotify.world.calls.count("token") == 2


def test_rate_limit_ends_the_run_and_is_honoured_by_the_next(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, *[(album, 3) for album in find_albums(spotify, least=5)[:2]])
    spotify.world.add_mood("rate_limited", "album", retry_after=3600)
    said = run_job(job, spotify, code=75)
    assert "rate limit is reached" in said
    assert spotify.world.calls.count("album") == 1
    spotify.world.moods.clear()
    run_job(job, spotify)
    assert spotify.world.calls.count("album") == 1


def test_short_rate_limit_is_sat_out(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, (find_albums(spotify, least=5)[0], 3))
    spotify.world.add_mood("rate_limited", "album", times=1, retry_after=0)
    assert run_job(job, spotify).endswith("left nothing")


def test_calls_of_retries_count_against_the_budget(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    hear(connection, (find_albums(spotify, least=5)[0], 3))
    spotify.world.add_mood("server_error", "album", times=1)
    run_job(job, spotify)
    ((counted,),) = read(connection, "select sum(call_count) from warehouse.etl_quota_call")
    assert counted == spotify.world.calls.count() - spotify.world.calls.count("token")


def test_artist_without_a_picture_is_not_asked_again(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    """An artist answered with no picture is answered all the same."""
    hear(connection, (find_albums(spotify, least=5)[0], 1))
    run_job(job, spotify)
    read(
        connection,
        "update warehouse.dim_artist set image_url = null where artist_key <> 0 returning 1",
    )
    spotify.world.calls.reset()
    run_job(job, spotify)
    assert count_calls(spotify) == {}


def test_decision_on_the_command_line_parts_a_recording(
    connection: Connection, spotify: SimulatedServer, run_job: Run
) -> None:
    tracks = hear(connection, (find_albums(spotify, least=5)[0], 2))
    ids = [str(track.id) for track in tracks]
    run_job(job, spotify, "--same", *ids)
    songs = "select count(distinct song_key) from bi.track where track_key <> 0"
    assert read(connection, songs) == [(1,)]
    run_job(job, spotify, "--undecided", *ids)
    assert read(connection, songs) == [(2,)]
