"""A ledger moved from one database to another: the same rows, told apart by nobody."""
