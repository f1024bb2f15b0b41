"""docs/views.md says what the database says, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy
from psycopg2.extensions import connection as Connection

from migrate.document import EXAMPLE_DIR, PAGE, render_page
from migrate.upgrade import to_sqlalchemy_url
from tests.repository.project import PROJECT_DIR, find_files, read, show

EXAMPLES = sorted(EXAMPLE_DIR.glob("*.sql"))
#: What people ask; the other views are the star.
QUESTIONS = {
    "album_ranking", "album_ranking_history", "artist_month", "comeback", "coverage",
    "daily_listening", "daily_report", "daily_top", "discovery", "discovery_month",
    "listening_clock", "metadata_completeness", "new_release", "period_listening",
    "period_step", "period_streak", "pipeline_health", "session", "sign_in", "skip_rate",
    "streak", "top_album", "top_artist", "top_track", "unnamed_listening", "year_review",
}  # fmt: skip
#: One play a row.
WITHOUT_CERTAINTY = {"episode_play", "play"}


def test_page_is_what_the_catalogue_and_the_examples_say(database_url: str) -> None:
    engine = sqlalchemy.create_engine(
        to_sqlalchemy_url(database_url), poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        page = render_page(connection)

    assert PAGE.read_text(encoding="utf-8") == page, "run: python start.py migrate document"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_asks_the_view_it_is_named_after(
    path: Path, connection: Connection
) -> None:
    query = path.read_text(encoding="utf-8")

    with connection.cursor() as cursor:
        cursor.execute(query)

    assert f"bi.{path.stem}" in query


def test_documented_query_asks_by_names_and_never_by_keys() -> None:
    """Which key is whose differs from ledger to ledger."""
    pages = [*find_files("*.md", "docs"), PROJECT_DIR / "README.md", *EXAMPLES]
    asked = [show(path) for path in pages if re.search(r"_key = \d", read(path))]
    assert asked == []


def test_every_question_has_an_example() -> None:
    assert {path.stem for path in EXAMPLES} >= QUESTIONS


def test_every_sum_of_time_says_how_sure_it_is(connection: Connection) -> None:
    query = (
        "select table_name from information_schema.columns where table_schema = 'bi'"
        " and column_name like any (array['%ms\\_listened', 'certainty'])"
        " group by table_name having not bool_or(column_name = 'certainty')"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)

        assert {name for (name,) in cursor.fetchall()} == WITHOUT_CERTAINTY
