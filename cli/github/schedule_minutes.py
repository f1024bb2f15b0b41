"""Draw odd minutes for the schedules at GitHub, write them into the workflows, and commit.

Everybody on the same minute is what makes GitHub drop runs; a commit that changes a
workflow also makes GitHub register its schedule.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from cli.github.client import run_git
from everheard.config import PROJECT_DIR
from runner.schedule import find_line

WORKFLOWS = PROJECT_DIR / ".github" / "workflows"
_CRON = re.compile(r'(?<=cron: ")(\d+) (\*|\d+) (?=\* \* \*")')
#: Daily runs come at night and in the morning, UTC.
_HOURS = range(2, 8)


def draw_minutes(text: str, rng: random.Random) -> str:
    """Return a workflow's text with new minutes, and new hours for what is daily.

    A second line of the same file comes as long after the first as the dense schedule says (half
    an hour), and where the file
    names that line's cron elsewhere (in a condition), it is renamed there too.
    """
    drawn = draw_odd_minute(rng)
    apart = find_line("get_last_50", "actions_dense").every // 60
    renamed: dict[str, str] = {}
    for place, found in enumerate(_CRON.finditer(text)):
        minute = (drawn + apart * place) % 60
        hour = found[2] if found[2] == "*" else str(rng.choice(_HOURS))
        renamed[f"{found[1]} {found[2]} * * *"] = f"{minute} {hour} * * *"
    if not renamed:
        return text
    pattern = "|".join(map(re.escape, renamed))
    return re.sub(rf"(?<=[\"'])({pattern})(?=[\"'])", lambda found: renamed[found[1]], text)


def draw_odd_minute(rng: random.Random) -> int:
    """Return a minute that is not round, nor is the one half an hour later."""
    return rng.choice([minute for minute in range(60) if minute % 5])


def commit_new_minutes(folder: Path = WORKFLOWS) -> str:
    """Draw, write and commit; return a sentence. Raises GitHubTrouble where git will not."""
    rng = random.SystemRandom()
    changed = []
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        drawn = draw_minutes(text, rng)
        if drawn != text:
            path.write_text(drawn, encoding="utf-8", newline="\n")
            changed.append(str(path))
    run_git("commit", "--quiet", "--message", "Draw minutes for the schedules", "--", *changed)
    return (
        f"schedule: new minutes in {len(changed)} workflows, committed; `git push` brings them in"
    )
