"""Run one command: what ``start.py`` hands the typed words to."""

from __future__ import annotations

import importlib
import sys

from cli.commands import COMMANDS, understand
from everheard.failure import Failure
from everheard.pipe import outlive_reader


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    outlive_reader()
    words = sys.argv[1:] if argv is None else argv
    typed = understand(words)
    if typed.command is None:
        print(typed.said, file=sys.stderr if typed.is_wrong else sys.stdout)
        return 2 if typed.is_wrong else 0
    if sys.stdout.encoding.lower() not in {"utf-8", "utf8"}:
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    command = COMMANDS[words[0]]
    try:
        return int(importlib.import_module(command.module).main([*command.before, *words[1:]]))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return int(failure.exit_code)
    except KeyboardInterrupt:
        print("\nStopped. The same command takes it up again.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
