"""A rating, a new release and a rule taken back, as people type it."""

from __future__ import annotations

import pytest
from psycopg2.extensions import connection as Connection

from tests.cli.conftest import Type


def read_ratings(connection: Connection) -> list[float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rating::float from warehouse.fact_album_rating order by album_rating_key"
        )
        return [rating for (rating,) in cursor.fetchall()]


def list_release(connection: Connection, *, is_new: bool = True) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_listener (account_id) values ('ana');
            insert into warehouse.dim_artist (artist_id, name, folded_name, metadata_level)
            values ('artist', 'Ado', 'ado', 2);
            insert into warehouse.dim_album (
                album_id, name, folded_name, folded_artist_name, metadata_level, release_date
            )
            values ('album', 'Kyogen', 'kyogen', 'ado', 2, '2026-11-20');
            insert into warehouse.fact_album_release (
                listener_key, album_key, artist_key, found_by, edition_name, is_followed, is_new
            )
            select 1, album_key, artist_key, 'artist', 'kyogen', false, %s
            from warehouse.dim_album, warehouse.dim_artist
            where album_id = 'album' and artist_id = 'artist';
            """,
            (is_new,),
        )


def count_new(connection: Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from bi.new_release")
        (count,) = cursor.fetchone() or (0,)
        return int(count)


def test_rating_before_counts_again(type_command: Type, connection: Connection) -> None:
    for rating in ("80", "95"):
        type_command("rate", "Blue", rating, "--artist", "Joni Mitchell")
    code, said, _ = type_command("undo", "rating", "blue")
    assert code == 0
    assert "took back 95" in said
    assert "80.00 counts again" in said
    assert read_ratings(connection) == [80]
    assert "no rating any more" in type_command("undo", "rating", "Blue")[1]
    code, _, said = type_command("undo", "rating", "Blue")
    assert code == 65
    assert "'Blue' has no rating." in said


def test_rating_of_one_of_two_albums_has_to_be_named(
    type_command: Type, connection: Connection
) -> None:
    for artist in ("Queen", "ABBA"):
        type_command("rate", "Greatest Hits", "90", "--artist", artist)
    code, _, said = type_command("undo", "rating", "Greatest Hits")
    assert code == 65
    assert "ABBA" in said
    assert len(read_ratings(connection)) == 2
    assert type_command("undo", "rating", "Greatest Hits", "--artist", "Queen")[0] == 0
    assert len(read_ratings(connection)) == 1


def test_rating_of_another_listener_stays(type_command: Type, connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into warehouse.dim_listener (account_id) values ('ana'), ('bob')")
    type_command("rate", "Blue", "95", "--listener", "ana")
    assert type_command("undo", "rating", "Blue", "--listener", "bob")[0] == 65
    assert read_ratings(connection) == [95]


def test_release_is_listed_no_more(type_command: Type, connection: Connection) -> None:
    list_release(connection)
    assert count_new(connection) == 1
    code, said, _ = type_command("undo", "release", "KYOGEN")
    assert code == 0
    assert "'Kyogen' (2026-11-20) is no new release any more" in said
    assert count_new(connection) == 0
    assert type_command("undo", "release", "Kyogen")[0] == 65


def test_rule_is_taken_back_by_the_same_word(type_command: Type, connection: Connection) -> None:
    list_release(connection, is_new=False)
    assert type_command("exclude", "artist", "Ado")[0] == 0
    assert type_command("undo", "exclusion", "artist", "ado")[0] == 0
    assert "No rule" in type_command("exclude", "--list")[1]
    assert type_command("undo", "exclusion", "artist", "ado")[0] == 65


@pytest.mark.parametrize("kind", ["rating", "release"])
def test_nothing_named_says_what_to_name(
    type_command: Type, connection: Connection, kind: str
) -> None:
    list_release(connection)
    code, _, said = type_command("undo", kind)
    assert code == 65
    assert "title" in said
    assert type_command("undo", kind, "Never Heard Of")[0] == 65
