"""From nothing to the first plays: ``python start.py setup``. Every step can be repeated."""

from __future__ import annotations

from cli.commands import make_parser
from cli.setup.steps import STEPS
from everheard.config import read_settings


def main(argv: list[str]) -> int:
    """Go through the steps; say how it ended."""
    parser = make_parser("setup", "From nothing to the first plays, step by step.")
    names = [step.name for step in STEPS]
    does = f"do this step anew, alone: {', '.join(names)}"
    parser.add_argument("step", metavar="STEP", nargs="?", choices=names, help=does)
    parser.add_argument("--port", type=int, default=8888, help="of the redirect URI")
    options = parser.parse_args(argv)
    print(run_setup(options.step, port=options.port))
    return 0


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
