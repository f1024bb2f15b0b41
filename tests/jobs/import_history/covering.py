"""Imports run to whatever end they come to."""

from __future__ import annotations

from tests.jobs.import_history.importing import Importer


def run(importer: Importer, *words: object, code: int = 0) -> str:
    """Import, check how it ends; return all that was said."""
    process = importer.start(*words)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == code, said
    return said
