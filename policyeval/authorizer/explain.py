"""A decision in full, for a person: what each layer said, what nearly matched, what would mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Final

from policyeval.authorizer.actions import CREATE_GRANT, DESCRIBE_KEY
from policyeval.authorizer.case import Case
from policyeval.authorizer.changes import smallest_changes, without_denies
from policyeval.authorizer.decide import Outcome, decide
from policyeval.authorizer.doubts import reservations
from policyeval.authorizer.grants import MatchedGrant
from policyeval.authorizer.message import sentence
from policyeval.authorizer.report import every_layer, layer_verdicts, unevaluated
from policyeval.authorizer.usual import denied_untold
from policyeval.evaluator.conditions import Test
from policyeval.evaluator.context import EvaluationContext, Value
from policyeval.evaluator.key_values import getter
from policyeval.evaluator.layers import BoundStatement
from policyeval.evaluator.principals import Door
from policyeval.model.decision import Layer, LayerVerdict
from policyeval.model.grant import Grant
from policyeval.model.policy import Element
from policyeval.model.source import escaped

RULES = {
    "K3": "this action has no effect on another account's key, whatever the policies say (K3)",
    "S6": "access across partitions does not exist (S6)",
    "K10": "an AWS managed key serves its own account through its service, and nobody changes its policy (K10)",
    "S9": "an account's root user has every permission in its own account (S9)",
    "S35": "no policy decides whether such a caller can make this call (S35)",
    "G5": "no grant names the caller or its account as one that may retire it (G5)",
}
_LABELS = {
    Layer.RCP: "resource control policies",
    Layer.SCP: "service control policies",
    Layer.ENDPOINT: "VPC endpoint policy",
    Layer.RESOURCE: "resource policy",
    Layer.TRUST: "role trust policy",
    Layer.GRANT: "grants",
    Layer.IDENTITY: "identity policies",
    Layer.BOUNDARY: "permissions boundary",
    Layer.SESSION: "session policies",
}
# Near misses among grants that are worth a reader's time.
_GRANTS: Final = 3
_LATE: Final = "it is not in effect yet, and the request does not show its token (G6)"
_VERDICTS = {
    "allow": "allows",
    "explicit_deny": "denies",
    "implicit_deny": "does not allow",
}


def explain(case: Case, outcome: Outcome) -> str:
    """Write the explanation; lines end without a full stop so that they can be pasted."""
    # Names and values are the asker's: none of them makes a line of its own.
    return "\n".join(map(escaped, _lines(case, outcome)))


def _lines(case: Case, outcome: Outcome) -> Iterator[str]:
    yield f"{'ALLOW' if outcome.reason == 'allowed' else 'DENY'}  {sentence(case, outcome)}"
    if outcome.rule is not None:
        yield f"  because {RULES[outcome.rule]}"
    yield ""
    yield "What each layer said:"
    for verdict in layer_verdicts(case):
        yield from _of_layer(case, verdict)
    faults = unevaluated(case)
    if faults:
        yield ""
        yield "What could not be evaluated:"
        yield from (f"  {fault.message}" for fault in faults)
    if outcome.reason != "allowed":
        yield ""
        yield from (each.message for each in denied_untold(case))
        yield from _mending(case, outcome)
    elif found := reservations(case):
        yield ""
        yield "What is otherwise in a real request:"
        yield from (f"  {each.message}" for each in found)


def _of_layer(case: Case, verdict: LayerVerdict) -> Iterator[str]:
    """Tell what a layer said, by which statements, and for an implicit deny what nearly matched."""
    if verdict.verdict == "not_applicable":
        return
    is_key_policy = verdict.layer is Layer.RESOURCE and case.target.is_key
    yield f"  {'key policy' if is_key_policy else _LABELS[verdict.layer]}: {_VERDICTS[verdict.verdict]}"
    # What stands on several levels (FullAWSAccess) is said once.
    yield from (f"    {line}" for line in dict.fromkeys(map(str, verdict.statements)))
    if verdict.verdict == "implicit_deny":
        yield from (f"    {line}" for line in _near_misses(case, verdict.layer))


def _mending(case: Case, outcome: Outcome) -> Iterator[str]:
    ways = smallest_changes(case)
    if not ways:
        managed = case.target.key is not None and case.target.key.manager == "AWS"
        rule = decide(without_denies(case)).rule or outcome.rule or ("K10" if managed else None)
        yield f"No change of policy allows it: {RULES[rule]}" if rule in RULES else "No change of policy allows it"
        return
    for number, changes in enumerate(ways):
        start = "To allow it" if number == 0 else "or"
        if len(changes) == 1:
            yield f"{start}: {changes[0].text}"
            continue
        yield f"{start}, all of:"
        yield from (f"  - {change.text}" for change in changes)


def _near_misses(case: Case, layer: Layer) -> Iterator[str]:
    """Tell why Allow statements of a layer, or grants, that have the action do not match."""
    if layer is Layer.GRANT:
        yield from _near_grants(case)
        return
    for each in every_layer(case):
        if each.layer is layer:
            for statement in each.candidates(case.action.folded)[1]:
                why = _mismatch(statement, case)
                if why is not None:
                    yield f"{statement.ref()} does not match: {why}"


def _near_grants(case: Case) -> Iterator[str]:
    grants = chain.from_iterable(index.possible(case.action) for index in case.indexes)
    met = {id(grant) for index in case.indexes for grant in index.matching(case.action, case.context)}
    for grant in islice(grants, _GRANTS):  # there may be 50,000, alike but for a value
        why = _LATE if id(grant) in met else _unmet(grant, case)
        yield f"{MatchedGrant(grant, Door.DIRECT).ref()} does not match: {why}"


def _unmet(grant: Grant, case: Case) -> str:
    """Tell what of a grant is not met: the first in the order in which it is asked."""
    if case.action.folded == CREATE_GRANT:
        return "what is granted must stay within it (G4)"
    equals, subset, pairs = grant.context_equals, grant.context_subset, case.context.pairs
    binds = case.action.folded != DESCRIBE_KEY
    if binds and equals is not None and dict(pairs) != dict(equals):
        return f"EncryptionContextEquals {_written(equals)}, but the request has {_written(pairs)}"
    if binds and subset is not None and not subset.items() <= pairs.items():
        return f"EncryptionContextSubset {_written(subset)}, but the request has {_written(pairs)}"
    return f"SourceArn = {grant.source_arn}, but {_actual(case.context.given.get('aws:sourcearn'))}"


def _written(pairs: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in pairs.items()) or "no encryption context"


def _mismatch(statement: BoundStatement, case: Case) -> str | None:
    compiled, context = statement.compiled, case.context
    if compiled.names is not None and not compiled.names(context):
        return f"it does not name {case.label}"
    if compiled.resource is not None and not compiled.resource(context):
        return _elsewhere(compiled.statement.resource, case.target.arn)
    if compiled.misplaced is not None and not compiled.misplaced(context):
        return "it holds what does not work in this kind of policy"
    for condition in compiled.conditions:
        holds, faults = _asked(condition.test, context)
        if holds:
            continue
        if faults:  # the request's value may be the very one that is written there
            return f"{condition.condition} cannot be evaluated: {faults[0]}"
        return f"{condition.condition}, but {_actual(getter(condition.condition.key.lower())(context))}"
    return None


def _asked(test: Test, context: EvaluationContext) -> tuple[bool, list[str]]:
    """Ask a condition once more; tell also what of it could not be evaluated."""
    before, context.faults = context.faults, []
    holds = test(context)
    faults, context.faults = context.faults, before
    return holds, faults


def _elsewhere(resource: Element | None, arn: str) -> str:
    if resource is None:
        return "it has no Resource"
    return f"its NotResource leaves {arn} out" if resource.negated else f"its Resource does not cover {arn}"


def _actual(value: Value) -> str:
    if value is None:
        return "the request has no such key"
    if isinstance(value, tuple):
        return f"the request has [{', '.join(value)}]"
    return f"the request has {value or 'an empty string'}"
