"""Numbers and their nouns, wherever something is said: "1 minute", never "1 minutes"."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from everheard.rims.counted import say_counted
from tests.repository.project import find_modules, parse, show

NOUNS = (
    "albums artists calls checks days files gaps hours imports jobs listeners machines minutes"
    " months plays rows rules runners runs seconds servers songs tokens tracks views years"
)
AFTER = re.compile(rf" (?:[a-z]+ )?(?:{'|'.join(NOUNS.split())})\b")
#: The simulator and the measurements speak to developers.
SPEAKING = ("cli/", "jobs/", "runner/", "migrate/", "everheard/", "api/")
#: Where the number is never one, and why.
NEVER_ONE = {
    "api/queries.py {most}": "a bound that is set here",
    "cli/demo.py {time.monotonic() - started}": "half a minute",
    "cli/demo.py {hours}": "a year's, or an outage of two days and a half",
    "cli/doctor/__init__.py {len(checks)}": "a dozen at the least",
    "cli/doctor/github.py {days}": "from 45 on",
    "cli/doctor/ledger.py {hours / 24}": "from three on",
    "cli/github/exit_policy.py {hours}": "from six on",
    "cli/tick.py {minutes}": "the ten that a job has",
    "everheard/enrich/releases.py {which}": "a word",
    "everheard/ledger/polls.py {count}": "said beside it",
    "everheard/run/warnings.py {read.hours_of_silence}": "from six on",
    "everheard/sources/spotify_export/judge.py {span.read_count}": "from hundreds on",
    "everheard/sources/spotify_export/judge.py {polled_count}": "from dozens on",
    "everheard/sources/spotify_export/judge.py {busiest_ms / 3600000}": "more than a week has",
    "migrate/upgrade.py {view_count}": "all of them",
    "runner/__main__.py {len(lines)}": "all of them",
}


def find_fixed_plurals(path: Path) -> list[str]:
    """Return the texts in which a noun in the plural follows a number that may be one."""
    found = []
    for node in ast.walk(parse(path)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, text in zip(node.values, node.values[1:], strict=False):
            if not isinstance(value, ast.FormattedValue) or not isinstance(text, ast.Constant):
                continue
            said = ast.unparse(value.value)
            if AFTER.match(str(text.value)) and not said.isupper() and "/ 60" not in said:
                found.append(f"{show(path)} {{{said}}}")
    return found


def test_a_noun_goes_with_its_number() -> None:
    speaking = [path for path in find_modules() if show(path).startswith(SPEAKING)]
    fixed = [found for path in speaking for found in find_fixed_plurals(path)]
    assert sorted({*fixed} - NEVER_ONE.keys()) == [], "use say_counted"


def test_nothing_leaves_the_choice_to_who_reads() -> None:
    said = [
        f"{show(path)}:{node.lineno}"
        for path in find_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant) and re.search(r"[a-z]\(s\)", str(node.value))
    ]
    assert said == [], "use say_counted"


def test_numbers_are_said_with_their_noun() -> None:
    said = [say_counted(number, "gap") for number in (0, 1, 2, 1234)]
    assert said == ["0 gaps", "1 gap", "2 gaps", "1,234 gaps"]
    assert say_counted(1, "was", "were") == "1 was"
