"""docs/views.md says what the database says, and its examples run."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy
from psycopg2.extensions import connection as Connection

from migrate.document import EXAMPLE_DIR, PAGE, render_page
from migrate.upgrade import to_sqlalchemy_url

EXAMPLES = sorted(EXAMPLE_DIR.glob("*.sql"))


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
