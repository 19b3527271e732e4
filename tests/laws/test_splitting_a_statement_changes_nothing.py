from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from policyeval.model.policy import Element, NamedPolicy, PrincipalElement, Statement
from tests.laws.changes import change_policies, decided, lives, with_statements


def _by_action(statement: Statement) -> Iterator[Statement]:
    element = statement.action
    if element is None or element.negated:
        yield statement
        return
    for value in element.values:
        yield replace(statement, action=Element((value,)))


def _by_resource(statement: Statement) -> Iterator[Statement]:
    element = statement.resource
    if element is None or element.negated:
        yield statement
        return
    for value in element.values:
        yield replace(statement, resource=Element((value,)))


def _by_principal(statement: Statement) -> Iterator[Statement]:
    element = statement.principal
    if element is None or element.negated:
        yield statement
        return
    for value in element.values:
        yield replace(statement, principal=PrincipalElement((value,)))


@pytest.mark.parametrize("split", [_by_action, _by_resource, _by_principal], ids=["action", "resource", "principal"])
def test_splitting_a_statement_changes_nothing(split: Callable[[Statement], Iterator[Statement]]) -> None:
    def change(policy: NamedPolicy, _kind: str) -> NamedPolicy:
        return with_statements(policy, [part for one in policy.policy.statements for part in split(one)])

    for life in lives(4):
        before = decided(life.world, life.request)
        after = decided(*change_policies(life.world, life.request, change))
        assert before == after, f"seed {life.seed}: {life.request}"
