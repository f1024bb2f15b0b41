"""What the jobs, the API and the migrations share; it knows none of them."""

#: The version of the tables this code writes to; the newest revision under
#: migrate/versions carries the same number (a test compares them).
SCHEMA_VERSION = 20
#: In its place while a ledger is being moved in: no code may write there, or upgrade it.
UNFINISHED_MOVE = 1_000_000
