"""Docstrings begin with what a thing is or does, not with a question word."""

import ast
from pathlib import Path

import assistant

PACKAGE = Path(assistant.__file__).parent
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_no_docstring_begins_with_a_question_word() -> None:
    begins = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = ast.get_docstring(node) if isinstance(node, DOCUMENTED) else None
            if text and text.split()[0].strip(",:") in {"What", "Whether", "How", "Where"}:
                begins.append(f"{path.relative_to(PACKAGE)}: {text.splitlines()[0]}")
    assert begins == []
