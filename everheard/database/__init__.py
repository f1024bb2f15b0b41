"""A connection, wherever the database is: an address, or the server that comes along."""
