"""Where the demo lives: in a ledger of its own, beside the person's."""

from __future__ import annotations

from pathlib import Path

#: Below the data folder.
DEMO_FOLDER = "demo"
#: What the demo leaves there when it begins: when its simulated time does.
DEMO_START = "demo-start"


def is_demo_there(home: Path) -> bool:
    """Say whether the demo has been run on this machine."""
    return (home / DEMO_FOLDER / DEMO_START).is_file()


def say_where_demo_is(home: Path) -> str:
    """Say how to look at the demo, to whoever finds nothing of it here; empty without one."""
    if not is_demo_there(home):
        return ""
    page = home / DEMO_FOLDER / "dashboard" / "index.html"
    return f"the demo has a ledger of its own: open {page}, or type `python start.py psql --demo`"
