"""A stand-in for GitHub's tool ``gh``: a program on PATH that keeps its state in a file."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

#: A shell starts it: the path of an interpreter with a space in it fits into no first line.
PROGRAM = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import json, re, sys
from pathlib import Path

file = Path({state!r})
state = json.loads(file.read_text())
words = sys.argv[1:]
given = "" if sys.stdin.isatty() else sys.stdin.read()
state["calls"].append(words)


def answer():
    if words[0] == "api":
        return ask(words[1], words[words.index("--method") + 1])
    if words[:2] == ["auth", "status"]:
        return "" if state["signed_in"] else None
    if words[:2] == ["secret", "set"]:
        state["secrets"][words[2]] = given
    elif words[:2] == ["variable", "set"]:
        state["variables"][words[2]] = words[words.index("--body") + 1]
    elif words[:2] == ["workflow", "enable"]:
        state["enabled"].append(words[2])
    else:
        return None
    return ""


def ask(path, method):
    repository = "repos/" + state["repository"]
    if path.startswith(repository + "/issues"):
        return json.dumps(issues(path[len(repository) + 8:], method))
    if path == repository + "/actions/variables/EVERHEARD":
        value = state["variables"].get("EVERHEARD")
        return json.dumps(dict(value=value)) if value else None
    known = {{
        repository: state["about"],
        repository + "/actions/workflows": dict(workflows=state["workflows"]),
    }}
    return json.dumps(known[path]) if path in known else None


def issues(rest, method):
    if method == "GET":
        return [one for one in state["issues"] if "state=all" in rest or one["state"] == "open"]
    body = json.loads(given)
    if method == "POST":
        state["issues"].append(dict(body, number=len(state["issues"]) + 1, state="open"))
        return state["issues"][-1]
    issue = state["issues"][int(rest.strip("/")) - 1]
    issue.update(body)
    return issue


said = answer()
file.write_text(json.dumps(state))
if said is None:
    sys.exit("gh: not found or not signed in")
print(said)
"""


class FakeGitHub:
    """What ``gh`` was asked, and what it will say."""

    repository = "ada/everheard"

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._file = folder / "state.json"
        self.write(
            repository=self.repository,
            signed_in=True,
            about={"private": True, "pushed_at": "2026-01-01T00:00:00Z"},
            workflows=[
                {
                    "name": "get_last_50",
                    "path": ".github/workflows/get_last_50.yml",
                    "state": "active",
                }
            ],
            calls=[],
            secrets={},
            variables={},
            enabled=[],
            issues=[],
        )
        program = folder / "gh"
        program.write_text(PROGRAM.format(python=sys.executable, state=str(self._file)))
        program.chmod(0o755)

    def read(self) -> dict[str, Any]:
        return dict(json.loads(self._file.read_text()))

    def write(self, **changes: Any) -> None:
        state = self.read() if self._file.exists() else {}
        self._file.write_text(json.dumps({**state, **changes}))

    def put_on_path(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(self.folder) + os.pathsep + os.environ["PATH"])
