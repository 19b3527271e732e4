"""What is left of statements once caller and target are known, and the function that asks it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from policyeval import PolicyType, parse_policy
from policyeval.catalog.keys import CONDITION_KEYS
from policyeval.evaluator.asking import Question, ask_all, needs_context
from policyeval.evaluator.context import CallerFacts, CallFacts, EvaluationContext, TargetFacts, Value
from policyeval.evaluator.key_names import CALLER_KEYS, TARGET_KEYS
from policyeval.evaluator.key_values import COMPUTED, getter
from policyeval.evaluator.residuals import Spot, residual
from policyeval.evaluator.statements import CompiledStatement
from tests.evaluator.statements import ALICE, BUCKET, KEY, A

BLUE = {"StringEquals": {"kms:EncryptionContext:Tenant": "blue"}}
DEFAULT = "SYMMETRIC_DEFAULT"


def context(pairs: dict[str, Value] | None = None, given: dict[str, Value] | None = None) -> EvaluationContext:
    """Alice of team blue asks for a key of stage prod."""
    caller = CallerFacts()
    caller.account, caller.account_arn, caller.name = A, f"arn:aws:iam::{A}:root", ALICE
    caller.session_arn, caller.unique_id, caller.caller_type = None, None, "AWS"
    caller.is_session = caller.has_boundary = False
    caller.temporary = True
    caller.described = caller.organization_known = True
    # The getter of aws:TokenIssueTime looks elsewhere.
    caller.keys = {"aws:principalarn": ALICE, "aws:principaltag/team": "blue", "aws:tokenissuetime": "not read"}
    target = TargetFacts()
    target.arn, target.region, target.is_key = KEY, "us-east-1", True
    target.described = target.organization_known = True
    target.keys = {"aws:resourcetag/stage": "prod"}
    call = CallFacts({"kms:encryptionalgorithm": DEFAULT}, has_caller_account=True, takes_encryption_context=True)
    found = EvaluationContext(caller, target, call, lambda: datetime(2026, 1, 31, tzinfo=UTC))
    found.encryption_context, found.given = pairs or {}, given or {}
    return found


def compiled(kind: PolicyType = PolicyType.IDENTITY, **elements: Any) -> CompiledStatement:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"} | elements
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return CompiledStatement(parse_policy(document).statements[0], kind, "2012-10-17")


def under(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


# what holds, the statement, what is left of it: None for nothing that could match, or the number of tests
LEFT: list[tuple[str, CompiledStatement, int | None]] = [
    ("a statement without conditions is settled", compiled(), 0),
    ("as is one whose Resource covers the target", compiled(Resource=KEY), 0),
    ("one that covers another is out", compiled(Resource=BUCKET), None),
    ("variables that the caller gives are settled", compiled(Resource=f"{KEY[:-8]}${{aws:PrincipalTag/team}}"), None),
    ("others are left", compiled(Resource=f"{KEY[:-8]}${{aws:SourceIp}}"), 1),
    ("conditions on the caller are settled", compiled(**under("StringEquals", "aws:PrincipalTag/team", "blue")), 0),
    ("and can put a statement out", compiled(**under("StringEquals", "aws:PrincipalTag/team", "red")), None),
    ("a tag that the caller lacks may be told", compiled(**under("StringEquals", "aws:PrincipalTag/cost", "1")), 1),
    ("conditions on the target are settled", compiled(**under("StringLike", "aws:ResourceTag/stage", "p*")), 0),
    ("a tag that the target lacks may be told", compiled(**under("StringLike", "aws:ResourceTag/x", "p*")), 1),
    ("the caller's account is settled", compiled(**under("StringEquals", "kms:CallerAccount", A)), 0),
    ("time is left", compiled(**under("DateLessThan", "aws:CurrentTime", "2027-01-01")), 1),
    ("what the request says is left", compiled(Condition=BLUE), 1),
    (
        "variables in values count",
        compiled(**under("StringEquals", "aws:PrincipalTag/team", "${aws:UserAgent}")),
        1,
    ),
    ("a Principal that names the caller is settled", compiled(PolicyType.KEY, Principal={"AWS": ALICE}), 0),
    ("one that does not is out", compiled(PolicyType.KEY, Principal={"AWS": f"{ALICE}2"}), None),
    ("what stands in the wrong kind of policy is out", compiled(Principal="*"), None),
]


@pytest.mark.parametrize(("statement", "left"), [pytest.param(*case[1:], id=case[0]) for case in LEFT])
def test_what_is_left_of_a_statement(statement: CompiledStatement, left: int | None) -> None:
    found = residual(statement, context())
    assert (None if found is None else len(found.left)) == left


# the operator, the values, the keys that the answer depends on
HANGS_ON: list[tuple[str, list[str], set[str]]] = [
    ("StringEquals", ["x", "y"], {"team:x"}),
    ("StringEquals", ["${team:Y}", "${team:Z}"], {"team:x", "team:y", "team:z"}),
    ("ForAnyValue:StringLike", ["${team:Y}*"], {"team:x", "team:y"}),
    ("ForAllValues:StringLike", ["${team:Y}*"], {"team:x", "team:y"}),
    ("NumericEquals", ["${team:Y}"], {"team:x"}),
    ("Null", ["true"], {"team:x"}),
    ("StringAlmost", ["${team:Y}"], {"team:x"}),
    ("StringEquals", [], {"team:x"}),
]


@pytest.mark.parametrize(("operator", "values", "keys"), HANGS_ON)
def test_a_condition_knows_what_it_hangs_on_and_how_it_was_written(
    operator: str, values: list[str], keys: set[str]
) -> None:
    (condition,) = compiled(**under(operator, "team:X", *values)).conditions
    assert condition.keys == keys
    written = condition.condition
    assert (written.operator, written.key, list(written.values)) == (operator, "team:X", values)


SPOTS: list[tuple[str, str, Spot | None]] = [
    ("an encryption context key", "kms:EncryptionContext:Tenant", Spot(in_pairs=True, name="tenant")),
    ("a key of the request", "aws:UserAgent", Spot(in_pairs=False, name="aws:useragent")),
    ("a kms: key with a default", "kms:EncryptionAlgorithm", Spot(False, "kms:encryptionalgorithm", DEFAULT)),  # noqa: FBT003
    ("an address, as there is no endpoint", "aws:SourceIp", Spot(in_pairs=False, name="aws:sourceip")),
    ("a key that more than the request decides", "kms:ViaService", None),
]


@pytest.mark.parametrize(("key", "spot"), [pytest.param(*case[1:], id=case[0]) for case in SPOTS])
def test_where_a_key_stands(key: str, spot: Spot | None) -> None:
    found = residual(compiled(**under("StringEquals", key, "x")), context())
    assert found is not None
    assert found.left[0].spot == spot
    assert needs_context([Question(found.left, denies=False)]) is (spot is None)


KEYS = ("kms:EncryptionContext:Tenant", "aws:UserAgent", "kms:EncryptionAlgorithm", "kms:ViaService")
EVERY_KEY = sorted(
    {each.lower() for each in KEYS}
    | set(CONDITION_KEYS)
    | CALLER_KEYS
    | TARGET_KEYS
    | set(COMPUTED)
    | {"aws:principaltag/team", "aws:principaltag/x", "aws:resourcetag/stage", "aws:resourcetag/x", "team:x"}
)


@pytest.mark.parametrize("key", EVERY_KEY)
def test_a_key_is_looked_up_as_its_getter_does(key: str) -> None:
    statement = compiled(**under("StringEqualsIfExists", key, "x"))
    get = getter(key)
    asked = [context(), context({"tenant": "x"}, {key: "x"}), context({"tenant": "y"}, {key: "y"})]
    found = residual(statement, context())
    if found is None or not found.left:  # settled: the request cannot change it
        assert len({get(each) for each in asked}) == 1
        return
    spot = found.left[0].spot
    for each in asked if spot is not None else ():
        values = each.encryption_context if spot.in_pairs else each.given
        value = values.get(spot.name)
        assert get(each) == (spot.default if value is None else value)


OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "StringLike",
    "StringNotLike",
    "StringLikeIfExists",
    "StringEqualsIgnoreCase",
    "ForAnyValue:StringLike",
    "Null",
    "Bool",
    "strange",
)
PATTERNS = (("blue",), ("bl*",), ("bl*", "re*"), ("*ue", "r?d"), ("?*",), ("*",), ("",), ("true", "SYMMETRIC_DEFAULT"))
VALUES: tuple[Value, ...] = (None, "", "blue", "Blue", "red", "true", "b", (), ("blue",), ("blue", "red"))


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("key", KEYS)
def test_what_is_asked_is_what_the_statement_answers(effect: str, operator: str, key: str) -> None:
    for patterns in PATTERNS:
        statement = compiled(Effect=effect, **under(operator, key, *patterns))
        found = residual(statement, context())
        assert found is not None
        ask = ask_all([Question(found.left, denies=effect == "Deny")])
        for value in VALUES:
            of_request = context({"tenant": value}, {"aws:useragent": value, "kms:encryptionalgorithm": value})
            bits = ask(of_request, of_request.encryption_context, of_request.given)
            assert bits == bool(statement.answer(of_request)), f"{patterns} {value}"


def questions(*numbers: int, denies: bool = False) -> list[Question]:
    found = [
        residual(compiled(**under("StringEquals", "kms:EncryptionContext:Tenant", "all", f"t{number}")), context())
        for number in numbers
    ]
    return [Question(each.left, denies=denies) for each in found if each is not None]


def test_where_nothing_is_left_nothing_matches() -> None:
    assert ask_all([])(None, {}, {}) == 0


def test_every_statement_has_its_bit_however_many_there_are() -> None:
    ask = ask_all(questions(*range(130)))
    for number in (0, 1, 47, 48, 49, 96, 129):
        assert ask(None, {"tenant": f"t{number}"}, {}) == 1 << number
    assert ask(None, {"tenant": "all"}, {}) == (1 << 130) - 1
    assert ask(None, {}, {}) == 0


def test_every_statement_is_asked_the_whole_request_however_many_there_are() -> None:
    agents = [
        residual(compiled(**under("StringLike", "aws:UserAgent", f"cli{number}/*")), context()) for number in range(60)
    ]
    ask = ask_all([*questions(*range(60)), *(Question(each.left, denies=False) for each in agents if each is not None)])
    assert ask(None, {"tenant": "t50"}, {"aws:useragent": "cli59/2"}) == 1 << 50 | 1 << 119
    zoned = residual(compiled(**under("DateGreaterThan", "aws:CurrentTime", "2026-01-30")), context())
    assert zoned is not None
    ask = ask_all([*questions(*range(60)), Question(zoned.left, denies=False)])
    assert ask(context(), {}, {}) == 1 << 60


def test_when_a_deny_matches_no_allow_is_asked() -> None:
    ask = ask_all([*questions(0, 1, denies=True), *questions(2, 3)])
    assert ask(None, {"tenant": "all"}, {}) == 0b11
    assert ask(None, {"tenant": "t1"}, {}) == 0b10
    assert ask(None, {"tenant": "t3"}, {}) == 0b1000


def test_two_conditions_of_a_statement_must_both_hold() -> None:
    conditions = {"StringEquals": {"kms:EncryptionContext:Tenant": "blue"}, "StringLike": {"aws:UserAgent": "cli*"}}
    found = residual(compiled(Condition=conditions), context())
    assert found is not None
    ask = ask_all([Question(found.left, denies=False)])
    asked = [({"tenant": "blue"}, {"aws:useragent": "cli/2"}), ({"tenant": "blue"}, {}), ({}, {"aws:useragent": "cli"})]
    assert [ask(None, *each) for each in asked] == [1, 0, 0]


def test_texts_of_policies_never_become_code() -> None:
    nasty = "')); raise SystemExit #"
    found = residual(compiled(**under("StringEquals", f"kms:EncryptionContext:{nasty}", nasty)), context())
    assert found is not None
    assert ask_all([Question(found.left, denies=False)])(None, {nasty.lower(): nasty}, {}) == 1


@pytest.mark.parametrize("chain", [None, ()])
@pytest.mark.parametrize("end", ["first", "last"])
def test_no_chain_of_services_has_no_ends(chain: Value, end: str) -> None:
    assert getter(f"aws:calledvia{end}")(context(given={"aws:calledvia": chain})) is None
