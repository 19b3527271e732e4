"""Who installs policyeval installs what it imports, and nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BY_NAME = {"boto3", "botocore", "pytest"}  # tests bring them along
BROUGHT = {"lsprotocol", "pydantic_core"}  # the types of pygls and the errors of pydantic
UNSEEN = {"uvloop"}  # uvicorn takes it where it is


def _declared() -> set[str]:
    requirements = [
        *PROJECT["dependencies"],
        *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
    ]
    return {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in requirements}


def _imported() -> set[str]:
    homes = packages_distributions()
    names = {
        name.partition(".")[0]
        for path in (ROOT / "policyeval").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    others = names - sys.stdlib_module_names - {"policyeval", ""} - BY_NAME
    return {home.lower() for name in others for home in homes[name]}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    assert _imported() - BROUGHT == _declared() - UNSEEN
