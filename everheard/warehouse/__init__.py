"""Rows in, ledger out: everything that talks to Postgres."""
