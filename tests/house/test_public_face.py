"""What `policyeval` offers is what it lists, and naming it costs nothing until it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from inspect import isfunction
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import policyeval
from policyeval import Authorizer, Decision

HEAVY = {"lark", "pydantic", "click", "yaml", "cryptography", "jsonschema"}


def _loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("name", policyeval.__all__)
def test_every_public_name_resolves_to_the_object_of_its_home(name: str) -> None:
    assert getattr(policyeval, name) is getattr(import_module(policyeval._HOMES[name]), name)


def test_the_list_of_names_equals_the_table_of_homes() -> None:
    assert policyeval.__all__ == sorted(policyeval._HOMES)
    assert set(policyeval.__all__) <= set(dir(policyeval))


def test_type_checkers_see_the_names_that_the_program_sees() -> None:
    tree = ast.parse(Path(policyeval.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name))
    imported = {
        alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert imported == policyeval._HOMES


def test_what_the_authorizer_gives_is_public_itself() -> None:
    methods = (member for name, member in vars(Authorizer).items() if not name.startswith("_") and isfunction(member))
    hints = [get_type_hints(member) for member in methods]
    hints += [get_type_hints(member.fget) for member in vars(Decision).values() if isinstance(member, property)]
    given = {part for hint in hints for part in _classes(hint.get("return"))}
    assert {one.__name__ for one in given if one.__module__.startswith("policyeval.")} <= set(policyeval.__all__)


def _classes(hint: object) -> set[type]:
    """Give the classes that an annotation names."""
    inner = {part for argument in get_args(hint) for part in _classes(argument)}
    return inner | {hint} if isinstance(hint, type) and not get_args(hint) else inner


@pytest.mark.parametrize("package", ["policyeval", "policyeval.kms", "policyeval.scenarios"])
def test_type_checkers_see_no_names_beside_those(package: str) -> None:
    """A `__getattr__` that they see makes every mistyped import a good one."""
    tree = ast.parse(Path(str(import_module(package).__file__)).read_text(encoding="utf-8"))
    assert not [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "__getattr__"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'policyeval' has no attribute 'Nothing'"):
        policyeval.Nothing  # noqa: B018 - asking is the test


def test_importing_policyeval_loads_nothing_heavy() -> None:
    assert _loaded_by("import policyeval") & HEAVY == set()


def test_the_entry_of_the_command_line_loads_click_and_nothing_else_heavy() -> None:
    assert _loaded_by("import policyeval.cli") & HEAVY == {"click"}


def test_a_request_and_its_values_load_nothing_heavy() -> None:
    assert _loaded_by("from policyeval import Request, Session, Grant, Policy, PolicySource") & HEAVY == set()


def test_nobody_inside_takes_the_way_round_through_the_public_face() -> None:
    package = Path(policyeval.__file__).parent
    strays = [
        f"{path}:{node.lineno}"
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and node.module == "policyeval" and node.names[0].name != "__version__")
        or (isinstance(node, ast.Import) and any(alias.name == "policyeval" for alias in node.names))
    ]
    assert strays == []
