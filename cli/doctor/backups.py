"""How old the last backup is, wherever it was made."""

from __future__ import annotations

from psycopg2.extensions import connection as Connection

from cli.doctor.check import Check, good, note
from everheard.database.connect import translate_errors
from everheard.database.statements import read_query
from everheard.rims.counted import say_counted

_OLD_DAYS = 31


def check_backup(connection: Connection) -> Check:
    """Say when the ledger was last backed up; a provider's own copies are not known here."""
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(read_query("setup/last_backup"))
        (days,) = cursor.fetchone() or (None,)
    cure = "`python start.py backup FILE`"
    if days is None:
        return note("backup", "none yet", cure)
    says = f"{say_counted(days, 'day')} ago" if days else "today"
    return note("backup", says, cure) if days > _OLD_DAYS else good("backup", says)
