"""Documentation that goes missing, or promises what is not there, fails here."""

import ast
import re
from pathlib import Path

import pytest

from cli.commands import COMMANDS
from tests.repository.project import (
    PROJECT_DIR,
    find_files,
    find_jobs,
    find_modules,
    parse,
    read,
    show,
)

PAGES = find_files("*.md")
TEXTS = [*PAGES, *find_modules(), *find_files("*.yml", ".github")]
VIEWS = [path.stem for path in find_files("views/*.sql", "sql/views")]  # not those in part/
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")
COMMAND = re.compile(r"\b(?:python3?|py) start\.py (?P<command>[a-z][a-z-]*)")
SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|LOCALAPPDATA")


def find_settings() -> set[str]:
    """Return the names config.py looks up, which it writes as plain text."""
    tree = parse(PROJECT_DIR / "everheard/config.py")
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and SETTING.fullmatch(text)}


def find_anchors(page: Path) -> set[str]:
    """Return the anchors GitHub gives to the headings of a page."""
    outside_code = re.sub(r"^```.*?^```", "", read(page), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", outside_code, flags=re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


def first_column(page: str) -> set[str]:
    """Return what stands as `code` in the first column of a page's tables."""
    return set(re.findall(r"^\| *`([^`]+)`", read(page), flags=re.MULTILINE))


@pytest.mark.parametrize("job", find_jobs())
def test_job_is_documented(job: str) -> None:
    assert job in first_column("docs/jobs.md")
    assert f"`{job}`" in read("README.md")


@pytest.mark.parametrize("view", VIEWS)
def test_view_is_documented(view: str) -> None:
    assert re.search(rf"\b{view}\b", read("docs/views.md"))


@pytest.mark.parametrize("setting", sorted(find_settings()))
def test_setting_is_documented(setting: str) -> None:
    assert setting in first_column("docs/settings.md")


def test_documented_settings_are_read() -> None:
    assert first_column("docs/settings.md") <= find_settings()


def test_documented_jobs_exist() -> None:
    assert {name for name in first_column("docs/jobs.md") if not name.isdigit()} <= set(find_jobs())


@pytest.mark.parametrize(
    "command", [name for name, one in COMMANDS.items() if not one.is_for_machines]
)
def test_command_is_documented(command: str) -> None:
    pages = [page for page in PAGES if page.name != "CHANGELOG.md"]
    assert any(command in COMMAND.findall(read(page)) for page in pages)


@pytest.mark.parametrize("path", TEXTS, ids=show)
def test_command_that_people_are_told_to_type_exists(path: Path) -> None:
    assert set(COMMAND.findall(read(path))) - set(COMMANDS) == set()


@pytest.mark.parametrize("path", TEXTS, ids=show)
def test_job_that_people_are_told_to_type_exists(path: Path) -> None:
    named = re.findall(r"start\.py job ([a-z]\w*)", read(path))
    assert set(named) - set(find_jobs()) == set()


@pytest.mark.parametrize("page", PAGES, ids=show)
def test_page_spells_commands_as_debian_and_macos_have_them(page: Path) -> None:
    """There is no ``python`` there."""
    assert not re.search(r"\bpython start\.py", read(page))


@pytest.mark.parametrize("page", PAGES, ids=show)
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in LINK.finditer(read(page)):
        target, _, anchor = link["target"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        there = (page.parent / target).resolve() if target else page
        if not there.exists() or (anchor and anchor not in find_anchors(there)):
            dead.append(link["target"])
    assert dead == []
