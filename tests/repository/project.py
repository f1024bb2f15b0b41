"""What the tests of the repository itself share: where files are and what they import."""

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "cli", "dashboard", "everheard", "jobs", "migrate", "runner", "simulator")
HIDDEN_BUT_OURS = {".ci", ".github"}
NOT_WRITTEN_BY_US = {"__pycache__", "build", "dist", "node_modules"}


def find_files(pattern: str, under: str = ".") -> list[Path]:
    """Return the project's files below a folder, without environments, caches and ``.env``."""
    return sorted(path for path in _walk(PROJECT_DIR / under) if path.match(pattern))


def find_modules() -> list[Path]:
    """Return every module of the packages that run, ``start.py`` included."""
    modules = [path for package in PACKAGES for path in find_files("*.py", package)]
    return [*modules, *PROJECT_DIR.glob("start.py")]


def find_jobs() -> list[str]:
    return [path.stem for path in find_files("*.py", "jobs") if not path.stem.startswith("_")]


def show(path: Path) -> str:
    """Return a path as people write it: from the project's root, with forward slashes."""
    return path.relative_to(PROJECT_DIR).as_posix()


def read(path: Path | str) -> str:
    return (PROJECT_DIR / path).read_text(encoding="utf-8")


def parse(path: Path) -> ast.Module:
    return ast.parse(read(path), filename=show(path))


def name_module(path: Path) -> str:
    """Return the dotted name of a module: ``jobs/get_last_50.py`` -> ``jobs.get_last_50``."""
    parts = path.relative_to(PROJECT_DIR).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_imports(path: Path) -> set[str]:
    """Return the dotted names a module imports, those inside functions included.

    ``from a import b`` counts as ``a.b``: b may be a module.
    """
    names = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{show(path)}: line {node.lineno} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _walk(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_file():
            if path.name != ".env":
                yield path
        elif path.name in HIDDEN_BUT_OURS or not (
            path.name.startswith(".") or path.name in NOT_WRITTEN_BY_US
        ):
            yield from _walk(path)
