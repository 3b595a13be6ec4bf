"""Fails the build on a module over 500 lines or a function over 50, its docstring not counted.

Without a gate files only grow: https://docs.astral.sh/ruff/rules/too-many-statements/ counts
statements, and nothing in ruff counts lines.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("gateway", "channels", "manager", "workers", "skills", "souls", "tests")
MAX_MODULE_LINES = 500
MAX_FUNCTION_LINES = 50

Function = ast.FunctionDef | ast.AsyncFunctionDef


def findings(root: Path) -> Iterator[str]:
    """Yield one line per module or function in the rooms under `root` that is too long."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            yield from _findings_in(path, path.relative_to(root))


def _findings_in(path: Path, shown_as: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    lines = len(source.splitlines())
    if lines > MAX_MODULE_LINES:
        yield f"{shown_as}:1: module has {lines} lines, at most {MAX_MODULE_LINES}: split it"
    for node in ast.walk(ast.parse(source, filename=str(path))):
        if isinstance(node, Function) and (length := _length(node)) > MAX_FUNCTION_LINES:
            limit = f"{length} lines, at most {MAX_FUNCTION_LINES}"
            yield f"{shown_as}:{node.lineno}: function {node.name} has {limit}: split it"


def _length(function: Function) -> int:
    lines = _lines(function)
    if ast.get_docstring(function, clean=False) is not None:
        lines -= _lines(function.body[0])
    return lines


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def main() -> int:
    """Print the findings for the working directory, or for the one given; 1 if there are any."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()
    found = list(findings(root))
    print("\n".join(found) or "Sizes: kept.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
