"""Answers in: what they change in the ledger, and for whom."""

from __future__ import annotations

from everheard.ledger.catalogue import derive_changed, load_answers, read_queue
from everheard.ledger.recordings import join_recordings
from everheard.names import fold_name
from everheard.sources.spotify.rows.catalogue import AnswerStage
from tests.everheard.ledger.ledger import HistoryRow, Ledger
from tests.everheard.pages import Json, make_album, make_artist, make_item, make_track


def answer(ledger: Ledger, *tracks: tuple[str, Json]) -> None:
    """Let Spotify answer these tracks, by the id asked for."""
    stage = AnswerStage()
    for asked_id, json in tracks:
        stage.add_track(asked_id, json)
    load_answers(ledger.connection, stage.rows, stage.paged_albums)


def test_plays_of_every_listener_are_derived_again_when_a_class_changes(
    ledger: Ledger, other_ledger: Ledger
) -> None:
    live = make_track("Song", edition="live id")
    for each in (ledger, other_ledger):
        each.import_rows(HistoryRow(30, "imported", "Song, once called otherwise", "Band"))
        each.poll(make_item(0, live))
        assert len(each.plays()) == 2
    answer(ledger, ("imported", make_track("Song")))
    assert [len(each.plays()) for each in (ledger, other_ledger)] == [2, 2]
    derive_changed(ledger.connection)
    for each in (ledger, other_ledger):
        (play,) = each.plays()
        assert play.ms_played == 180_000
    assert ledger.read("select * from warehouse.etl_changed_class") == []


def test_same_answer_again_changes_nothing(ledger: Ledger) -> None:
    ledger.import_rows(HistoryRow(0, "imported", "Song", "Band"))
    answer(ledger, ("imported", make_track("Song")))
    query = "select xmin::text, * from warehouse.dim_track order by track_key"
    before = ledger.read(query)
    answer(ledger, ("imported", make_track("Song")))
    assert ledger.read(query) == before


def test_answered_id_is_kept_beside_the_one_asked_for(ledger: Ledger) -> None:
    ledger.import_rows(HistoryRow(0, "imported", "Song", "Band"))
    answer(ledger, ("imported", make_track("Song")))
    row = ledger.read_one(
        "select track_id, answered_id from warehouse.dim_track where track_id = 'imported'"
    )
    assert row == ("imported", make_track("Song")["id"])


def test_relinked_group_asks_for_its_album_with_the_names_of_the_others(ledger: Ledger) -> None:
    ledger.import_rows(
        *(HistoryRow(300 * place, f"old{place}", f"Song {place}", "Band") for place in range(4))
    )
    answer(ledger, ("old0", make_track("Song 0")))
    (ask, *_) = read_queue(ledger.connection, kinds=["album"], limit=9, is_batch=False).asks
    assert (ask.kind, ask.spotify_id) == ("album", make_album()["id"])
    assert set(ask.aliases) == {(f"old{place}", fold_name(f"Song {place}")) for place in (1, 2, 3)}


def test_album_that_a_poll_showed_is_asked_for_at_once(ledger: Ledger) -> None:
    """The import came after the poll: its title of the album is kept all the same."""
    polled = make_track("Song 0")
    ledger.poll(make_item(0, polled))
    ledger.import_rows(
        HistoryRow(90_000, polled["id"], "Song 0", "Band"),
        HistoryRow(91_000, "other1", "Song 1", "Band"),
        HistoryRow(92_000, "other2", "Song 2", "Band"),
    )
    queue = read_queue(ledger.connection, kinds=["track", "album"], limit=9, is_batch=False)
    assert [(ask.kind, ask.spotify_id) for ask in queue.asks] == [("album", make_album()["id"])]


def test_ambiguous_name_is_left_unresolved(ledger: Ledger) -> None:
    """Two bands of one name: a history cannot tell them apart, and nobody guesses."""
    ledger.import_rows(
        HistoryRow(0, "one", "Song 1", "Band"), HistoryRow(300, "two", "Song 2", "Band")
    )
    answer(
        ledger,
        ("one", make_track("Song 1")),
        ("two", {**make_track("Song 2"), "artists": [make_artist("Band", "another band")]}),
    )
    join_recordings(ledger.connection)
    row = ledger.read_one(
        "select same_as_artist_key from warehouse.dim_artist where known_by_name = 'band'"
    )
    assert row == (None,)
