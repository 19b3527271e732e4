"""What no name tells and a statement depends on: a session's name or id, its role's path (S14), a key's Region (K5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Final

from policyeval.authorizer.case import Case
from policyeval.authorizer.report import Doubted, every_statement, otherwise
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.key_names import UNKNOWN_ID, UNKNOWN_SESSION
from policyeval.evaluator.key_values import getter
from policyeval.evaluator.layers import BoundStatement
from policyeval.evaluator.principals import session_prefix
from policyeval.model.arn import split_arn

_ID: Final = "aws:userid"
_NAME: Final = "aws:principalarn"


def of_session(case: Case) -> Iterator[Doubted]:
    """Name each statement that depends on which session of the caller's role calls, or on what its id begins with."""
    for statement in every_statement(case):
        if not _turns(statement, case.context, sessions(statement, case, case.context)):
            continue
        what, hint = f"`{_ID}` is not known in full", "describe the role's `unique_id` and name the session"
        if _listed(statement, case):
            what, hint = "the session's name is not told, which every request of a role has", "give the session a name"
        yield otherwise(statement, what, hint)


def _turns(statement: BoundStatement, context: EvaluationContext, others: Iterable[EvaluationContext]) -> bool:
    """Tell whether an Allow that matches does not in another context, or a Deny that does not match does."""
    helps = bool(statement.answer(context)) is statement.allow
    return helps and any(bool(statement.answer(each)) is not statement.allow for each in others)


def sessions(statement: BoundStatement, case: Case, context: EvaluationContext) -> Iterator[EvaluationContext]:
    """Give a context as it would be of the sessions that a statement writes of and that may be the one that calls."""
    if not case.caller.is_role:
        return
    own, name = _known(case)
    listed, ids = _listed(statement, case), set[tuple[str, str]]()
    if case.caller.described and None in {own, name}:  # else nothing of the id is known
        written = (value.partition(":") for value in _values(statement, _ID))
        # A wildcard may stand for the colon as well, as in `AROA…*`.
        ids = {(own or role, name or (session if colon else role)) for role, colon, session in written}
    roles = {role for role, _ in ids} or {own or UNKNOWN_ID}
    for role, session in {*ids, *((role, session) for session in listed for role in roles)}:
        yield _called_by(f"{role}:{session}", session, case, context)


def _known(case: Case) -> tuple[str | None, str | None]:
    """Give the parts of the id of a role's session, the role's and the session's name, None for what is not known."""
    role, _, session = str(getter(_ID)(case.context)).partition(":")
    return None if role == UNKNOWN_ID else role, None if session == UNKNOWN_SESSION else session


def _listed(statement: BoundStatement, case: Case) -> list[str]:
    """Give the names of the sessions of the caller's role that a statement lists, where nobody tells which calls."""
    principal, prefix = statement.compiled.statement.principal, session_prefix(case.caller.name)
    if principal is None or prefix is None or case.context.caller.session_arn is not None:
        return []
    _, told = _known(case)  # by the id that a request tells
    names = [value.value.removeprefix(prefix) for value in principal.values if value.value.startswith(prefix)]
    return [name for name in names if told in {None, name}]


def _called_by(user_id: str, session: str, case: Case, context: EvaluationContext) -> EvaluationContext:
    """Give the context of a request of one session of the caller's role."""
    other, caller = context.telling({**context.given, _ID: user_id}), copy(context.caller)
    caller.session_arn = caller.session_arn or f"{session_prefix(case.caller.name)}{session}"
    other.caller = caller
    return other


def of_path(case: Case) -> Iterator[Doubted]:
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
        if _turns(statement, context, (_called(context, each) for each in others)):
            what = "the role's path is not told, and taken for none"
            yield otherwise(statement, what, "give the role's ARN, and the session's name beside it")


def of_region(case: Case) -> Iterator[Doubted]:
    """Name each statement about the keys of a Region, where nobody tells in which the key to tag is created (K5)."""
    if not case.action.tags_on_creation or case.target.is_key or case.target.region:
        return
    for statement in every_statement(case):
        element = statement.compiled.statement.resource
        arns = map(split_arn, element.values if element is not None else ())
        regions = {arn.region for arn in arns if arn is not None}
        if _turns(statement, case.context, (_in_region(case, each) for each in regions)):
            yield otherwise(statement, "the Region of the new key is not told", "tell `aws:RequestedRegion` as context")


def _in_region(case: Case, region: str) -> EvaluationContext:
    """Give the context of the same request in a Region."""
    other, target = copy(case.context), case.target.copy()
    target.settle_region(region)
    other.target = target
    return other


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
