"""Files, sockets, clocks, the environment, the terminal and randomness are touched in a few named modules only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "policyeval"

# Module (or package) and what it may touch. Whoever adds a line says why.
ALLOWED = {
    "policyeval.cli": {"files", "environment", "terminal"},
    "policyeval.cli.lsp": {"clock"},  # the day by which suppressions end
    "policyeval.cli.lint": {"clock"},  # the day by which suppressions end
    "policyeval.entities.loader": {"files"},
    "policyeval.entities.export_loader": {"files"},  # reads the folder that the AWS CLI filled
    "policyeval.kms.storage": {"files"},  # the database file
    "policyeval.kms.storage.database": {"environment"},  # `os`, for the mode of that file
    "policyeval.kms.storage.disk": {"environment"},  # likewise, to sync files and their names
    "policyeval.kms.storage.forks": {"environment"},  # and to know of copies of the process
    "policyeval.kms.storage.root_key": {"environment"},  # and a file of its own: where the root key is kept
    "policyeval.kms.storage.system": {"clock", "environment", "randomness"},  # what others take as arguments
    "policyeval.kms.storage.trail_file": {"environment"},  # files by descriptor, written and synced as it says
    "policyeval.kms.storage.trail_tail": {"environment"},  # likewise, opened, locked and read
    "policyeval.lint.editor.server": {"network"},  # the event loop: it waits for the editor
    "policyeval.lint.pages": {"files"},  # package data, and `docs/rules/` of a checkout
    "policyeval.lint.reading": {"files"},  # `pathlib`, for the endings of names
    "policyeval.lint.sources": {"files", "environment"},  # the files that are linted and mended
    "policyeval.scenarios.pytest_plugin": {"files"},  # where the person stands, to name a file from there
    "policyeval.server.attention": {"network", "clock"},  # an event loop; `os` by its name, to give way
    "policyeval.server.connection": {"network", "clock"},  # answers requests, and tells how long it took
    "policyeval.server.entities_file": {"files"},  # the file that is followed
    "policyeval.server.folder": {"files"},  # where everything is kept
    "policyeval.server.listening": {"network", "clock"},  # an event loop's clock
    "policyeval.server.pytest_plugin": {"files"},  # names of files
    "policyeval.server.testing": {"files", "terminal"},  # likewise; `logging`, for what pytest shows of a failed test
    "policyeval.server.upkeep": {"network"},  # tasks beside the server
    "policyeval.authorizer.authorizer": {"clock"},  # the clock of requests that do not say their time; an argument
    "policyeval.authorizer.simulate": {"clock"},  # likewise
    "policyeval.catalog.kms_model": {"files"},  # package data
    "policyeval.catalog.kms_prices": {"files"},  # package data
    "policyeval.catalog.regions": {"files"},  # package data
    "policyeval.catalog.service_data": {"files"},  # package data
    "policyeval.syntax.grammars": {"files"},  # package data, and `grammar/` of a checkout
}

MODULES = {
    "socket": "network",
    "ssl": "network",
    "http": "network",
    "urllib.request": "network",
    "asyncio": "network",
    "subprocess": "files",
    "shutil": "files",
    "tempfile": "files",
    "glob": "files",
    "io": "files",
    "pathlib": "files",
    "time": "clock",
    "random": "randomness",
    "secrets": "randomness",
    "sys": "terminal",
    "logging": "terminal",
    "warnings": "terminal",
}
NAMES = {"open": "files", "print": "terminal", "input": "terminal", "exit": "terminal", "quit": "terminal"}
# Of `os`, what only computes with names.
PURE_OS = {"PathLike", "fspath", "path", "sep"}
# `datetime` is a value; asking it what time it is, is not.
METHODS = {
    "now": "clock",
    "utcnow": "clock",
    "today": "clock",
    "read_text": "files",
    "read_bytes": "files",
    "write_text": "files",
    "write_bytes": "files",
    "urandom": "randomness",
    "uuid1": "randomness",
    "uuid4": "randomness",
}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _touches(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    for node in ast.walk(tree):
        for name in _imported(node):
            if name in MODULES:
                yield MODULES[name], f"import {name}", node.lineno  # type: ignore[attr-defined]
            elif name.startswith("os.") and name.removeprefix("os.") not in PURE_OS:
                yield "environment", f"import {name}", node.lineno  # type: ignore[attr-defined]
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os" and node.attr not in PURE_OS:
            yield "environment", f"os.{node.attr}", node.lineno
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in NAMES:
                yield NAMES[node.func.id], f"{node.func.id}()", node.lineno
            elif isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
                yield METHODS[node.func.attr], f".{node.func.attr}()", node.lineno


def _allowed(module: str) -> set[str]:
    return set().union(
        *(kinds for home, kinds in ALLOWED.items() if module == home or module.startswith(f"{home}.")),
    )


def _module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=_module_name)
def test_only_the_shell_touches_the_world(path: Path) -> None:
    module = _module_name(path)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    strays = [f"{path}:{line}: {what} ({kind})" for kind, what, line in _touches(tree) if kind not in _allowed(module)]
    assert strays == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("os.environ['HOME']", "environment"),
        ("os.walk('.')", "environment"),
        ("from os import environ", "environment"),
        ("from urllib import request", "network"),
        ("def f():\n    import socket", "network"),
        ("datetime.now(UTC)", "clock"),
        ("open('x')", "files"),
        ("path.read_bytes()", "files"),
        ("print(1)", "terminal"),
        ("uuid.uuid4()", "randomness"),
    ],
)
def test_the_search_finds_what_it_looks_for(code: str, kind: str) -> None:
    assert kind in {found for found, _, _ in _touches(ast.parse(code))}


def test_every_exception_is_needed() -> None:
    touched: dict[str, set[str]] = {home: set() for home in ALLOWED}
    for path in PACKAGE.rglob("*.py"):
        kinds = {kind for kind, _, _ in _touches(ast.parse(path.read_text(encoding="utf-8")))}
        for home in ALLOWED:
            if f"{_module_name(path)}.".startswith(f"{home}."):
                touched[home] |= kinds
    assert {home: kinds - touched[home] for home, kinds in ALLOWED.items() if kinds - touched[home]} == {}
