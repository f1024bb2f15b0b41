"""From nothing to the first plays: ``python start.py setup``. Every step can be repeated."""

from __future__ import annotations

from everheard.config import read_settings
from everheard.setup.steps import STEPS


def run_setup(only: str | None, *, port: int) -> str:
    """Go through the steps that are not done, or do one of them anew; return a sentence.

    Settings are read anew before each step: the one before may have written some.
    """
    for number, step in enumerate(STEPS, start=1):
        if only not in {None, step.name}:
            continue
        settings = read_settings(needs_spotify=False)
        found = "" if only else step.find(settings)
        if found:
            print(f"✓ {number}/{len(STEPS)} {step.name}: {found}")
            continue
        print(f"\n{number}/{len(STEPS)} {step.name}: {step.does}")
        said = step.do(settings, port)
        print(f"✓ {step.name}: {said.splitlines()[-1]}", flush=True)
    if only:
        return f"setup: {only} done"
    return "setup: done; `python start.py doctor` looks it all over, at any time"
