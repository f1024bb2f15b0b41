"""Rows in, facts out: the only writer of the ledger, and the reader of what writing needs."""
