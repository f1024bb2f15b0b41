"""Files are written, removed and handed over in one place; what is done elsewhere is listed here.

A new line here needs a reason: ``everheard/files.py`` writes for the owner alone, whole or not at
all, and never through a link; ``everheard/written.py`` leaves alone what a listener put there.
"""

from __future__ import annotations

import ast
import re

from tests.repository.project import find_files, find_modules, parse, read, show

#: Where it is decided.
HOME = {"everheard/files.py", "everheard/places.py"}
WRITING = {
    "write_text", "write_bytes", "touch", "mkdir", "makedirs", "copyfile", "copytree", "copy",
    "copy2", "move", "mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile",
    "TemporaryDirectory", "symlink_to", "symlink", "hardlink_to", "rename", "renames",
}  # fmt: skip
REMOVING = {"unlink", "rmtree", "rmdir", "removedirs"}
OWNING = {"chown", "fchown", "lchown", "chmod", "fchmod", "lchmod"}

#: (file, what it calls) -> why it may.
ELSEWHERE = {
    # start.py runs on any Python, before anything of ours can be imported; .venv is the clone's.
    ("start.py", "mkdir"): "the environment beside it",
    ("start.py", "open"): "the environment's marker and log",
    ("start.py", "write_text"): "the environment's stamps",
    ("start.py", "rmtree"): "an environment that was cut off or has no pip",
    ("start.py", "unlink"): "the same",
    # The repository's own pages and workflows, which everybody may read.
    ("migrate/document.py", "write_text"): "docs/views.md",
    ("migrate/flow_pages.py", "write_text"): "READMEs of sql/load",
    ("cli/github/schedule_minutes.py", "write_text"): "the clone's workflows",
    # What waits all day has the standard library only.
    ("runner/__main__.py", "mkdir"): "where it notes what was done, 0700",
    ("runner/keep_going.py", "os.open"): "a note, no link followed",
    # GitHub's file, which is there.
    ("everheard/rims/markdown.py", "open"): "step summary",
    # Gone when the program ends, made by this process with a name nobody knows before.
    ("cli/schedule/schedulers.py", "TemporaryDirectory"): "Windows takes a task only from a file",
    ("cli/schedule/schedulers.py", "write_text"): "in that",
    ("cli/schedule/service.py", "TemporaryDirectory"): "the same",
    ("cli/schedule/service.py", "write_text"): "the same",
    ("everheard/database/embedded/cluster.py", "TemporaryFile"): "what a program says",
    ("everheard/database/embedded/upgrade.py", "TemporaryDirectory"): "sockets of pg_upgrade",
    # In a folder that only root can write in.
    ("everheard/database/embedded/account.py", "mkdtemp"): "programs, copied once",
    ("everheard/database/embedded/account.py", "copytree"): "the same",
    ("everheard/database/embedded/account.py", "chmod"): "the same: another user runs them",
    ("everheard/database/embedded/account.py", "rename"): "the same",
    ("everheard/database/embedded/account.py", "rmtree"): "a copy that came second",
    ("everheard/database/embedded/account.py", "fchown"): "by descriptor, links refused",
    ("everheard/database/embedded/account.py", "os.open"): "the same",
    ("everheard/database/embedded/cluster.py", "rmdir"): "the socket's folder, where it is empty",
    # What an import unpacks, in a folder that folder.py lends it.
    ("everheard/workplace.py", "write_bytes"): "the mark in it",
    ("everheard/sources/spotify_export/reader.py", "mkdtemp"): "below that",
    ("everheard/sources/spotify_export/reader.py", "unlink"): "below that",
    ("everheard/sources/spotify_export/reader.py", "open"): "below that",
    ("everheard/sources/spotify_export/reader.py", "write_text"): "below that",
    ("everheard/sources/spotify_export/repair.py", "open"): "below that",
    ("everheard/sources/spotify_export/repair.py", "unlink"): "below that",
    ("everheard/sources/spotify_export/unpack.py", "open"): "below that",
    ("everheard/sources/spotify_export/unpack.py", "touch"): "below that",
    ("everheard/sources/spotify_export/unpack.py", "hardlink_to"): "below that",
}


def list_calls() -> set[tuple[str, str]]:
    """Return (file, function) for every call that writes, removes or hands over."""
    return {
        (show(path), name)
        for path in find_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and (name := name_call(node))
    }


def name_call(node: ast.Call) -> str:
    """Return the name of a call that writes, removes or hands over, "" for any other."""
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    module = getattr(called.value, "id", "") if isinstance(called, ast.Attribute) else ""
    if name == "open":
        given = [*node.args, *(one.value for one in node.keywords)]
        words = [one.value for one in given if isinstance(one, ast.Constant)]
        writes = any(re.fullmatch(r"[wax+bt]*[wax+][wax+bt]*", str(one)) for one in words)
        return "os.open" if module == "os" else name if writes else ""
    of_a_module = module in {"os", "shutil", "tempfile"}
    is_of_a_path = name in WRITING - {"copy", "move"} and isinstance(called, ast.Attribute)
    if name in REMOVING | OWNING or is_of_a_path or (of_a_module and name in WRITING):
        return name
    return ""


def test_files_are_written_removed_and_handed_over_in_one_place() -> None:
    found = {call for call in list_calls() if call[0] not in HOME}
    # The simulator is a stranger to the listener's files, but for the export that it makes.
    found = {(file, name) for file, name in found if not file.startswith("simulator/")}
    assert found - set(ELSEWHERE) == set(), "say why, or use everheard/files.py"


def test_nothing_is_listed_that_is_not_there() -> None:
    assert set(ELSEWHERE) - list_calls() == set()


def test_no_folder_that_all_can_write_in_is_named() -> None:
    named = {
        f"{show(path)}: {text}"
        for path in [*find_modules(), *find_files("*.sh", "pi")]
        for text in re.findall(r"[\"' =(](/tmp\b|/var/tmp|/dev/shm)", read(path))
    }
    assert named == set()


def test_nothing_is_removed_by_a_pattern_of_names() -> None:
    """A loop over what a pattern finds that removes it; what we made is known by its record."""
    wrong = set()
    for path in find_modules():
        for loop in [node for node in ast.walk(parse(path)) if isinstance(node, ast.For)]:
            over = {getattr(one, "attr", "") for one in ast.walk(loop.iter)}
            calls = [one for one in ast.walk(loop) if isinstance(one, ast.Call)]
            names = {getattr(one.func, "attr", getattr(one.func, "id", "")) for one in calls}
            if over & {"glob", "rglob", "iterdir"} and names & {
                *REMOVING,
                "remove_file",
                "remove_folder",
            }:
                wrong.add(f"{show(path)}: line {loop.lineno}")
    import_folder = "everheard/sources/spotify_export/"
    assert {one for one in wrong if not one.startswith(("start.py", import_folder))} == set()


def test_installer_removes_only_what_it_names() -> None:
    script = read("pi/install.sh")
    removed = re.findall(r"^\s*(?:for .*do )?rm -\w+ (.+?)(?:;|$)", script, flags=re.MULTILINE)
    assert removed
    assert [words for words in removed if "*" in words.replace("requirements-*.txt", "")] == []
    assert not re.search(r"rm -rf +\"?\$(CODE|STATE|SETTINGS|UNITS)\"?( |$)", script)
