"""`explain()` tells what each layer said, what nearly matched, what could not be evaluated, what would mend it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from policyeval import Authorizer, Entities, Grant, PolicySet, Request, Session, Statement, simulate
from policyeval.authorizer.case import Case
from policyeval.authorizer.changes import Change, apply, smallest_changes
from policyeval.authorizer.decide import Outcome, decide
from policyeval.model.decision import Layer
from policyeval.model.policy import Element, PrincipalElement, PrincipalValue
from tests.authorizer.estates import (
    ALICE,
    APP,
    BOB,
    BUCKET,
    DELEGATES,
    KEY,
    LINKED,
    PARTNER,
    ROOT_A,
    TO_B,
    A,
    B,
    M,
    allow,
    ask,
    at_least,
    deny,
    estate,
    grant,
    only,
    policy,
    to,
    when,
)

LIMITED_SESSION = Session("s", policies=[policy(allow("s3:*"))])
ENDED_SESSION = Session("s", policies=[policy(allow(), deny("kms:*"))])
TRUSTED = {"trust": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": to(M)}]}
DENY_TRUST = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
OFFICE = when("IpAddress", "aws:SourceIp", "10.0.0.0/8")
# what is explained, the estate, the request's facts, lines of it in their order
EXPLAINED: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    (
        "an allow names what allowed it and asks for nothing",
        {"alice": [allow(Sid="All")]},
        {},
        [
            f"ALLOW  User: {ALICE} is authorized to perform: kms:Decrypt on resource: {KEY}",
            "",
            "What each layer said:",
            "  key policy: allows",
            "    statement #0 of key policy",
            "  grants: does not allow",
            "  identity policies: allows",
            "    statement `All` of of-alice",
        ],
    ),
    (
        "a policy of two levels is said once",
        {"alice": [allow()], "organized": True},
        {},
        [
            "  resource control policies: allows",
            "    statement #0 of RCPFullAWSAccess",
            "  service control policies: allows",
            "    statement #0 of FullAWSAccess",
            "  key policy: allows",
        ],
    ),
    (
        "an allow that does not name the caller nearly matched",
        {"key": [allow(Principal=to(BOB))]},
        {},
        [
            "  key policy: does not allow",
            f"    statement #0 of key policy does not match: it does not name {ALICE}",
            "  grants: does not allow",
            "  identity policies: does not allow",
            "",
            (
                "To allow it: account 111122223333 must let "
                f"{ALICE} in: a statement of the key policy that allows kms:Decrypt"
            ),
            f"or: account 111122223333 must create a grant of Decrypt to {ALICE}",
        ],
    ),
    (
        "an allow of another resource nearly matched",
        {"alice": [allow(Resource="arn:aws:kms:*:*:key/other")]},
        {},
        [f"    statement #0 of of-alice does not match: its Resource does not cover {KEY}"],
    ),
    (
        "an allow of everything but the resource",
        {"alice": [{"Effect": "Allow", "Action": "kms:*", "NotResource": KEY}]},
        {},
        [f"    statement #0 of of-alice does not match: its NotResource leaves {KEY} out"],
    ),
    (
        "an allow without Resource in a key policy",
        {"key": [{"Effect": "Allow", "Principal": to(ALICE), "Action": "kms:*"}]},
        {},
        ["    statement #0 of key policy does not match: it has no Resource"],
    ),
    (
        "an allow under a condition on a key that the request has not",
        {"alice": [allow(Condition=OFFICE)]},
        {},
        [
            "    statement #0 of of-alice does not match: IpAddress aws:SourceIp = 10.0.0.0/8, but the request has no such key"
        ],
    ),
    (
        "an allow under a condition that the request does not meet",
        {"alice": [allow(Condition=OFFICE)]},
        {"context": {"aws:SourceIp": "11.0.0.1"}},
        [
            "    statement #0 of of-alice does not match: IpAddress aws:SourceIp = 10.0.0.0/8, but the request has 11.0.0.1"
        ],
    ),
    (
        "the first condition that is not met is named",
        {"alice": [allow(Condition={**when("Bool", "aws:ViaAWSService", "false"), **OFFICE})]},
        {"context": {"aws:SourceIp": "11.0.0.1"}},
        [
            "    statement #0 of of-alice does not match: IpAddress aws:SourceIp = 10.0.0.0/8, but the request has 11.0.0.1"
        ],
    ),
    (
        "a request with several values",
        {"alice": [allow(Condition=when("ForAllValues:StringEquals", "aws:TagKeys", "a", "b"))]},
        {"context": {"aws:TagKeys": ["a", "c"]}},
        [
            (
                "    statement #0 of of-alice does not match: ForAllValues:StringEquals aws:TagKeys = [a, b], "
                "but the request has [a, c]"
            ),
        ],
    ),
    (
        "a request with an empty string",
        {"alice": [allow(Condition=when("StringEquals", "team:x", "y"))]},
        {"context": {"team:x": ""}},
        ["    statement #0 of of-alice does not match: StringEquals team:x = y, but the request has an empty string"],
    ),
    (
        "an operator in another case, whose value the request has",
        {"alice": [allow(Condition=when("stringequals", "team:x", "y"))]},
        {"context": {"team:x": "y"}},
        [
            (
                "    statement #0 of of-alice does not match: stringequals team:x = y cannot be evaluated: "
                "unknown condition operator `stringequals`"
            ),
        ],
    ),
    (
        "a key of several values without a set operator, one of which is the one",
        {"alice": [allow(Condition=when("StringEquals", "aws:TagKeys", "a"))]},
        {"context": {"aws:TagKeys": ["a"]}},
        [
            (
                "    statement #0 of of-alice does not match: StringEquals aws:TagKeys = a cannot be evaluated: "
                "`aws:TagKeys` has several values: `StringEquals` needs ForAllValues or ForAnyValue"
            ),
        ],
    ),
    (
        "an allow that cannot work where it stands",
        {"key": [allow(Principal=to(ALICE), Condition=when("StringEquals", "aws:ResourceTag/env", "prod"))]},
        {},
        [
            "    statement #0 of key policy does not match: it holds what does not work in this kind of policy",
            "What could not be evaluated:",
            (
                "  `aws:ResourceTag/env` does not work in a key policy: the Allow does not match in statement #0 of key "
                "policy"
            ),
        ],
    ),
    (
        "what was left out of the request",
        {"alice": [allow()]},
        {"action": "kms:DisableKey", "encryption_context": {"a": "b"}},
        ["What could not be evaluated:"],
    ),
    (
        "a deny must go",
        {"alice": [allow(), deny("kms:*")]},
        {},
        [
            "  identity policies: denies",
            "    statement #1 of of-alice",
            "",
            "To allow it: statement #1 of of-alice must not deny it",
        ],
    ),
    (
        "several changes together",
        {"partner": [deny()]},
        {"principal": PARTNER},
        [
            "To allow it, all of:",
            "  - statement #0 of of-partner must not deny it",
            f"  - account 111122223333 must create a grant of Decrypt to {PARTNER}",
        ],
    ),
    (
        "a rule that no policy changes",
        {"partner": [allow()]},
        {"principal": PARTNER, "action": "kms:ScheduleKeyDeletion"},
        [
            "  because this action has no effect on another account's key, whatever the policies say (K3)",
            (
                "No change of policy allows it: this action has no effect on another account's key, whatever the policies "
                "say (K3)"
            ),
        ],
    ),
    (
        "a rule behind a deny",
        {"partner": [allow(), deny()]},
        {"principal": PARTNER, "action": "kms:ScheduleKeyDeletion"},
        [
            (
                "No change of policy allows it: this action has no effect on another account's key, whatever the policies "
                "say (K3)"
            ),
        ],
    ),
    (
        "another account's key of AWS's own",
        {"key_facts": {"manager": "AWS", "aliases": ["alias/aws/s3"]}, "partner": [allow()]},
        {"principal": PARTNER},
        [
            "No change of policy allows it: an AWS managed key serves its own account through its service, and nobody changes its policy (K10)"
        ],
    ),
    (
        "a root user has it by rule",
        {"bucket": [allow("s3:Get*", Principal=to(BOB))]},
        {"principal": ROOT_A, "action": "s3:PutObject", "resource": BUCKET},
        [
            f"ALLOW  User: {ROOT_A} is authorized to perform: s3:PutObject on resource: {BUCKET}",
            "  because an account's root user has every permission in its own account (S9)",
            "  resource policy: does not allow",
        ],
    ),
    (
        "a retirement needs a right that a grant gives",
        {"partner": [allow()], "grants": [grant(BOB, "Decrypt")]},
        {"principal": PARTNER, "action": "kms:RetireGrant"},
        [
            "  because no grant names the caller or its account as one that may retire it (G5)",
            "  grants: does not allow",
            f"To allow it: a grant must name {PARTNER} as its retiring principal",
        ],
    ),
    (
        "a retirement that names its grant",
        {"grants": [grant(BOB, "Decrypt", GrantId="g7")]},
        {"principal": PARTNER, "action": "kms:RetireGrant", "grant_tokens": ["g7"]},
        [f"To allow it: the grant that the request names must name {PARTNER} as its retiring principal"],
    ),
    (
        "a grant names nobody who is anonymous",
        {"grants": [grant(BOB, "Decrypt")]},
        {"principal": "anonymous", "action": "kms:RetireGrant"},
        ["No change of policy allows it: no grant names the caller or its account as one that may retire it (G5)"],
    ),
    (
        "a role must trust",
        TRUSTED,
        {"action": "sts:AssumeRole", "resource": APP},
        [
            "  role trust policy: does not allow",
            f"To allow it: {APP} must let {ALICE} in: a statement of the trust policy that allows sts:AssumeRole",
        ],
    ),
    (
        "a boundary and a session policy must allow, too",
        {"app": [allow("s3:*")], "app_boundary": [allow("s3:*")]},
        {"principal": APP, "session": LIMITED_SESSION},
        [
            "  identity policies: does not allow",
            "  permissions boundary: does not allow",
            "  session policies: does not allow",
            "To allow it, all of:",
            f"  - account 111122223333 must add an identity policy that allows kms:Decrypt on {KEY} to {APP}",
            f"  - the permissions boundary of {APP} must allow kms:Decrypt on {KEY}",
            f"  - a session policy of the session must allow kms:Decrypt on {KEY}",
        ],
    ),
    (
        "levels and an endpoint must allow",
        {"scps": [[allow("s3:*")]], "alice": [allow()], "endpoint": [allow("s3:*", Principal="*")]},
        {"vpc_endpoint": "vpce-1"},
        [
            "To allow it, all of:",
            "  - the service control policies of account 111122223333 must allow kms:Decrypt",
            f"  - the policy of the VPC endpoint must allow kms:Decrypt on {KEY} to {ALICE}",
        ],
    ),
    (
        "a grant whose constraint is not met nearly matched",
        {"grants": [grant(PARTNER, "Decrypt", **at_least(tenant="blue"))]},
        {"principal": PARTNER, "encryption_context": {"tenant": "red"}},
        [
            "  grants: does not allow",
            "    grant g1 does not match: EncryptionContextSubset tenant = blue, but the request has tenant = red",
        ],
    ),
    (
        "one that wants just this context, too",
        {"grants": [grant(ALICE, "Decrypt", **only(tenant="blue"))]},
        {},
        [
            "    grant g1 does not match: EncryptionContextEquals tenant = blue, but the request has no encryption context"
        ],
    ),
    (
        "one that is met in part",
        {"grants": [grant(ALICE, "Decrypt", Constraints=at_least(a="1")["Constraints"] | {"SourceArn": BUCKET})]},
        {"encryption_context": {"a": "1"}, "via_service": "s3.us-east-1.amazonaws.com"},
        [f"    grant g1 does not match: SourceArn = {BUCKET}, but the request has no such key"],
    ),
    (
        "one that would let a greater one be made",
        {"grants": [grant(ALICE, "CreateGrant", "Decrypt")]},
        {"action": "kms:CreateGrant", "context": {"kms:GrantOperations": ["Encrypt"]}},
        ["    grant g1 does not match: what is granted must stay within it (G4)"],
    ),
    (
        "an anonymous caller can only be everyone",
        {"bucket": [allow("s3:*", Principal=to(BOB))]},
        {"principal": "anonymous", "action": "s3:GetObject", "resource": BUCKET},
        [f"To allow it: {BUCKET} must let anonymous in: a statement of the resource policy that allows s3:GetObject"],
    ),
]


@pytest.mark.parametrize(("described", "facts", "lines"), [pytest.param(*row[1:], id=row[0]) for row in EXPLAINED])
def test_an_explanation_says(described: dict[str, Any], facts: dict[str, Any], lines: list[str]) -> None:
    said = [line for line in ask(described, **facts).explain().splitlines() if not line.startswith("or")]
    wanted = [line for line in lines if not line.startswith("or")]
    missing = [line for line in lines if line not in ask(described, **facts).explain().splitlines()]
    assert missing == [], "\n".join(said)
    at = [said.index(line) for line in wanted if line]
    assert at == sorted(at)


@pytest.mark.parametrize(
    ("operations", "constraints", "facts"),
    [
        pytest.param(["Decrypt"], {}, {}, id="one without constraints"),
        pytest.param(["Decrypt", "DescribeKey"], at_least(a="1"), {"action": "kms:DescribeKey"}, id="unbound"),
        pytest.param(
            ["Decrypt"],
            {"Constraints": {"SourceArn": BUCKET}},
            {"context": {"aws:SourceArn": BUCKET}, "via_service": "s3.us-east-1.amazonaws.com"},
            id="one whose source calls",
        ),
        pytest.param(
            ["CreateGrant", "Decrypt"],
            {},
            {"action": "kms:CreateGrant", "context": {"kms:GrantOperations": ["Decrypt"]}},
            id="what is granted stays within it",
        ),
    ],
)
def test_a_grant_that_has_not_spread_yet_nearly_matches(
    operations: list[str], constraints: dict[str, Any], facts: dict[str, Any]
) -> None:
    made = datetime(2026, 1, 31, 12, tzinfo=UTC)
    entities = estate(grants=[grant(ALICE, *operations, **constraints, CreationDate=made.isoformat())])
    authorizer = Authorizer(entities, grant_delay=timedelta(minutes=5))
    request = Request(**{"principal": ALICE, "action": "kms:Decrypt", "resource": KEY, "at": made} | facts)
    said = authorizer.authorize(request).explain()
    assert "    grant g1 does not match: it is not in effect yet, and the request does not show its token (G6)" in said


def test_of_what_describes_a_key_only_the_source_of_a_grant_is_told() -> None:
    """Constraints on the encryption context do not bind DescribeKey (G3)."""
    constraints = at_least(a="1")["Constraints"] | {"SourceArn": BUCKET}
    described = {"grants": [grant(ALICE, "Decrypt", "DescribeKey", Constraints=constraints)]}
    said = ask(described, ALICE, "kms:DescribeKey", KEY, via_service="s3.us-east-1.amazonaws.com").explain()
    assert f"    grant g1 does not match: SourceArn = {BUCKET}, but the request has no such key" in said


def test_of_grants_that_nearly_match_a_few_are_told_by_the_plan_as_well() -> None:
    """A caller may have 50,000 of them."""
    grants = [grant(ALICE, "Decrypt", **at_least(tenant=str(number)), GrantId=f"g{number}") for number in range(9)]
    authorizer, request = Authorizer(estate(grants=grants)), Request(ALICE, "kms:Decrypt", KEY)
    said = {authorizer.authorize(request).explain() for _ in range(4)}
    assert [each.count("does not match: EncryptionContextSubset") for each in said] == [3]


@pytest.mark.parametrize("action", ["iam:DeleteUser", "kms:ListRetirableGrants"])
def test_a_user_has_no_policy_that_could_let_anyone_in(action: str) -> None:
    said = ask({}, action=action, resource=BOB).explain()
    assert f"To allow it: account {A} must add an identity policy that allows {action} on {BOB} to {ALICE}" in said
    assert "resource policy" not in said
    assert "No change of policy allows it" in ask({}, PARTNER, action=action, resource=BOB).explain()


def test_nobody_attaches_policies_to_a_service_linked_role() -> None:
    said = ask({"key": [allow(Principal=to(A))]}, LINKED).explain()
    assert f"account {A} must create a grant of Decrypt to {LINKED}" in said
    assert "identity policy that" not in said
    assert ask({}, LINKED, action="iam:DeleteUser", resource=BOB).explain().endswith("No change of policy allows it")


def test_a_federated_session_has_none_either() -> None:
    said = ask({}, action="sts:TagSession", resource=FEDERATED).explain()
    assert f"account {A} must add an identity policy that allows sts:TagSession on {FEDERATED} to {ALICE}" in said
    assert "resource policy" not in said


def test_what_is_proposed_is_written_as_aws_writes_it() -> None:
    proposed = ask({"key": [TO_B]}, PARTNER, "KMS:decrypt").explain()
    assert f"account {B} must add an identity policy that allows kms:Decrypt on {KEY} to {PARTNER}" in proposed
    assert f"account {A} must create a grant of Decrypt to {PARTNER}" in proposed


FEDERATED = f"arn:aws:sts::{A}:federated-user/alice"
NAMES_SESSION = PrincipalElement((PrincipalValue("AWS", FEDERATED),))
NAMES_ALICE = PrincipalElement((PrincipalValue("AWS", ALICE),))
DECRYPT, GET, ASSUME = Element(("kms:Decrypt",)), Element(("s3:GetObject",)), Element(("sts:AssumeRole",))
# what is denied, the estate, the request, the changes that would do: layer, and statement or grant
PROPOSED: list[tuple[str, dict[str, Any], Request, list[Change]]] = [
    (
        "a key",
        {"key": [TO_B]},
        Request(ALICE, "kms:Decrypt", KEY),
        [
            Change("", Layer.RESOURCE, Statement("Allow", principal=NAMES_ALICE, action=DECRYPT, resource=Element(("*",)))),
            Change("", Layer.GRANT, grant=Grant(KEY, "proposed", frozenset({"Decrypt"}), grantee_principal=ALICE)),
        ],
    ),
    (
        "a federated session's",
        {},
        Request(FEDERATED, "kms:Decrypt", KEY),
        [
            Change("", Layer.RESOURCE, Statement("Allow", principal=NAMES_SESSION, action=DECRYPT, resource=Element(("*",)))),
            Change("", Layer.GRANT, grant=Grant(KEY, "proposed", frozenset({"Decrypt"}), grantee_principal=FEDERATED)),
        ],
    ),
    (
        "a retirement",
        {"grants": [grant(BOB, "Decrypt", IssuingAccount=B)]},
        Request(ALICE, "kms:RetireGrant", KEY),
        [Change("", Layer.GRANT, grant=Grant(KEY, "proposed", frozenset({"DescribeKey"}), retiring_principal=ALICE))],
    ),
    (
        "a bucket",
        {"bucket": [allow("s3:*", Principal=to(BOB))]},
        Request(ALICE, "s3:GetObject", BUCKET),
        [
            Change("", Layer.IDENTITY, Statement("Allow", action=GET, resource=Element((BUCKET,)))),
            Change("", Layer.RESOURCE, Statement("Allow", principal=NAMES_ALICE, action=GET, resource=Element((BUCKET,)))),
        ],
    ),
    (
        "a role",
        {"trust": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": to(BOB)}]},
        Request(ALICE, "sts:AssumeRole", APP),
        [Change("", Layer.TRUST, Statement("Allow", principal=NAMES_ALICE, action=ASSUME))],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("described", "request_", "changes"), [pytest.param(*row[1:], id=row[0]) for row in PROPOSED])
def test_what_is_proposed(described: dict[str, Any], request_: Request, changes: list[Change]) -> None:
    case = Authorizer(estate(**described))._exact.case(request_)
    ways = smallest_changes(case)
    assert [replace(change, text="") for (change,) in ways] == changes
    for way in ways:
        tried = apply(case, way)
        given = [matched.grant for matched in (*tried.grants, *(tried.retirable or ()))]
        assert given == [change.grant for change in way if change.grant is not None]


def test_every_deny_must_go_by_itself() -> None:
    denies = [deny(Sid="First"), deny(Sid="Second"), deny("s3:*", Sid="Other")]
    case = Authorizer(estate(alice=[allow(), *denies], rcps=[deny(Principal="*")]))._exact.case(
        Request(ALICE, "kms:Decrypt", KEY)
    )
    (way,) = smallest_changes(case)
    assert [change.text for change in way] == [
        "statement #0 of rcp must not deny it",
        "statement `First` of of-alice must not deny it",
        "statement `Second` of of-alice must not deny it",
    ]
    assert {decide(apply(case, fewer)).reason for fewer in combinations(way, 2)} == {"explicit_deny"}


def test_there_may_be_more_denies_than_calls_can_stand_in_each_other() -> None:
    denies = [deny(Sid=f"Deny{number}") for number in range(sys.getrecursionlimit())]
    decision = Authorizer(estate(alice=[allow(), *denies])).authorize(Request(ALICE, "kms:Decrypt", KEY))
    told = decision.explain().splitlines()
    assert [line for line in told if line.startswith("  - ")] == [
        f"  - statement `{each['Sid']}` of of-alice must not deny it" for each in denies
    ]


@pytest.mark.parametrize(
    ("scps", "named"),
    [
        (["full", "s3", "full", "full"], "the service control policies of ou-ab12-work0001"),
        (["s3", "full", "full", "full"], "the service control policies of r-ab12"),
        (["full", "full", "full", "s3"], f"the service control policies of account {A}"),
    ],
    ids=["a unit", "the root", "the account"],
)
def test_a_level_of_control_policies_is_named_by_what_they_are_attached_to(scps: list[str], named: str) -> None:
    what = {"full": allow("*"), "s3": allow("s3:*")}
    root, unit, below, account = ([{"name": scp, "document": policy(what[scp])}] for scp in scps)
    entities = Entities.from_mapping(
        {
            "policyeval": 1,
            "organization": {
                "id": "o-a1b2c3d4e5",
                "management_account": M,
                "root": {
                    "id": "r-ab12",
                    "service_control_policies": root,
                    "units": [
                        {
                            "id": "ou-ab12-work0001",
                            "service_control_policies": unit,
                            "units": [{"id": "ou-ab12-prod0001", "service_control_policies": below, "accounts": [A]}],
                        }
                    ],
                },
            },
            "accounts": [
                {
                    "id": A,
                    "service_control_policies": account,
                    "users": [
                        {"name": "alice", "identity_policies": [{"name": "all", "document": policy(allow("kms:*"))}]}
                    ],
                },
                {"id": M},
            ],
        }
    )
    explained = Authorizer(entities).authorize(Request(ALICE, "kms:ListKeys", "*")).explain()
    assert explained.endswith(f"\n\nTo allow it: {named} must allow kms:ListKeys")


def test_levels_that_are_handed_over_have_numbers() -> None:
    levels = [[policy(allow("*"))], [policy(allow("s3:*"))]]
    policies = PolicySet(identity_policies=[policy(allow("kms:*"))], service_control_policies=levels)
    explained = simulate(Request(ALICE, "kms:ListKeys", "*"), policies).explain()
    assert explained.endswith(
        f"To allow it: level 2 of the service control policies of account {A} must allow kms:ListKeys"
    )


def test_alternatives_come_likely_ones_first() -> None:
    explained = ask({"key": [TO_B]}).explain().splitlines()
    assert explained[-2:] == [
        f"To allow it: account 111122223333 must let {ALICE} in: a statement of the key policy that allows kms:Decrypt",
        f"or: account 111122223333 must create a grant of Decrypt to {ALICE}",
    ]


def of_depth(levels: int) -> Entities:
    """Accounts A and B at the end of a chain of units, each with a policy of either kind of its own."""
    scps = [{"name": "scp", "document": policy(allow())}]
    rcps = [{"name": "rcp", "document": policy(deny("s3:*", Principal="*"))}]
    unit: dict[str, Any] = {"accounts": [A, B, M]}
    for level in range(levels, 0, -1):
        each = {"id": f"ou-ab12-prod000{level}", "service_control_policies": scps, "resource_control_policies": rcps}
        unit = {"units": [each | unit]}
    keys = [{"id": KEY.rpartition("/")[2], "region": "us-east-1", "policy": policy(TO_B)}]
    users = [{"name": "alice"}]
    described = [{"id": A, "users": users, "keys": keys}, {"id": B, "users": users}, {"id": M}]
    organization = {"id": "o-a1b2c3d4e5", "management_account": M, "root": {"id": "r-ab12", **unit}}
    return Entities.from_mapping({"policyeval": 1, "organization": organization, "accounts": described})


TRIED: list[tuple[str, Request, int]] = [
    ("where something opens it", Request(ALICE, "kms:Decrypt", KEY), 2),
    ("where nothing does", Request(ALICE.replace(A, B), "kms:ScheduleKeyDeletion", KEY), 0),
]


@pytest.mark.parametrize(("request_", "ways"), [pytest.param(*row[1:], id=row[0]) for row in TRIED])
def test_of_the_deepest_organization_few_sets_are_tried(
    request_: Request, ways: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def counting(case: Case) -> Outcome:
        tried.append(case)
        return decide(case)

    case = Authorizer(of_depth(5))._exact.case(request_)
    monkeypatch.setattr("policyeval.authorizer.changes.decide", counting)
    assert len(smallest_changes(case)) == ways
    assert len(tried) < 500


BUT_S3: list[dict[str, Any]] = [deny("kms:*"), allow("s3:*")]
# whose Deny goes, the estate, the request's facts, what its policy is called, what must allow then
STILL: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    ("a boundary's", {"app_boundary": BUT_S3}, {}, "boundary", f"the permissions boundary of {APP} must allow kms:Decrypt on {KEY}"),
    ("a session policy's", {}, {"session": Session("s", policies=[policy(*BUT_S3)])}, "session policy 1", f"a session policy of the session must allow kms:Decrypt on {KEY}"),
    ("a service control policy's", {"scps": [BUT_S3]}, {}, "scp-1", "the service control policies of account 111122223333 must allow kms:Decrypt"),
    ("an endpoint's", {"endpoint": [deny("kms:*", Principal="*")]}, {"vpc_endpoint": "vpce-1"}, "endpoint policy of vpce-1", f"the policy of the VPC endpoint must allow kms:Decrypt on {KEY} to {APP}"),
    ("an identity policy's", {"app": BUT_S3}, {}, "of-app", f"account 111122223333 must add an identity policy that allows kms:Decrypt on {KEY} to {APP}"),
]  # fmt: skip


@pytest.mark.parametrize(("described", "facts", "name", "then"), [pytest.param(*row[1:], id=row[0]) for row in STILL])
def test_where_a_deny_goes_its_layer_must_still_allow(
    described: dict[str, Any], facts: dict[str, Any], name: str, then: str
) -> None:
    explained = ask({"app": [allow()], **described}, **{"principal": APP, **facts}).explain().splitlines()
    start = explained.index("To allow it, all of:")
    assert explained[start + 1 : start + 3] == [f"  - statement #0 of {name} must not deny it", f"  - {then}"]


ALL_BUT: list[dict[str, Any]] = [allow(), deny("kms:*")]
EVERYONE_BUT: list[dict[str, Any]] = [allow(Principal="*"), deny("kms:*", Principal="*")]
ASSUMED = {"principal": ALICE, "action": "sts:AssumeRole", "resource": APP}
# whose Deny goes, the estate, the request's facts, what its policy is called
ENDED: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("a key policy's", {"key": EVERYONE_BUT}, {}, "key policy"),
    ("an identity policy's", {"app": ALL_BUT}, {}, "of-app"),
    ("a boundary's", {"app_boundary": ALL_BUT}, {}, "boundary"),
    ("a session policy's", {}, {"session": ENDED_SESSION}, "session policy 1"),
    ("an endpoint's", {"endpoint": EVERYONE_BUT}, {"vpc_endpoint": "vpce-1"}, "endpoint policy of vpce-1"),
    ("a service control policy's", {"scps": [ALL_BUT]}, {}, "scp-1"),
    ("a trust policy's", {"trust": [{**DENY_TRUST, "Effect": "Allow"}, DENY_TRUST]}, ASSUMED, "trust policy of app"),
    ("a bucket policy's", {"bucket": [allow(Principal="*"), deny("s3:*", Principal="*")]}, {"action": "s3:GetObject", "resource": BUCKET}, "resource policy"),
]  # fmt: skip


@pytest.mark.parametrize(("described", "facts", "name"), [pytest.param(*row[1:], id=row[0]) for row in ENDED])
def test_where_a_deny_goes_what_its_policy_allows_stays(
    described: dict[str, Any], facts: dict[str, Any], name: str
) -> None:
    explained = ask({"app": [allow()], **described}, **{"principal": APP, **facts}).explain()
    assert explained.splitlines()[-1] == f"To allow it: statement #1 of {name} must not deny it"


def test_what_is_asked_on_no_resource_has_none_that_could_let_anyone_in() -> None:
    explained = ask({}, action="kms:ListKeys", resource="*").explain().splitlines()
    allows = f"To allow it: account 111122223333 must add an identity policy that allows kms:ListKeys on * to {ALICE}"
    assert explained[-1] == allows


def test_a_name_makes_no_line_of_its_own() -> None:
    named = "arn:aws:s3:::bucket/a\n\nTo allow it: nothing is needed"
    explained = ask({"alice": [deny()]}, ALICE, "s3:GetObject", named, resource_account=A).explain()
    assert not [line for line in explained.splitlines() if line.startswith("To allow it: nothing")]
    assert "arn:aws:s3:::bucket/a\\u000a\\u000aTo allow it" in explained.splitlines()[0]


def test_an_explanation_in_full() -> None:
    decision = ask({"alice": [allow(), allow(Condition=OFFICE), deny("kms:*")]})
    assert (
        decision.explain()
        == f"""\
