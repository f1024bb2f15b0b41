"""Roles that read the views: what else the database lets them do. Pure."""

from __future__ import annotations

from cli.doctor.check import Check, good, note
from everheard.ledger.operations.health import LedgerHealth

#: What a reader could do besides reading, by the field of ReaderHealth.
_COULD = {
    "may_make_temporary": "fill the disk with temporary tables",
    "may_make_tables": "make tables",
    "may_make_large_objects": "fill the disk with large objects",
    "may_lock": "take every advisory lock (no job waits for one)",
    "may_take_for_ever": "ask without end",
}
_CURE = (
    "`python start.py migrate role {}` takes what this database's user may take; the rest its"
    " provider does not allow: give the role's password to nobody you do not trust"
)


def check_readers(health: LedgerHealth) -> list[Check]:
    """Say of each role that reads the views what else the database lets it do."""
    checks = []
    for one in health.readers:
        could = [said for name, said in _COULD.items() if getattr(one, name)]
        if could:
            says = f"reads the views, and could {', '.join(could)}"
            checks.append(note(f"reader {one.name}", says, _CURE.format(one.name)))
        else:
            checks.append(good(f"reader {one.name}", "reads the views and can do nothing else"))
    return checks
