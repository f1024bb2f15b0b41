"""How many calls describe a whole history, and how soon new releases are found.

Days are simulated: each is one run of the job with the day's budget, after which the ledger
is made a day older. Calls are counted by the simulator, not by the job.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import psycopg2

import simulator
from benchmarks.machine import clean_environ, describe_machine, print_table, run_python
from everheard.database import embedded
from simulator import library_endpoints
from simulator.catalogue import Catalogue, SimulatedAlbum, SimulatedArtist, SimulatedTrack
from simulator.clock import DAY_MS, from_iso
from simulator.randomness import base62
from simulator.world import START
from tests.jobs.history import import_history

CALLS_PER_DAY = 300
#: Days of releases, and the artists whose releases count.
DAYS, WATCHED = 30, 200
#: A listener knows a third of an album's tracks.
KNOWN_SHARE = 1 / 3
OLDER_BY_A_DAY = """
    update warehouse.etl_quota_call set reserved_at = reserved_at - interval '24 hours';
    update warehouse.etl_owed_answer
    set asked_at = asked_at - interval '24 hours',
        ask_again_at = ask_again_at - interval '24 hours';
    update warehouse.etl_artist_watch set asked_at = asked_at - interval '24 hours';
    update warehouse.etl_capability
    set probed_at = probed_at - interval '24 hours',
        probe_again_at = probe_again_at - interval '24 hours';
    update warehouse.etl_run set ended_at = ended_at - interval '24 hours';
"""
#: Of all listened time, the part whose track and album are described to the full, and the part
#: whose main artist has a picture too.
DESCRIBED = """
    select sum(play.ms_played) filter (
        where track.metadata_level >= 2 and album.metadata_level >= 2 and {pictured}
    )::float / sum(play.ms_played)
    from warehouse.fact_play as play
    join warehouse.dim_track as track using (track_key)
    join warehouse.dim_album as album using (album_key)
    left join warehouse.bridge_track_artist as credit
        on credit.track_key = track.track_key and credit.artist_position = 0
    left join warehouse.dim_artist as artist on artist.artist_key = credit.artist_key
