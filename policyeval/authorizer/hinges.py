"""What an answer depends on: the statements and grants that could match, and what is not known of the request."""

from __future__ import annotations

from collections.abc import Iterator

from policyeval.authorizer.actions import CREATE_GRANT
from policyeval.authorizer.case import Case
from policyeval.authorizer.report import every_statement
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.partial import knows, possible, undecided
from policyeval.evaluator.principals import session_prefix
from policyeval.evaluator.statements import CompiledStatement
from policyeval.model.grant import Grant


def hinges(case: Case) -> tuple[str, ...]:
    """Name what the answer depends on: what is unknown of the statements and grants that could match."""
    found: list[str] = []
    for statement in every_statement(case):
        found += _of_statement(statement.compiled, case.context)
    for grant in (*case.grants, *(case.retirable or ())):
        found += _of_grant(grant.grant, case)
    return tuple(dict.fromkeys(found))


def _of_statement(compiled: CompiledStatement, context: EvaluationContext) -> Iterator[str]:
    """Tell what a statement that names the caller, or one of its sessions, depends on."""
    names, certain = compiled.possible_names, compiled.certain_names
    if (names is not None and not names(context)) or not possible(compiled)(context):
        return
    principal, prefix = compiled.statement.principal, session_prefix(context.caller.name)
    if certain is not None and not certain(context) and principal is not None and prefix is not None:
        # Who is named lets itself in, or is spared.
        must = "" if compiled.allow is not principal.negated else "not "
        yield from (f"{must}Principal = {each.value}" for each in principal.values if each.value.startswith(prefix))
    effect = "" if compiled.allow else "not "
    resource = compiled.statement.resource
    if resource is not None and not all(knows(context, key) for key in compiled.resource_keys):
        name = "NotResource" if resource.negated else "Resource"
        yield from (f"{effect}{name} = {value}" for value in resource.values)
    yield from (f"{effect}{each.condition}" for each in undecided(compiled, context))


def _of_grant(grant: Grant, case: Case) -> Iterator[str]:
    """Tell what a grant depends on: which session calls, its constraints, and for CreateGrant what is granted (G4)."""
    prefix = session_prefix(case.caller.name)
    holders = (grant.grantee_principal, grant.retiring_principal)
    if prefix is not None:
        yield from (f"Principal = {each}" for each in holders if each is not None and each.startswith(prefix))
    if case.retirable is not None:  # constraints do not bind it (G3)
        return
    if case.action.folded == CREATE_GRANT:
        yield f"GrantOperations within [{', '.join(sorted(grant.operations))}]"
    if case.action.takes_encryption_context:
        for kind, pairs in (("Equals", grant.context_equals), ("Subset", grant.context_subset)):
            yield from (f"EncryptionContext{kind} {name} = {value}" for name, value in (pairs or {}).items())
        if grant.context_equals == {}:
            yield "EncryptionContextEquals = {}"
    if grant.source_arn is not None:
        yield f"SourceArn = {grant.source_arn}"