DENY  User: {ALICE} is not authorized to perform: kms:Decrypt on resource: {KEY} with an explicit deny in an identity-based policy

What each layer said:
  key policy: allows
    statement #0 of key policy
  grants: does not allow
  identity policies: denies
    statement #2 of of-alice

To allow it: statement #2 of of-alice must not deny it"""
    )


def test_an_explanation_in_full_with_what_could_not_be_evaluated() -> None:
    decision = ask({"alice": [allow(Condition=when("StringAlmost", "team:x", "y"))], "key": [DELEGATES]})
    assert (
        decision.explain()
        == f"""\
DENY  User: {ALICE} is not authorized to perform: kms:Decrypt on resource: {KEY} because no identity-based policy allows the kms:Decrypt action

What each layer said:
  key policy: allows
    statement #0 of key policy
  grants: does not allow
  identity policies: does not allow
    statement #0 of of-alice does not match: StringAlmost team:x = y cannot be evaluated: unknown condition operator `StringAlmost`

What could not be evaluated:
  unknown condition operator `StringAlmost`: the Allow does not match in statement #0 of of-alice

To allow it: account 111122223333 must add an identity policy that allows kms:Decrypt on {KEY} to {ALICE}
or: account 111122223333 must let {ALICE} in: a statement of the key policy that allows kms:Decrypt
or: account 111122223333 must create a grant of Decrypt to {ALICE}"""
    )


def test_a_deny_begins_with_its_sentence() -> None:
    decision = ask({})
    assert decision.explain().startswith(f"DENY  {decision.message}\n")


def test_an_allow_proposes_nothing() -> None:
    assert "To allow it" not in ask({"alice": [allow()]}).explain()
