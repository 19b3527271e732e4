"""Records are versions: a change compiles its own part again and nothing else (docs/adr/0002)."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name

import pytest

from policyeval import Authorizer, Entities, PolicyType, Request, parse_policy
from policyeval.evaluator.layers import Compiler
from policyeval.model.policy import Policy
from tests.authorizer.estates import ALICE, BOB, Changing, allow, deny, estate
from tests.authorizer.estates import KEY as ESTATES_KEY

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = "arn:aws:iam::444455556666:role/app"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


def policy(action: str, principal: str | None = None) -> dict[str, object]:
    statement: dict[str, object] = {"Effect": "Allow", "Action": action, "Resource": "*"}
    if principal is not None:
        statement["Principal"] = {"AWS": principal}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def source() -> Changing:
    role = {"trust_policy": TRUST, "identity_policies": [{"name": "use", "document": policy("kms:Decrypt")}]}
    keys = [
        {
            "id": KEY.rpartition("/")[2],
            "region": "us-east-1",
            "aliases": ["alias/app"],
            "policy": policy("kms:Encrypt", "444455556666"),
        },
        {"id": "other", "region": "us-east-1", "policy": policy("kms:*", "444455556666")},
    ]
    return Changing(
        Entities.from_mapping(
            {
                "policyeval": 1,
                "accounts": [
                    {"id": "111122223333", "keys": keys},
                    {"id": "444455556666", "roles": [{"name": "app", **role}, {"name": "other", **role}]},
                ],
            }
        )
    )


def ask(authorizer: Authorizer) -> list[bool]:
    other = KEY.replace("1234abcd-12ab-34cd-56ef-1234567890ab", "other")
    roles, keys = (ROLE, ROLE.replace("app", "other")), (KEY, other)
    first, *again = [
        [authorizer.authorize(Request(role, "kms:Decrypt", key)).allowed for role in roles for key in keys]
        for _ in range(4)  # by the third time there are plans
    ]
    assert again == [first] * 3
    return first


CHANGES: list[tuple[str, Callable[[Entities], Entities], int, list[bool]]] = [
    (
        "a new grant compiles no policy and is seen by the next decision",
        lambda e: e.with_grant(KEY, {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]}),
        0,
        [True, True, False, True],
    ),
    (
        "a changed key policy compiles its own statement",
        lambda e: e.with_resource_policy(KEY, policy("kms:De*", "444455556666")),
        1,
        [True, True, True, True],
    ),
    (
        "a changed role policy compiles its own statement",
        lambda e: e.with_identity_policies(ROLE, [policy("kms:Sign")]),
        1,
        [False, False, False, True],
    ),
]


@pytest.mark.parametrize(("change", "statements", "answers"), [pytest.param(*c[1:], id=c[0]) for c in CHANGES])
def test_a_change_compiles_its_own_part(
    source: Changing,
    compiled: list[object],
    change: Callable[[Entities], Entities],
    statements: int,
    answers: list[bool],
) -> None:
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    assert ask(authorizer) == [False, True, False, True]
    # Both roles have equal policies: they were compiled once, as were the two keys' of each kind.
    assert len(compiled) == 3
    source.entities = change(source.entities)
    assert ask(authorizer) == answers
    assert len(compiled) == 3 + statements


@pytest.mark.parametrize(("change", "answers"), [pytest.param(c[1], c[3], id=c[0]) for c in CHANGES])
def test_a_change_is_seen_by_the_next_decision_also_before_there_are_plans(
    source: Changing, change: Callable[[Entities], Entities], answers: list[bool]
) -> None:
    def once() -> list[bool]:
        other = KEY.replace("1234abcd-12ab-34cd-56ef-1234567890ab", "other")
        roles = (ROLE, ROLE.replace("app", "other"))
        asked = [Request(role, "kms:Decrypt", key) for role in roles for key in (KEY, other)]
        return [authorizer.authorize(request).allowed for request in asked]

    authorizer = Authorizer(source)  # type: ignore[arg-type]
    assert once() == [False, True, False, True]
    source.entities = change(source.entities)
    assert once() == answers


def test_asking_again_compiles_nothing(source: Changing, compiled: list[object]) -> None:
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    ask(authorizer)
    before = len(compiled)
    ask(authorizer)
    assert len(compiled) == before


# what is made, whose method makes it
MADE: list[tuple[str, str]] = [
    ("an action's facts", "policyeval.authorizer.actions.ActionFacts.__init__"),
    ("a context key's facts", "policyeval.authorizer.facts.Key.__init__"),
    ("a caller's profile", "policyeval.authorizer.profiles.ProfileMaker.caller"),
    ("a resource's profile", "policyeval.authorizer.profiles.ProfileMaker.target"),
    ("a caller's statements for an action", "policyeval.authorizer.profiles.Caller.side"),
    ("a resource's statements for an action", "policyeval.authorizer.profiles.Target.side"),
    ("a layer's statements for an action", "policyeval.evaluator.layers.PolicyLayer._look_up"),
    ("a policy's place among equal ones", "policyeval.model.policy.Policy.__hash__"),
    ("an index of grants", "policyeval.authorizer.grants.GrantIndex.__init__"),
]


@pytest.mark.parametrize("method", [pytest.param(method, id=what) for what, method in MADE])
@pytest.mark.parametrize("resource", [KEY, KEY.replace("key/1234abcd-12ab-34cd-56ef-1234567890ab", "alias/app")])
def test_what_is_made_once_is_kept(
    source: Changing, monkeypatch: pytest.MonkeyPatch, resource: str, method: str
) -> None:
    for grantee in (ROLE, "444455556666"):
        source.entities = source.entities.with_grant(KEY, {"GranteePrincipal": grantee, "Operations": ["Decrypt"]})
    owner, _, name = method.rpartition(".")
    kind = resolve_name(owner)
    before, made = getattr(kind, name), []

    def counting(self: object, *arguments: object) -> object:
        made.append(self)
        return before(self, *arguments)

    monkeypatch.setattr(kind, name, counting)
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    request = Request(ROLE, "kms:Decrypt", resource, context={"team:x": "y"})
    assert authorizer.authorize(request).allowed
    assert made
    made.clear()
    for _ in range(3):  # the second time there is no plan yet, the third makes it
        assert authorizer.authorize(request).allowed
    assert made == []


def test_principals_of_an_account_share_what_its_organization_puts_on_it() -> None:
    authorizer = Authorizer(estate(scps=[[allow()]], rcps=[deny("s3:*", Principal="*")]))
    alice, bob = (authorizer._exact.case(Request(who, "kms:Decrypt", ESTATES_KEY)) for who in (ALICE, BOB))
    assert alice.caller.scps is bob.caller.scps is not None


def test_a_caller_met_before_is_not_identified_again(source: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    authorizer.authorize(Request(ROLE, "kms:Decrypt", KEY))
    monkeypatch.setattr("policyeval.authorizer.situation.identify", lambda *_: pytest.fail("its name was read again"))
    authorizer.authorize(Request(ROLE, "kms:Decrypt", KEY))


def test_grants_of_several_keys_are_kept_apart(source: Changing) -> None:
    keys = [KEY, KEY.replace("1234abcd-12ab-34cd-56ef-1234567890ab", "other")]
    for key in keys:
        source.entities = source.entities.with_grant(key, {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]})
    situation = Authorizer(source)._exact  # type: ignore[arg-type]

    def indexes() -> list[object]:
        return [situation._index(key, ROLE, source.entities.grants(key, ROLE)) for key in keys]

    first = indexes()
    assert first[0] is not first[1]
    assert all(again is before for again, before in zip(indexes(), first, strict=True))
    for key in keys:
        situation.case(Request(ROLE, "kms:Decrypt", key))
    assert sorted(name for name, _ in situation._grants) == sorted(keys)


def test_a_plan_that_no_longer_holds_is_made_anew_once(source: Changing) -> None:
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    request = Request(ROLE, "kms:Decrypt", KEY)
    before = [authorizer._plans.find(request) for _ in range(3)][-1]
    source.entities = source.entities.with_grant(KEY, {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]})
    after = authorizer._plans.find(request)
    assert None is not before is not after is not None
    assert authorizer._plans.find(request) is after


def test_a_policy_met_before_is_not_compared_with_others(monkeypatch: pytest.MonkeyPatch) -> None:
    compiler, met = Compiler(), parse_policy(policy("kms:Decrypt"))
    compiled = compiler.compile(met, PolicyType.IDENTITY)

    def compared(_self: object) -> int:
        pytest.fail("it was looked for among all that are known")

    monkeypatch.setattr(Policy, "__hash__", compared)
    assert compiler.compile(met, PolicyType.IDENTITY) is compiled


def test_policies_are_looked_up_once_an_action() -> None:
    authorizer = Authorizer(estate(scps=[[allow()]], rcps=[deny("s3:*", Principal="*")], alice=[allow()]))
    request = Request(ALICE, "kms:Decrypt", ESTATES_KEY)
    assert authorizer.authorize(request).allowed
    case = authorizer._exact.case(request)
    layers = [layer for layer in (case.caller.scps, case.rcps, case.caller.identity) if layer is not None]
    assert [layer.candidates("kms:decrypt") is layer.candidates("kms:decrypt") for layer in layers] == [True] * 3


def test_a_decision_does_not_change_when_policies_do(source: Changing) -> None:
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    decision = authorizer.authorize(Request(ROLE, "kms:Decrypt", KEY))
    source.entities = source.entities.with_grant(KEY, {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]})
    assert not decision.allowed
    assert "grant" not in {str(verdict.layer) for verdict in decision.layers if verdict.verdict == "allow"}
    assert authorizer.authorize(Request(ROLE, "kms:Decrypt", KEY)).allowed
