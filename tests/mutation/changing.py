"""Makes a copy of the repository in which every function of some packages has its changed copies beside it."""

from __future__ import annotations

import ast
import difflib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("policyeval", "grammar", "fixtures", "tests", "docs", "README.md", "pyproject.toml")


def copy_and_change(work: Path, packages: Sequence[str]) -> list[str]:
    """Fill an empty folder, and give the names of all changes to these packages."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, work / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, work / name)
    with (work / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[tool.mutmut]\nsource_paths = ["policyeval"]\n')
    with chdir(work):  # mutmut reads its settings there
        return [name for package in packages for path in sorted(Path(package).rglob("*.py")) for name in _change(path)]


def _change(path: Path) -> Iterator[str]:
    from mutmut.mutation.file_mutation import mutate_file_contents  # noqa: PLC0415 - reads its settings once

    changed = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
    path.write_text(changed.code, encoding="utf-8")
    module = str(path.with_suffix("")).replace(os.sep, ".")
    return (f"{module}.{name}" for name in changed.mutant_names)


def difference(work: Path, name: str) -> Iterator[str]:
    """Tell the lines that a change takes away and puts there."""
    module, _, changed = name.rpartition(".")
    text = (work / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    original = changed.partition("__mutmut_")[0] + "__mutmut_orig"
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    rows = text.splitlines()
    lines = {
        node.name: [row.replace(f"def {node.name}(", "def (") for row in rows[node.lineno - 1 : node.end_lineno]]
        for node in functions
    }
    for line in difflib.unified_diff(lines[original], lines[changed], n=0, lineterm=""):
        if line[0] in "+-" and line[:3] not in {"+++", "---"}:
            yield line
