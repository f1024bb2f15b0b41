"""Pages written by this module: docs/views.md, and with flow_pages the READMEs in sql/load."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection

from everheard.config import PROJECT_DIR, Settings
from everheard.database.connect import translate_errors
from migrate.flow_pages import write_readmes
from migrate.upgrade import open_transaction

PAGE = PROJECT_DIR / "docs" / "views.md"
#: Above it people write, below it this module does.
MARKER = "<!-- Written by `python3 start.py migrate document`: change the comments instead. -->"
EXAMPLE_DIR = PROJECT_DIR / "sql" / "examples"
_CATALOGUE = """
select
    view.relname,
    obj_description(view.oid),
    attribute.attname,
    format_type(attribute.atttypid, attribute.atttypmod),
    col_description(view.oid, attribute.attnum)
from pg_catalog.pg_class as view
inner join pg_catalog.pg_attribute as attribute
    on view.oid = attribute.attrelid and attribute.attnum > 0
where view.relnamespace = 'bi'::regnamespace and view.relkind = 'v'
order by view.relname, attribute.attnum
"""


def write_pages(settings: Settings) -> str:
    """Write the page of the views and those of the flows; return a sentence."""
    with translate_errors(), open_transaction(settings) as connection:
        page = render_page(connection)
    PAGE.write_text(page, encoding="utf-8")
    written = [PAGE.relative_to(PROJECT_DIR), *write_readmes()]
    return f"document: written {', '.join(path.as_posix() for path in written)}"


def render_page(connection: Connection) -> str:
    """Return the page: an introduction, then each view with its columns and its example."""
    views: dict[str, list[tuple[str, str, str, str]]] = {}
    for name, comment, *column in connection.exec_driver_sql(_CATALOGUE):
        views.setdefault(name, []).append((comment, *column))
    parts = [PAGE.read_text(encoding="utf-8").partition(MARKER)[0] + MARKER]
    parts += [_render_view(name, rows) for name, rows in views.items()]
    # The comments spell it as all texts of the project do; a page is read on Debian and macOS.
    return re.sub(r"\bpython start\.py", "python3 start.py", "\n\n".join(parts) + "\n")


def _render_view(name: str, rows: list[tuple[str, str, str, str]]) -> str:
    grain, _, rest = rows[0][0].removeprefix("Grain: ").partition(". ")
    lines = [f"## bi.{name}", "", f"{grain[0].upper()}{grain[1:].rstrip('.')}. {rest}".rstrip(), ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    lines += [
        f"| `{column}` | {type_name.replace(' without time zone', '')} | {meaning} |"
        for _, column, type_name, meaning in rows
    ]
    example = EXAMPLE_DIR / f"{name}.sql"
    if example.exists():
        lines += ["", *_render_example(example)]
    return "\n".join(lines)


def _render_example(path: Path) -> list[str]:
    title, _, query = path.read_text(encoding="utf-8").partition("\n")
    return [title.removeprefix("-- "), "", "```sql", query.strip(), "```"]
