"""What cannot be resolved makes rules silent: with a value unknown, nothing is found that was not found before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policyeval.lint.documents import find
from policyeval.lint.grant_view import GrantView
from policyeval.lint.linter import Linter
from policyeval.lint.reading import read
from policyeval.lint.rules.table import load
from policyeval.model.policy import PolicyType
from policyeval.syntax.tree import List, Mapping, Node, Unknown
from tests.lint.fixtures import files

# Policies and grants of some length have nothing that a short one lacks.
_MOST = 40


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


def _holes(node: Node) -> Iterator[tuple[List | Mapping, int]]:
    """Give each value below a node, as what holds it and where in that."""
    waiting: list[Node] = [node]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, List):
            for index, item in enumerate(holder.items):
                yield holder, index
                waiting.append(item)
        elif isinstance(holder, Mapping):
            for index, (_, value) in enumerate(holder.entries):
                yield holder, index
                waiting.append(value)


def _put(holder: List | Mapping, index: int, value: Node) -> Node:
    """Put another value there; give back the one that it takes the place of."""
    if isinstance(holder, List):
        before = holder.items[index]
        holder.items[index] = value
        return before
    key, before = holder.entries[index]
    holder.entries[index] = (key, value)
    return before


def _found(linter: Linter, root: Node, path: Path) -> set[tuple[int, int]]:
    types = [part for part in path.name.split(".")[1:-1] if part in set(PolicyType)]
    policy_type = PolicyType(types[0]) if types else None
    documents = find(root, policy_type, certain=policy_type is not None)
    findings = [
        finding
        for policy in documents.policies
        for finding in linter.lint(policy.node, policy.type, pointer=policy.pointer, key=policy.key)
    ]
    for grants in documents.grants:
        findings += linter.grants([GrantView(node, pointer, grants.key) for node, pointer in grants.grants])
    return {(finding.place.start, finding.place.end) for finding in findings}


_FAMILIES = "GKSTVW"
_PATHS = [path for kind in ("bad", "good") for path in files(kind) if path.parent.name[0] in _FAMILIES]


@pytest.mark.parametrize("path", _PATHS, ids=_name)
def test_an_unknown_value_is_never_a_reason_to_find_something(path: Path) -> None:
    linter = Linter([load(path.parent.name)])
    root = read(path.read_bytes(), path.name).node
    assert root is not None
    before = _found(linter, root, path)
    for holder, index in list(_holes(root))[:_MOST]:
        value = _put(holder, index, unknown := Unknown("!Ref"))
        unknown.source, unknown.start, unknown.end = value.source, value.start, value.end
        new = _found(linter, root, path) - before
        assert not new, f"{path.name} with `{value.source.text[value.start : value.end]}` unknown"  # type: ignore[union-attr]
        _put(holder, index, value)
