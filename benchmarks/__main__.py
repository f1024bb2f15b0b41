"""``python start.py benchmark NAME``: run one benchmark; without a name, list them."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

from everheard.pipe import outlive_reader

FOLDER = Path(__file__).resolve().parent


def main(argv: list[str]) -> int:
    """Run the benchmark named first with the other arguments, or list what there is."""
    outlive_reader()
    questions = read_questions()
    if not argv or argv[0] not in questions:
        print("python start.py benchmark NAME, where NAME is one of\n")
        print("\n".join(f"  {name:<18} {question}" for name, question in questions.items()))
        return 2 if argv and argv[0] not in {"-h", "--help"} else 0
    sys.argv = [f"python start.py benchmark {argv[0]}", *argv[1:]]
    runpy.run_module(f"benchmarks.{argv[0]}", run_name="__main__", alter_sys=False)
    return 0


def read_questions() -> dict[str, str]:
    """Return benchmark -> first line of its docstring; one can be run if it has a ``main``."""
    questions = {}
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            questions[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return questions


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
