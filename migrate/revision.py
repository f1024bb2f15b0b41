"""What every revision does: run the SQL file that lies beside it."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def run_sql_beside(revision_file: str) -> None:
    """Run NNNN_name.sql for NNNN_name.py, as one script inside Alembic's transaction."""
    script = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script)