"""
DESCRIBED_TIME = DESCRIBED.format(pictured="true")
PICTURED_TIME = DESCRIBED.format(pictured="artist.metadata_level = 3")


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=20_000, help="tracks of the history")
    parser.add_argument("--only", choices=["history", "releases"], help="measure this alone")
    options = parser.parse_args()
    print(describe_machine())
    library_endpoints.FOLLOWED_AMONG = 0  # nobody is followed: what is played has to do
    with clean_environ() as (folder, environ):
        rows = [("measure", "figure", "bound", "detail")]
        if options.only != "releases":
            with new_ledger(folder / "history", environ) as url:
                rows += measure_history(url, environ, options.tracks)
        for place, app_may_search in enumerate((False, True)):
            if options.only == "history":
                break
            with new_ledger(folder / f"releases{place}", environ) as url:
                rows += measure_releases(url, environ, app_may_search)
    print_table(rows)


@contextmanager
def new_ledger(home: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """Lend the address of an empty ledger on a server of its own."""
    try:
        url = embedded.start(home).url
        run_python("-m", "migrate", "upgrade", environ={**environ, "DATABASE_URL": url})
        yield url
    finally:
        embedded.stop(home)


def execute(url: str, statement: str) -> float:
    """Run statements; return the first figure of the last, 0 for none."""
    with closing(psycopg2.connect(url)) as opened, opened, opened.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return float(row[0] or 0) if row else 0.0


def measure_history(
    url: str, environ: Mapping[str, str], track_count: int
) -> list[tuple[str, str, str, str]]:
    """Describe an imported history day by day, to the end."""
    catalogue, known = make_history(Random(4), track_count)
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        import_history(connection, known)
    least = sum(min(2, count) for count in Counter(one.album.id for one, _ in known).values())
    albums, artists = {one.album.id for one, _ in known}, {one.artists[0].id for one, _ in known}
    with simulator.running(listeners=["quiet"], history_days=0, ceilings={}) as server:
        server.world.catalogue = catalogue
        settings = {**environ, **server.environ(), "DATABASE_URL": url}
        first, pictured, days = 0.0, 0.0, 0
        said = ""
        while "left nothing" not in said:
            said = run_python("-m", "jobs.artists_and_tracks", environ=settings).said
            days += 1
            first = first or execute(url, DESCRIBED_TIME)
            pictured = pictured or execute(url, PICTURED_TIME)
            execute(url, OLDER_BY_A_DAY)
        calls = Counter(call.endpoint for call in server.world.calls.log)
    ours = calls["track"] + calls["album"] + calls["album_tracks"]
    naive = len(known) + len(albums) + len(artists)
    return [
        ("calls for tracks and albums", f"{ours:,}", f"{1.1 * least:,.0f}", f"ideal {least:,}"),
        ("ratio to the ideal", f"{ours / least:.3f}", "1.1", ""),
        ("calls for artists", f"{calls['artist']:,}", "", f"{len(artists):,} artists"),
        ("all calls, one per object", f"{naive:,}", "", f"ours {ours + calls['artist']:,}"),
        ("days at 300 calls", f"{days}", "", f"{-(-naive // CALLS_PER_DAY)} one per object"),
        ("described after the first day", f"{first:.1%}", "50%", "track and album"),
        ("with a picture after the first day", f"{pictured:.1%}", "", "and main artist"),
        ("with a picture at the end", f"{execute(url, PICTURED_TIME):.1%}", "", ""),
    ]


def measure_releases(
    url: str, environ: Mapping[str, str], app_may_search: bool
) -> list[tuple[str, str, str, str]]:
    """Let thirty days pass; find what the listener's most-played artists release, day by day.

    The ledger grows a day older each day, and so do the dates that Spotify tells: what is
    released today has today's date for the job too.
    """
    rng = Random(8)
    artists, albums = make_watched(rng)
    listened = [
        (artist.albums[0].tracks[0], 9_000_000 // rank) for rank, artist in enumerate(artists, 1)
    ]
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        import_history(connection, listened)
    found_days: dict[str, int] = {}
    with simulator.running(listeners=["quiet"], history_days=0) as server:
        world = server.world
        world.catalogue = Catalogue(artists, albums, [], [])
        settings = {**environ, **server.environ(), "DATABASE_URL": url}
        for _ in range(4):  # who the artists are has to be known before they can be watched
            run_python("-m", "jobs.artists_and_tracks", environ=settings)
            execute(url, OLDER_BY_A_DAY)
        if not app_may_search:
            world.add_mood("empty_page", "search")
        released = plan_releases(rng, artists, len(albums))
        calls = []
        for day in range(DAYS + 4):
            for album in released.get(day, []):
                album.released_ms = world.clock.now_ms
                album.release_date = datetime.now(UTC).date().isoformat()
                album.artists[0].albums.append(album)
                albums.append(album)
            world.catalogue = Catalogue(artists, albums, [], [])
            world.calls.reset()
            run_python(
                "-m", "jobs.new_releases", environ={**settings, "METADATA_CALLS_PER_DAY": "100"}
            )
            calls.append(world.calls.count() - world.calls.count("token"))
            for album_id in read_found(url):
                found_days.setdefault(album_id, day)
            execute(url, OLDER_BY_A_DAY)
            world.clock.advance(days=1)
    ages = [found_days.get(album.id, 999) - day for day, some in released.items() for album in some]
    within = sum(age <= 3 for age in ages)
    place = "with search" if app_may_search else "artists' own lists only"
    return [
        (
            f"new releases found within 3 days, {place}",
            f"{within / len(ages):.1%}",
            "95%",
            f"{within} of {len(ages)}; at most {max(calls)} calls a day",
        )
    ]


def make_watched(rng: Random) -> tuple[list[SimulatedArtist], list[SimulatedAlbum]]:
    """Return the artists whom the listener plays most, with three albums each."""
    artists = [
        SimulatedArtist(base62("artist", number), f"Artist {number}", [], 50)
        for number in range(WATCHED)
    ]
    start_ms = from_iso(START)
    albums = [
        make_album(rng, artist, place * WATCHED + number, 2, start_ms - (place * 90 + 40) * DAY_MS)
        for number, artist in enumerate(artists)
        for place in range(3)
    ]
    for album in albums:
        album.artists[0].albums.append(album)
    return artists, albums


def plan_releases(
    rng: Random, artists: list[SimulatedArtist], number: int
) -> dict[int, list[SimulatedAlbum]]:
    """Return what is released on which of the thirty days: two a day, by anybody."""
    return {
        day: [
            make_album(rng, rng.choice(artists), number + day * 2 + place, rng.randint(1, 14), 0)
            for place in range(2)
        ]
        for day in range(DAYS)
    }


def read_found(url: str) -> list[str]:
    """Return the ids of the albums that were found as new."""
    with closing(psycopg2.connect(url)) as opened, opened.cursor() as cursor:
        cursor.execute(
            "select album_id from warehouse.fact_album_release"
            " join warehouse.dim_album using (album_key) where is_new"
        )
        return [album_id for (album_id,) in cursor.fetchall()]


def make_history(
    rng: Random, track_count: int
) -> tuple[Catalogue, list[tuple[SimulatedTrack, int]]]:
    """Return a catalogue, and who knows so many of its tracks, with milliseconds listened.

    Albums have 1 to 20 tracks, artists one album or several; listening follows Zipf.
    """
    artists: list[SimulatedArtist] = []
    albums: list[SimulatedAlbum] = []
    known: list[SimulatedTrack] = []
    released_ms = from_iso(START) - 900 * DAY_MS
    while len(known) < track_count:
        if not artists or rng.random() < 0.6:
            number = len(artists)
            artists.append(SimulatedArtist(base62("artist", number), f"Artist {number}", [], 50))
        artist = artists[-1]
        album = make_album(rng, artist, len(albums), rng.randint(1, 20), released_ms)
        artist.albums.append(album)
        albums.append(album)
        known += [track for track in album.tracks if rng.random() < KNOWN_SHARE]
    known = known[:track_count]
    rng.shuffle(known)
    heard = [(track, 2_000_000_000 // rank) for rank, track in enumerate(known, start=1)]
    return Catalogue(artists, albums, [], []), heard


def make_album(
    rng: Random, artist: SimulatedArtist, number: int, size: int, released_ms: int
) -> SimulatedAlbum:
    """Return one album; one track in five has a guest of its own name only."""
    album = SimulatedAlbum(
        base62("album", number),
        f"Album {number}",
        "album" if size > 6 else "single",
        (artist,),
        released_ms,
        "2023-07-01",
        "day",
        "",
        "",
    )
    for place in range(size):
        track_id = base62("track", number, place)
        isrc = f"QMEVH{number:05d}{place:02d}" if rng.random() < 0.96 else None
        album.tracks.append(
            SimulatedTrack(
                track_id,
                f"Song {number}-{place}",
                album,
                (artist,),
                1,
                place + 1,
                rng.randrange(140_000, 330_000),
                False,
                isrc,
                50,
                f"spotify:track:{track_id}",
            )
        )
    return album


if __name__ == "__main__":
    main()
