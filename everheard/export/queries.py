"""What is asked of the ledger so that rows leave: of whom, since when, in which form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from everheard.export.relations import ColumnKind, ExportRelation


class Selection(NamedTuple):
    """Of whom and since when: facts of these listeners (None: of all), from that day (UTC) on."""

    listener_keys: tuple[int, ...] | None
    since: date | None = None


@dataclass(frozen=True)
class Form:
    """How rows leave, in one piece or by the year.

    ``csv``, ``text`` as COPY spells it, or ``lines``: a document a line, and nothing beside it.

    ``casts`` names SQL for a type that is no good where the rows go, ``{}`` for the column.
    """

    style: str = "csv"
    has_header: bool = False
    is_by_year: bool = True
    casts: tuple[tuple[str, str], ...] = ()
    list_sql: str = "array_to_json({})::text"


def render_query(
    relation: ExportRelation,
    selection: Selection,
    form: Form,
    listener_key: int | None,
    year: int | None = None,
) -> str:
    """Return the query of what leaves, in the order of the key; the moment comes first.

    Names are the catalogue's own; values are numbers and a date.
    """
    columns = order_columns(relation)
    if form.style == "lines":
        columns = [column for column in columns if column.name == "document"]
    shown = ", ".join(_render_column(column, form) for column in columns)
    conditions = []
    if listener_key is not None:
        conditions.append(f"listener_key = {listener_key:d}")
    elif relation.has_listener and selection.listener_keys is not None:
        keys = ", ".join(f"{key:d}" for key in selection.listener_keys) or "null"
        conditions.append(f"listener_key in ({keys})")
    if selection.since and relation.moment:
        since = selection.since.replace(month=1, day=1) if form.is_by_year else selection.since
        conditions.append(f"{relation.moment} >= '{since:%Y-%m-%d}'")
    if year is not None:
        conditions.append(f"{relation.moment} >= '{year:04}-01-01'")
        conditions.append(f"{relation.moment} < '{year + 1:04}-01-01'")
    where = f" where {' and '.join(conditions)}" if conditions else ""
    place = f"{relation.schema}.{relation.name}"
    if relation.query:
        place = f"({relation.query.rstrip().rstrip(';')}) as {relation.name}"
    query = f"select {shown} from {place}{where}"  # noqa: S608
    if relation.moment and form.is_by_year and year is None:
        return query  # a million rows are sorted a year at a time, by whoever takes them
    return f"{query} order by {', '.join(_quote(name) for name in relation.order)}"


def order_columns(relation: ExportRelation) -> list[ColumnKind]:
    """Return the columns as they leave: the moment first, by which rows are parted."""
    first = [column for column in relation.columns if column.name == relation.moment]
    return first + [column for column in relation.columns if column.name != relation.moment]


def _render_column(column: ColumnKind, form: Form) -> str:
    name = _quote(column.name)
    sql = form.list_sql if column.kind.endswith("[]") else dict(form.casts).get(column.kind)
    return f"{sql.format(name)} as {name}" if sql else name


def _quote(name: str) -> str:
    return f'"{name}"'
