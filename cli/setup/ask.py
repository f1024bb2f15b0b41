"""Questions in the terminal; what is secret is not shown while it is typed."""

from __future__ import annotations

import getpass
import sys

from everheard.failure import ExitCode, Failure
from everheard.rims.secrets import know


class SetupStopped(Failure):
    """The terminal ended in the middle; what was settled stays settled."""

    exit_code = ExitCode.CONFIGURATION

    def __init__(self) -> None:
        super().__init__("Setup stopped here: `python start.py setup` goes on from this step.")


def ask(question: str, default: str = "") -> str:
    """Ask for a line; Enter alone gives the default."""
    print(f"{question}{f' [{default}]' if default else ''}: ", end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        raise SetupStopped
    return line.strip() or default


def ask_secret(question: str) -> str:
    """Ask for a line that the terminal does not show, and no shell remembers."""
    if not sys.stdin.isatty():
        return ask(question)
    try:
        typed = getpass.getpass(f"{question} (not shown): ").strip()
    except EOFError:
        raise SetupStopped from None
    know(typed)
    return typed


def choose(question: str, answers: dict[str, str]) -> str:
    """Ask until one of the letters is typed; the first is the default."""
    first = next(iter(answers))
    for letter, meaning in answers.items():
        print(f"  {letter}  {meaning}")
    while True:
        letter = ask(question, first).lower()
        if letter in answers:
            return letter
        print(f"One of {', '.join(answers)}, please.")
