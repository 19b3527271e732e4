"""Why AWS may allow what is denied here: nobody told what every request has."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from policyeval.authorizer.case import Case
from policyeval.authorizer.changes import without_denies
from policyeval.authorizer.decide import decide, explicit_denies
from policyeval.authorizer.presence import USUAL, account_of_source, is_missing, untold
from policyeval.authorizer.report import every_statement
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.key_names import SOURCE_ACCOUNT
from policyeval.evaluator.layers import BoundStatement
from policyeval.model.source import Diagnostic


def denied_untold(case: Case) -> Iterator[Diagnostic]:
    """Say that a denied request would be allowed over TLS, or that each Deny of it may not match when all is told."""
    names = _names(every_statement(case))
    usual = {key: value for key, value in USUAL.items() if key in names and is_missing(key, case)}
    over_tls = case.copy()
    over_tls.context, over_tls.matched = case.context.telling({**case.context.given, **usual}), None
    if usual and decide(over_tls).reason == "allowed":
        listed = " and ".join(f"`{names[key]}`" for key in usual)
        told = ", ".join(f"{names[key]}={value}" for key, value in usual.items())
        message = f"{listed} is not told: over TLS, as nearly all requests come, it would be allowed"
        yield Diagnostic(message, f"tell it as context: `{told}`")
        return
    denies = explicit_denies(over_tls)
    missing = set(untold(over_tls))
    if denies and decide(without_denies(over_tls)).reason == "allowed":
        found = [_looked_at(each, missing, over_tls.context) for each in denies]
        if all(found):
            yield from (_escaped(each, keys) for each, keys in zip(denies, found, strict=True))


def _looked_at(statement: BoundStatement, missing: Container[str], context: EvaluationContext) -> set[str]:
    """Give what is missing and a Deny looks at; it is not for want of the account that `aws:SourceArn` tells anyway."""
    keys, origin = {key for key in _names([statement]) if key in missing}, account_of_source(context)
    if origin is not None and statement.answer(context.telling({**context.given, SOURCE_ACCOUNT: origin})):
        keys.discard(SOURCE_ACCOUNT)
    return keys


def _escaped(statement: BoundStatement, keys: Iterable[str]) -> Diagnostic:
    listed = " and ".join(f"`{_names([statement])[key]}`" for key in sorted(keys))
    message = f"{listed} is not told, which every request has: otherwise the Deny may not match in {statement.ref()}"
    return Diagnostic(message, "tell it as context: AWS may decide otherwise", place=statement.place)


def _names(statements: Iterable[BoundStatement]) -> dict[str, str]:
    """Give the condition keys that statements look at, folded, as the statements write them."""
    conditions = (each.condition for statement in statements for each in statement.compiled.conditions)
    return {condition.key.lower(): condition.key for condition in conditions}
