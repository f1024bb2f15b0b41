"""What the jobs, the API and the migrations share; it knows none of them."""

#: The version of the tables this code writes to; the newest revision under
#: migrate/versions carries the same number (a test compares them).
SCHEMA_VERSION = 20
