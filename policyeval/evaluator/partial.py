"""Statements under a context of which only the principal and the resource are known.

`possible` holds when some context makes the statement match, as far as its conditions tell one by
one; `certain` holds when every context does. The truth lies between them.
"""

from __future__ import annotations

from policyeval.evaluator.conditions import CompiledCondition, Test
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.key_names import CALLER_KEYS, PRINCIPAL_TAG, RESOURCE_TAGS, TARGET_KEYS
from policyeval.evaluator.statements import CompiledStatement, all_of

_OF_SESSIONS = frozenset({"aws:userid", "aws:sourceidentity", "aws:federatedprovider"})


def knows(context: EvaluationContext, key: str) -> bool:
    """Tell whether a folded key's value, or its absence, is settled by principal and resource.

    The principal is one of an account: nothing is asked of services and anonymous callers this way.
    """
    caller, target = context.caller, context.target
    if key == "aws:tokenissuetime" or (caller.is_session and _is_of_sessions(key)):
        return False
    if key in caller.keys or key in target.keys or key == "kms:calleraccount":
        return True
    if key in CALLER_KEYS or key.startswith(PRINCIPAL_TAG):
        return caller.is_without(key)
    return (key in TARGET_KEYS or key.startswith(RESOURCE_TAGS)) and target.is_without(key)


def _is_of_sessions(key: str) -> bool:
    """Tell whether a role's sessions bring their own value; session tags stand before the role's."""
    return key in _OF_SESSIONS or key.startswith(PRINCIPAL_TAG)


def undecided(compiled: CompiledStatement, context: EvaluationContext) -> list[CompiledCondition]:
    """Give the conditions that depend on what is not known."""
    return [each for each in compiled.conditions if not all(knows(context, key) for key in each.keys)]


def _settled(compiled: CompiledStatement, *, otherwise: bool) -> Test:
    tests = [_guard(condition.test, condition.keys, otherwise=otherwise) for condition in compiled.conditions]
    if compiled.misplaced is not None:
        tests.append(compiled.misplaced)
    if compiled.resource is not None:
        tests.append(_guard(compiled.resource, compiled.resource_keys, otherwise=otherwise))
    return all_of(tests)


def _guard(test: Test, keys: frozenset[str], *, otherwise: bool) -> Test:
    if not keys:
        return test

    def guarded(context: EvaluationContext) -> bool:
        if all(knows(context, key) for key in keys):
            return test(context)
        return otherwise

    return guarded


def possible(compiled: CompiledStatement) -> Test:
    """Compile the test that errs to matching."""
    return _settled(compiled, otherwise=True)


def certain(compiled: CompiledStatement) -> Test:
    """Compile the test that errs to not matching."""
    return _settled(compiled, otherwise=False)
