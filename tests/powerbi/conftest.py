"""What the tests of the Power BI project get: a ledger in which it is always the same moment."""

from tests.certainty.conftest import still_ledger

__all__ = ["still_ledger"]
