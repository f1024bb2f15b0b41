"""The log of a workflow, where a line that begins with ``::`` is a command to GitHub's runner.

After https://docs.github.com/actions/reference/workflow-commands-for-github-actions. The older form
(``##[command]``) is obeyed anywhere in a line.
"""

from __future__ import annotations

import sys

from everheard.rims.plain import to_line


def annotate(job: str, level: str, text: str) -> str:
    """Return a workflow command of ours; a second line would be a command of its own."""
    said = defuse(to_line(" ".join(text.split())), at_start=True).replace("%", "%25")
    title = to_line(job).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={title}::{said}"


def print_annotation(job: str, level: str, text: str) -> None:
    """Write a workflow command to the log, where no text of others may be one."""
    command = annotate(job, level, text)
    write = getattr(sys.stdout, "write_command", None)
    if write:
        write(command)
    else:
        print(command)


def defuse(line: str, *, at_start: bool) -> str:
    """Return a line that is no command, whoever wrote what stands in it."""
    bare = line.lstrip()
    if at_start and bare.startswith("::"):
        line = line[: len(line) - len(bare)] + ": :" + bare[2:]
    return line.replace("##[", "# #[")


def is_command_start(line: str, *, at_start: bool) -> bool:
    """Say whether what is written next could begin a command: nothing stands before it."""
    return at_start and not line.strip()
