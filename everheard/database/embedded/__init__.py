"""The PostgreSQL that comes along: found, made, started and stopped in a folder."""

from everheard.database.embedded.server import (
    EmbeddedServer,
    bin_dir,
    find,
    print_psql_command,
    psql_command,
    start,
    stop,
)

__all__ = [
    "EmbeddedServer",
    "bin_dir",
    "find",
    "print_psql_command",
    "psql_command",
    "start",
    "stop",
]
