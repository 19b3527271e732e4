"""What nobody tells of the caller's session and a statement depends on: its name, its id, its role's path (S14)."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Final

from policyeval.authorizer.case import Case
from policyeval.authorizer.report import every_statement, otherwise
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.key_names import UNKNOWN_ID, UNKNOWN_SESSION
from policyeval.evaluator.key_values import getter
from policyeval.evaluator.layers import BoundStatement
from policyeval.model.arn import split_arn
from policyeval.model.source import Diagnostic

_ID: Final = "aws:userid"
_NAME: Final = "aws:principalarn"


def of_name(case: Case) -> Iterator[Diagnostic]:
    """Name each Deny of one session of the caller's role, where nobody tells which session calls."""
    if not case.caller.is_role or case.context.caller.session_arn is not None:
        return
    for statement in every_statement(case):
        possible, context = statement.compiled.possible_names, case.context
        if statement.allow or possible is None or statement.answer(context):
            continue
        if possible(context) and statement.compiled.test(context):
            yield Diagnostic(
                f"the session's name is not told, which every request of a role has: {otherwise(statement)}",
                "give the session a name: AWS may decide otherwise",
                place=statement.place,
            )


def of_id(case: Case) -> Iterator[Diagnostic]:
    """Name each statement that depends on the part of a session's id that is not known: the role's, or the name.

    That the statement would answer otherwise is seen by the ids that it writes itself.
    """
    context, role, session = case.context, case.context.caller.unique_id, case.context.caller.session_name
    known = getter(_ID)(context)
    if not case.caller.described or not isinstance(known, str) or not (UNKNOWN_ID in known or UNKNOWN_SESSION in known):
        return
    for statement in every_statement(case):
        written = [value.partition(":") for value in _values(statement, _ID)]
        ids = {f"{role or own}:{session or name}" for own, colon, name in written if colon}
        if any(
            statement.answer(context.telling({**context.given, _ID: each})) != statement.answer(context) for each in ids
        ):
            yield Diagnostic(
                f"`{_ID}` is not known in full: {otherwise(statement)}",
                "describe the role's `unique_id` and name the session: AWS may decide otherwise",
                place=statement.place,
            )


def of_path(case: Case) -> Iterator[Diagnostic]:
    """Name each statement that knows a role of the caller's name by a path: a session's ARN tells of none."""
    context, role = case.context, split_arn(case.caller.name)
    if case.caller.described or role is None or ":assumed-role/" not in case.request.principal:
        return
    own = role.resource.rpartition("/")[2]
    for statement in every_statement(case):
        principal = statement.compiled.statement.principal
        written = [value.value for value in principal.values] if principal is not None else []
        arns = map(split_arn, (*written, *_values(statement, _NAME)))
        paths = {arn.resource.rpartition("/")[0] for arn in arns if arn is not None}
        others = [str(role._replace(resource=f"{path}/{own}")) for path in paths if path.startswith("role/")]
        if any(statement.answer(_called(context, each)) != statement.answer(context) for each in others):
            yield Diagnostic(
                f"the role's path is not told, and taken for none: {otherwise(statement)}",
                "give the role's ARN, and the session's name beside it: AWS may decide otherwise",
                place=statement.place,
            )


def _called(context: EvaluationContext, role: str) -> EvaluationContext:
    """Give the context of a request of another role."""
    other, caller = copy(context), copy(context.caller)
    caller.name, caller.keys = role, {**caller.keys, _NAME: role}
    other.caller = caller
    return other


def _values(statement: BoundStatement, key: str) -> Iterator[str]:
    """Give what a statement compares a condition key with, as it is written."""
    conditions = (each.condition for each in statement.compiled.conditions)
    yield from (value for condition in conditions if condition.key.lower() == key for value in condition.values)
