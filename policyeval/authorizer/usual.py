"""Why AWS may allow what is denied here: nobody told what as good as all requests have."""

from __future__ import annotations

from collections.abc import Iterator

from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import decide
from policyeval.authorizer.presence import USUAL, is_missing
from policyeval.authorizer.report import every_statement
from policyeval.model.source import Diagnostic


def denied_untold(case: Case) -> Iterator[Diagnostic]:
    """Say that a denied request would be allowed over TLS, where nobody tells how it comes."""
    conditions = (each.condition for statement in every_statement(case) for each in statement.compiled.conditions)
    written = {condition.key.lower(): condition.key for condition in conditions}
    keys = [key for key in USUAL if key in written and is_missing(key, case)]
    if not keys:
        return
    over_tls = case.copy()
    over_tls.context = case.context.telling({**case.context.given, **{key: USUAL[key] for key in keys}})
    over_tls.matched = None
    if decide(over_tls).reason == "allowed":
        names = " and ".join(f"`{written[key]}`" for key in keys)
        told = ", ".join(f"{written[key]}={USUAL[key]}" for key in keys)
        message = f"{names} is not told: over TLS, as nearly all requests come, it would be allowed"
        yield Diagnostic(message, f"tell it as context: `{told}`")
