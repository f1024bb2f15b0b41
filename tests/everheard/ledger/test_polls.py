"""What one load of pages does to the ledger; dimensions and derivation have files beside this."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from everheard.database import statements
from everheard.database.statements import render
from everheard.failure import DatabaseTrouble
from everheard.ledger import flows
from tests.everheard.ledger.ledger import Ledger, Play, add_listener, read_tables
from tests.everheard.pages import at, make_answer, make_full_answer, make_item, make_track

SONG = make_track()


def test_first_load_brings_everything_and_no_gap(ledger: Ledger) -> None:
    result = ledger.load(make_full_answer())
    assert result == (50, 0, 0, at(49 * 240))
    assert len(ledger.plays()) == 50
    assert ledger.read("select 1 from warehouse.etl_gap") == []


def test_second_load_of_the_same_page_adds_nothing(ledger: Ledger) -> None:
    answer = make_full_answer()
    ledger.load(answer)
    before = read_tables(ledger.connection)
    assert ledger.load(answer) == (0, 50, 0, at(49 * 240))
    assert read_tables(ledger.connection) == before


def test_page_twice_in_one_batch_counts_once(ledger: Ledger) -> None:
    answer = make_full_answer()
    assert ledger.load(answer, answer) == (50, 0, 0, at(49 * 240))


def test_overlapping_page_adds_what_is_new(ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    assert ledger.load(make_full_answer(first=30)) == (30, 20, 0, at(79 * 240))
    assert len(ledger.plays()) == 80


def test_play_is_kept_as_reported(ledger: Ledger) -> None:
    ledger.poll(make_item(0.123, SONG, "spotify:album:a"))
    assert ledger.plays() == [Play(at(0.123), SONG["uri"], None, "spotify:album:a")]
    assert ledger.read(
        "select ms_source, play_detail_key, platform_key from warehouse.fact_play"
    ) == [(0, 0, 0)]


def test_polls_are_kept_beside_the_plays(ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    assert (
        ledger.read(
            "select * from warehouse.source_poll_play except"
            " select played_at, track_key, context_key, listener_key from warehouse.fact_play"
        )
        == []
    )
    assert ledger.read_one("select count(*) from warehouse.source_poll_play") == (50,)


def test_offline_play_that_arrives_late_is_added(ledger: Ledger) -> None:
    ledger.poll(make_item(1000), make_item(2000))
    result = ledger.poll(make_item(500), make_item(1000), make_item(2000))
    assert result == (1, 2, 0, at(2000))
    assert [play.played_at for play in ledger.plays()] == [at(500), at(1000), at(2000)]


def test_listeners_share_tracks_and_nothing_else(ledger: Ledger, other_ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    assert other_ledger.poll(make_item(0, SONG)) == (1, 0, 0, at(0))
    assert ledger.plays() == other_ledger.plays()
    assert ledger.read_one("select count(*) from warehouse.dim_track where track_key > 0") == (1,)


def test_empty_page_changes_nothing(ledger: Ledger) -> None:
    ledger.poll()  # the first of all makes the row that writers wait for
    before = read_tables(ledger.connection)
    assert ledger.poll() == (0, 0, 0, None)
    assert read_tables(ledger.connection) == before


def test_dry_run_counts_and_writes_nothing(ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    before = read_tables(ledger.connection)
    assert ledger.load(make_full_answer(first=60), dry_run=True) == (50, 0, 1, at(109 * 240))
    assert read_tables(ledger.connection) == before


def test_watermark_is_the_newest_play_and_never_moves_back(ledger: Ledger) -> None:
    for seconds in (1000, 3000, 2000):
        ledger.poll(make_item(seconds))
    assert ledger.read("select job, watermark_at from warehouse.etl_watermark") == [
        ("get_last_50", at(3000))
    ]


def test_null_track_is_a_play_of_the_unknown_track(ledger: Ledger) -> None:
    ledger.poll({**make_item(0), "track": None})
    assert ledger.plays() == [Play(at(0), "(unknown track)", None, None)]


def test_complete_item_takes_the_place_of_a_null_one(ledger: Ledger) -> None:
    ledger.poll({**make_item(0), "track": None})
    ledger.poll(make_item(0, SONG))
    assert [play.track for play in ledger.plays()] == [SONG["uri"]]


def test_null_item_adds_nothing_where_the_play_is_known(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    assert ledger.poll({**make_item(0), "track": None}) == (0, 1, 0, at(0))
    assert [play.track for play in ledger.plays()] == [SONG["uri"]]


def test_null_and_complete_item_of_one_batch_are_one_play(ledger: Ledger) -> None:
    ledger.load(make_answer({**make_item(0), "track": None}), make_answer(make_item(0, SONG)))
    assert [play.track for play in ledger.plays()] == [SONG["uri"]]


@pytest.mark.parametrize("null_first", [True, False])
def test_track_that_was_null_once_makes_no_gap(ledger: Ledger, null_first: bool) -> None:
    ledger.poll(make_item(-5000))
    answer, spoilt = make_full_answer(), make_full_answer()
    spoilt["items"][-1] = {**spoilt["items"][-1], "track": None}
    first, second = (spoilt, answer) if null_first else (answer, spoilt)
    assert ledger.load(first).gap_count == 1
    gaps = ledger.read("select * from warehouse.etl_gap")
    assert ledger.load(second).gap_count == 0
    assert ledger.read("select * from warehouse.etl_gap") == gaps


def test_two_tracks_may_end_at_one_moment(ledger: Ledger) -> None:
    other = make_track("Other")
    ledger.poll(make_item(0, SONG), make_item(0, other))
    assert {play.track for play in ledger.plays()} == {SONG["uri"], other["uri"]}


def test_gap_runs_between_polled_plays(ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    assert ledger.load(make_full_answer(first=60)).gap_count == 1
    assert ledger.read(
        "select gap_start, gap_end, closed_at, closed_by from warehouse.etl_gap"
    ) == [(at(49 * 240), at(60 * 240), None, None)]


def test_pages_in_the_order_they_were_fetched_show_what_the_spool_bridges(ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    result = ledger.load(make_full_answer(first=40), make_full_answer(first=80))
    assert (result.new_count, result.gap_count) == (80, 0)


def test_page_from_another_machines_spool_that_comes_last_shows_what_was_lost(
    ledger: Ledger,
) -> None:
    ledger.load(make_full_answer(first=120))
    assert ledger.load(make_full_answer()).gap_count == 1
    assert ledger.read("select gap_start, gap_end from warehouse.etl_gap") == [
        (at(49 * 240), at(120 * 240))
    ]
    assert ledger.load(make_full_answer(first=40)).gap_count == 0
    assert ledger.read("select gap_start, gap_end from warehouse.etl_gap") == [
        (at(89 * 240), at(120 * 240))
    ]


def test_later_page_cuts_a_recorded_gap_and_keeps_when_it_was_found(ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    ledger.load(make_full_answer(first=200))
    found = ledger.read_one("select detected_at from warehouse.etl_gap")
    result = ledger.load(make_full_answer(first=100))
    assert result.gap_count == 0
    assert ledger.read(
        "select gap_start, gap_end, detected_at from warehouse.etl_gap order by gap_start"
    ) == [(at(49 * 240), at(100 * 240), *found), (at(149 * 240), at(200 * 240), *found)]


def test_page_over_a_gap_deletes_it(ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    ledger.load(make_full_answer(first=80))
    ledger.load(make_full_answer(first=45))
    assert ledger.read("select 1 from warehouse.etl_gap") == []


def test_closed_gap_is_left_alone(ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    ledger.load(make_full_answer(first=200))
    ledger.read("update warehouse.etl_gap set closed_at = now(), closed_by = 'f' returning 1")
    ledger.load(make_full_answer(first=100))
    assert ledger.read("select gap_end, closed_by from warehouse.etl_gap") == [(at(200 * 240), "f")]


def test_gaps_of_listeners_are_their_own(ledger: Ledger, other_ledger: Ledger) -> None:
    ledger.load(make_full_answer())
    other_ledger.load(make_full_answer())
    ledger.load(make_full_answer(first=60))
    other_ledger.load(make_full_answer(first=45))
    assert ledger.read("select distinct listener_key from warehouse.etl_gap") == [
        (ledger.listener_key,)
    ]


def test_failure_in_the_middle_leaves_nothing(ledger: Ledger) -> None:
    ledger.read(
        "create function public.refuse() returns trigger language plpgsql as"
        " $$begin raise 'no' using errcode = '53100'; end$$; select 1"
    )
    ledger.read(
        "create trigger refuse before insert on warehouse.etl_watermark"
        " for each row execute function public.refuse(); select 1"
    )
    before = read_tables(ledger.connection)
    with pytest.raises(DatabaseTrouble, match="full"):
        ledger.load(make_full_answer())
    assert read_tables(ledger.connection) == before
    ledger.read("drop trigger refuse on warehouse.etl_watermark; select 1")
    assert ledger.load(make_full_answer()).new_count == 50


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_what_postgres_gave_up_for_another_writer_is_tried_again(
    ledger: Ledger, state: str
) -> None:
    ledger.read("create sequence public.tries; select 1")
    ledger.read(
        "create function public.refuse_once() returns trigger language plpgsql as $$begin"
        f" if nextval('public.tries') < 3 then raise 'again' using errcode = '{state}'; end if;"
        " return new; end$$; select 1"
    )
    ledger.read(
        "create trigger refuse before insert on warehouse.etl_watermark"
        " for each row execute function public.refuse_once(); select 1"
    )
    assert ledger.poll(make_item(0)).new_count == 1


def test_writer_waits_for_the_listeners_lock_a_while_only(
    ledger: Ledger, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = statements.read_statement
    monkeypatch.setattr(
        statements, "read_statement", lambda name: real(name).replace("'60s'", "'50ms'")
    )
    holder = psycopg2.connect(database_url)
    try:
        with holder.cursor() as cursor:
            lock = render(cursor, flows.LISTENER_LOCK, {"listener_key": ledger.listener_key})
            cursor.execute(lock)
        with pytest.raises(DatabaseTrouble, match="lock"):
            ledger.poll(make_item(0))
        add_listener(ledger.connection, "another").poll(make_item(0))
    finally:
        holder.close()


def test_connection_that_was_cut_is_said_so(ledger: Ledger, connection: Connection) -> None:
    ledger.poll(make_item(0))
    pid = connection.info.backend_pid
    other = psycopg2.connect(connection.dsn, password=connection.info.password)
    with other.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    other.close()
    with pytest.raises(DatabaseTrouble):
        ledger.poll(make_item(240))


def test_long_batch_takes_the_same_road(ledger: Ledger) -> None:
    answers = [make_full_answer(first=number) for number in range(0, 2000, 40)]
    assert ledger.load(*answers).new_count == 2010
    assert ledger.read_one("select count(distinct track_key) from warehouse.fact_play") == (2010,)
