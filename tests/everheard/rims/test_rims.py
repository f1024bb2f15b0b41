"""Each rim lets a name through, and nothing that acts."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everheard.config import PROJECT_DIR
from everheard.rims.cells import CellWriter, to_cell
from everheard.rims.markdown import add_to_summary, escape, fence, say
from everheard.rims.plain import clean, to_line
from everheard.rims.terminal import GuardedStream, guard_output
from everheard.rims.workflow import annotate, print_annotation
from everheard.rims.xml import escape as escape_xml
from everheard.rims.xml import finish
from tests.everheard.rims.hostile import FORGED, HOSTILE, find_forged, find_never

NAMES = ["Sigur Rós", "Björk", "椎名林檎", "עברית", "👩‍🎤", "AC/DC", "P!nk", "$uicideboy$"]


@pytest.mark.parametrize("name", NAMES)
def test_names_as_people_know_them_stay_as_they_are(name: str) -> None:
    assert to_line(name) == clean(name) == to_cell(name) == name
    assert finish(name) == name


@given(st.text(st.characters(), max_size=60))
def test_any_text_becomes_one_line_that_a_terminal_and_xml_can_take(text: str) -> None:
    line = to_line(text)
    assert find_never(line) == []
    assert len(line.splitlines()) <= 1
    line.encode("utf-8")
    assert ElementTree.fromstring(f"<a b='{escape_xml(text)}'>{escape_xml(text)}</a>").text in (
        line,
        None,
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_name_ends_neither_its_line_nor_its_fence(name: str) -> None:
    lines = fence([f"{name}  3 min"])
    assert len(lines) == 3
    assert lines[0] == lines[2]
    assert set(lines[0]) == {"`"}
    assert lines[0] not in lines[1]
    for told in (escape(name), say(f"{name} is not there"), annotate("job", "error", name)):
        assert find_never(told) == []
        assert "\n" not in told
    for told in (escape(name), say(f"{name} is not there")):
        assert "<script" not in told
        assert "<img" not in told
    assert "[link](" not in escape(name)
    assert "@someone" not in escape(name)


def test_sentence_of_ours_keeps_its_code_and_links() -> None:
    said = (
        "See `python start.py doctor` at https://www.spotify.com/account/privacy/ for get_last_50."
    )
    assert say(said) == said


def test_annotation_is_one_command_whatever_stands_in_it() -> None:
    told = annotate("a,b:c", "warning", "100%\n::error::x")
    assert told == "::warning title=a%2Cb%3Ac::100%25 ::error::x"


@pytest.mark.parametrize("name", HOSTILE)
def test_cell_is_no_formula(name: str) -> None:
    file = io.StringIO()
    CellWriter(file).write([name, 3, None])
    ((cell, number, nothing),) = list(csv.reader(io.StringIO(file.getvalue())))
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\uff1d"))
    assert (number, nothing) == ("3", "")
    assert find_never(cell) == []


class Seen(HTMLParser):
    """The tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize("name", HOSTILE)
def test_name_is_text_in_xml(name: str) -> None:
    seen = Seen()
    seen.feed(f'<p title="{escape_xml(name)}">{escape_xml(name)}</p>')
    assert seen.tags == ["p"]


@pytest.mark.parametrize("name", HOSTILE)
def test_guard_lets_no_name_act(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with guard_output():
        print(name)
        print("  ", name, sep="")
        print("heard:", name)
        print(" ", end="")
        print(name, file=sys.stderr)
        print_annotation("job", "warning", name)
    said = capsys.readouterr()
    assert find_never(said.out + said.err) == []
    forged = [line for line in find_forged(said.out + said.err) if not line.startswith(FORGED)]
    assert [line for line in forged if line != "# Head"] == []
    assert said.out.count("::warning title=job::") == 1


def test_guard_is_the_stream_in_all_else() -> None:
    bare = io.StringIO()
    stream = GuardedStream(bare)
    stream.writelines(["one\n", "::two\n"])
    assert not stream.isatty()
    assert bare.getvalue() == "one\n: :two\n"


def test_summary_takes_lines_and_no_controls(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    add_to_summary(path, ["one", *HOSTILE, ""])
    assert find_never(path.read_text("utf-8")) == []


BUG = """
import sys
from everheard.config import read_settings
from everheard.rims.terminal import guard_output
settings = read_settings(needs_spotify=False)
def main():
    with guard_output():
        if sys.argv[1] == "thread":
            import threading
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
        else:
            fail()
def fail():
    import logging, sqlalchemy
    logging.warning("it is %s", settings.database_url)
    sqlalchemy.create_engine(settings.database_url.replace(":", "!", 1))
main()
"""


@pytest.mark.parametrize("where", ["main", "thread"])
def test_traceback_and_log_of_a_bug_hold_no_secret(where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUG, where],
        cwd=PROJECT_DIR,
        env={"DATABASE_URL": "postgresql://a:pass-nobody-sees@h/d", "PYTHONPATH": str(PROJECT_DIR)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" in done.stderr
    assert "[hidden]" in done.stderr
    assert "nobody" not in done.stdout + done.stderr
