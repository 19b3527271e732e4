"""What every real request has and this one does not tell, where a statement looks at it.

A key that is missing fits ForAllValues and IfExists and escapes a Deny. Where AWS would have a value, an
allow that rests on its absence holds for the request as told, and not for one that is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policyeval.authorizer.case import Case
from policyeval.authorizer.report import every_layer
from policyeval.catalog.keys import CONDITION_KEYS
from policyeval.evaluator.context import getter
from policyeval.evaluator.layers import BoundStatement
from policyeval.model.source import Diagnostic

__all__ = ["untold"]

_WHERE: Final = frozenset({"aws:requestedregion"})
# Of requests that somebody makes for himself: who it is, and the address they come from (S34).
_WHO: Final = frozenset({"aws:userid"})
_WHENCE: Final = frozenset({"aws:sourceip", "aws:vpcsourceip"})
_THROUGH_ENDPOINT: Final = frozenset({"aws:vpcsourceip"})
_HINT: Final = "tell it as context: AWS may decide otherwise"


def untold(case: Case) -> tuple[Diagnostic, ...]:
    """Name what an allow rests on that no real request lacks."""
    missing = frozenset().union(*(group for group in _always(case) if all(_is_missing(key, case) for key in group)))
    if not missing:
        return ()
    candidates = [layer.candidates(case.action.folded) for layer in every_layer(case)]
    statements = [each for denies, allows in candidates for each in (*denies, *allows) if _bears(each, missing, case)]
    return tuple(_diagnostic(statement, missing, case) for statement in statements)


def _always(case: Case) -> Iterator[frozenset[str]]:
    if case.action.kms is not None:
        yield from case.action.kms.always
    yield _WHERE
    if case.caller.account and case.context.via_service is None:
        yield _WHO
        yield _WHENCE if _is_missing("aws:sourcevpce", case) else _THROUGH_ENDPOINT


def _is_missing(key: str, case: Case) -> bool:
    return getter(key)(case.context) is None


def _bears(statement: BoundStatement, missing: frozenset[str], case: Case) -> bool:
    """Tell whether a statement's answer hangs on what is missing: an Allow that matches, a Deny that might."""
    compiled, context = statement.compiled, case.context
    if not any(condition.keys & missing for condition in compiled.conditions):
        return False
    if compiled.allow:
        return bool(statement.answer(context))
    tests = [compiled.names, compiled.resource, compiled.inert]
    tests += [condition.test for condition in compiled.conditions if not condition.keys & missing]
    return all(test(context) for test in tests if test is not None)


def _diagnostic(statement: BoundStatement, missing: frozenset[str], case: Case) -> Diagnostic:
    keys = sorted(frozenset().union(*(condition.keys for condition in statement.compiled.conditions)) & missing)
    names = " and ".join(f"`{CONDITION_KEYS[key].name}`" for key in keys)
    effect = "may not match" if statement.allow else "may match"
    message = (
        f"{names} is not told, which every request for `{case.action.name}` has:"
        f" with it the {'Allow' if statement.allow else 'Deny'} {effect} in {statement.ref()}"
    )
    return Diagnostic(message, _HINT, place=statement.place)
