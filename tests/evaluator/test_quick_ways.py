"""What most statements are has a quick way. It answers as the full one does, so only its being there can be seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from policyeval import PolicyType, parse_policy
from policyeval.evaluator.conditions import CompiledCondition
from policyeval.evaluator.context import CallerFacts, CallFacts, EvaluationContext, TargetFacts
from policyeval.evaluator.generate import Parts, generate
from policyeval.evaluator.globs import compile_glob, tokenize
from policyeval.evaluator.principals import Door
from policyeval.evaluator.statements import CompiledStatement
from tests.evaluator.statements import ALICE, BUCKET, KEY, A


def compiled(kind: PolicyType, **elements: Any) -> CompiledStatement:
    statement = {"Effect": "Allow", "Action": "*"} | elements
    return CompiledStatement(parse_policy({"Statement": [statement]}).statements[0], kind, "2012-10-17")


IDENTITY, OF_A_KEY, TRUST = PolicyType.IDENTITY, PolicyType.KEY, PolicyType.TRUST
NAMED: dict[str, Any] = {"Principal": {"AWS": ALICE}}

# whose Resource, the kind of policy, the elements, whether a request's ARN is all that is looked at
ONE_PATTERN: list[tuple[str, PolicyType, dict[str, Any], bool]] = [
    ("one ARN", IDENTITY, {"Resource": BUCKET}, True),
    ("one pattern", IDENTITY, {"Resource": "arn:aws:s3:::b*"}, True),
    ("one pattern of a key policy", OF_A_KEY, {**NAMED, "Resource": KEY}, True),
    ("one that would be completed elsewhere", OF_A_KEY, {**NAMED, "Resource": "arn:aws:kms"}, True),
    ("one that is completed", IDENTITY, {"Resource": "arn:aws:s3"}, False),
    ("one with a variable", IDENTITY, {"Resource": "arn:aws:s3:::${aws:username}"}, False),
    ("two patterns", IDENTITY, {"Resource": [BUCKET, KEY]}, False),
    ("everything", IDENTITY, {"Resource": "*"}, False),
    ("a complement", IDENTITY, {"NotResource": BUCKET}, False),
    ("none", TRUST, NAMED, False),
]


@pytest.mark.parametrize(("kind", "elements", "quick"), [pytest.param(*row[1:], id=row[0]) for row in ONE_PATTERN])
def test_a_resource_of_one_pattern_is_asked_of_the_arn_alone(
    kind: PolicyType,
    elements: dict[str, Any],
    quick: bool,  # noqa: FBT001 - a column of the table
) -> None:
    pattern = compiled(kind, **elements)._pattern
    assert (pattern is not None) is quick
    if pattern is not None:
        texts = (BUCKET, KEY, "arn:aws:kms", "arn:aws:s3:::x")
        assert [text for text in texts if pattern(text)] == [
            text for text in texts if text == elements["Resource"] or (text == BUCKET and "b*" in elements["Resource"])
        ]


def test_what_is_in_its_place_is_not_asked_whether_it_is() -> None:
    assert compiled(OF_A_KEY, **NAMED, Resource="*").misplaced is None
    assert compiled(IDENTITY, **NAMED, Resource="*").misplaced is not None


ROOT = f"arn:aws:iam::{A}:root"
# whom the Principal names, the element, whether that is everyone, the accounts that are all it names
WHOM: list[tuple[str, object, bool, frozenset[str] | None]] = [
    ("everyone", "*", True, None),
    ("an account", {"AWS": ROOT}, False, frozenset({ROOT})),
    ("several", {"AWS": [ROOT, ROOT.replace("1", "2")]}, False, frozenset({ROOT, ROOT.replace("1", "2")})),
    ("a user", {"AWS": ALICE}, False, None),
    ("an account and a user", {"AWS": [ROOT, ALICE]}, False, None),
    ("an account and a service", {"AWS": ROOT, "Service": "s3.amazonaws.com"}, False, None),
    ("an account and what is nobody", {"AWS": [ROOT, "nobody"]}, False, None),
]


@pytest.mark.parametrize(("principal", "everyone", "accounts"), [pytest.param(*row[1:], id=row[0]) for row in WHOM])
def test_everyone_and_accounts_are_asked_by_themselves(
    principal: object,
    everyone: bool,  # noqa: FBT001 - a column of the table
    accounts: frozenset[str] | None,
) -> None:
    statement = compiled(OF_A_KEY, Principal=principal, Resource="*")
    assert (statement.names_everyone, statement._accounts) == (everyone, accounts)
    complement = compiled(OF_A_KEY, Effect="Deny", NotPrincipal=principal, Resource="*")
    assert (complement.names_everyone, complement._accounts) == (False, None)


EXACT, PREFIXES, MATCHES = "expected", "prefixes", "matches"
# the condition, the values, how a text of the request is compared: None for the full way
COMPARED: list[tuple[str, str, list[str], str | None]] = [
    ("an equal text", "StringEquals", ["x"], EXACT),
    ("one of several", "StringNotEquals", ["x", "y"], EXACT),
    ("a text in any case", "StringEqualsIgnoreCase", ["x", "y"], MATCHES),
    ("a beginning", "StringLike", ["prod-*"], PREFIXES),
    ("several", "StringNotLike", ["prod-*", "x*"], PREFIXES),
    ("a beginning beside another pattern", "StringLike", ["prod-*", "*x"], MATCHES),
    ("a pattern", "StringLike", ["a*b"], MATCHES),
    ("a beginning that goes on", "StringLike", ["a*b*"], MATCHES),
    ("a pattern without wildcards", "StringLike", ["x"], MATCHES),
    ("no text", "StringLike", [""], MATCHES),
    ("any text", "StringLike", ["*"], MATCHES),
    ("a text with a star where there are no wildcards", "StringEqualsIgnoreCase", ["prod-*"], MATCHES),
    ("a missing key", "StringLikeIfExists", ["a*"], PREFIXES),
    ("a number", "NumericEquals", ["7"], None),
    ("an ARN", "ArnLike", ["arn:aws:s3:::*"], None),
    ("several values of the request", "ForAnyValue:StringEquals", ["x"], None),
    ("whether there is any", "Null", ["true"], None),
    ("a variable", "StringEquals", ["${aws:username}"], None),
    ("a variable beside others", "StringEquals", ["x", "${aws:username}"], None),
    ("nothing", "StringEqualsIfExists", [], None),
]


@pytest.mark.parametrize(("operator", "values", "how"), [pytest.param(*row[1:], id=row[0]) for row in COMPARED])
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_text_is_compared(operator: str, values: list[str], how: str | None, effect: str) -> None:
    condition = {operator: {"team:X": values}}
    quick = compiled(IDENTITY, Effect=effect, Resource="*", Condition=condition).conditions[0].quick
    if quick is None:
        assert how is None
        return
    ways = {EXACT: quick.expected, PREFIXES: quick.prefixes, MATCHES: quick.matches}
    assert [name for name, way in ways.items() if way is not None] == [how]
    if how == PREFIXES:
        assert quick.prefixes == tuple(value.removesuffix("*") for value in values)
    assert (quick.key, quick.negated, quick.stuck) == ("team:x", "Not" in operator, effect == "Deny")
    assert quick.missing is ("Not" in operator or "IfExists" in operator)


def test_one_pattern_is_asked_without_a_detour() -> None:
    condition = {"StringLike": {"team:x": "*"}}
    quick = compiled(IDENTITY, Resource="*", Condition=condition).conditions[0].quick
    assert quick is not None
    assert quick.matches is compile_glob(tokenize("*"))


# the operator, the value, a text of the request, whether it holds
TEXTS: list[tuple[str, str, str, bool]] = [
    ("StringEquals", "x", "x", True),
    ("StringEquals", "x", "y", False),
    ("StringNotEquals", "x", "y", True),
    ("StringLike", "x*", "xy", True),
    ("StringNotLike", "x*", "xy", False),
    ("StringEqualsIgnoreCase", "x", "X", True),
]


@pytest.mark.parametrize("key", ["team:X", "kms:EncryptionContext:X"])
@pytest.mark.parametrize(("operator", "value", "text", "holds"), TEXTS)
def test_of_a_text_nothing_else_is_asked(operator: str, value: str, text: str, holds: bool, key: str) -> None:  # noqa: FBT001 - a column of the table
    statement = compiled(IDENTITY, Resource="*", Condition={operator: {key: value}})
    (condition,) = statement.conditions
    alone = CompiledCondition(condition.condition, fail, condition.keys, condition.quick)
    answer = generate(Parts(None, False, None, fail, lambda _arn: True, None, (alone,)))  # noqa: FBT003 - a part
    context = EvaluationContext(CallerFacts(), TargetFacts(), CallFacts(), lambda: datetime.now(UTC))
    context.target.arn = BUCKET
    context.given, context.encryption_context = {"team:x": text}, {"x": text}
    assert answer(context) == (Door.DIRECT if holds else Door.NONE)


def fail(_context: EvaluationContext) -> bool:
    pytest.fail("the quick way knows")
