"""What is asked for: keys, aliases, roles, buckets and their objects, nothing at all, and what nobody describes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policyeval import (
    Authorizer,
    Entities,
    PolicySet,
    Request,
    RequestError,
    Session,
    UnknownEntityError,
    parse_policy,
    simulate,
)
from policyeval.evaluator.layers import Compiler
from policyeval.model.policy import PolicyType
from tests.authorizer.estates import (
    ALIAS,
    ALICE,
    APP,
    BOB,
    BUCKET,
    DELEGATES,
    KEY,
    LINKED,
    PARTNER,
    ROOT_A,
    ROOT_B,
    A,
    B,
    M,
    allow,
    ask,
    deny,
    estate,
    policy,
    to,
    when,
)

QUEUE = f"arn:aws:sqs:us-east-1:{A}:orders"
OBJECT = BUCKET + "/report"
STRANGER = "123456789012"


ALLOWED: dict[str, Any] = {"alice": [allow()], "partner": [allow()], "app": [allow()]}
# what holds, the rest of the estate, who asks, the action, the resource, the reason, the layer or rule
TARGETS: list[tuple[str, dict[str, Any], str, str, str, str, str | None]] = [
    ("an alias stands for its key", {}, ALICE, "kms:Decrypt", ALIAS, "allowed", "identity_policy"),
    ("but not for those who make it", {}, ALICE, "kms:CreateAlias", ALIAS, "allowed", "identity_policy"),
    (
        "what is asked on no key does not ask the policy of one that is named",
        {"key": [allow(Principal="*"), deny(Principal="*")]},
        ALICE,
        "kms:ListKeys",
        KEY,
        "allowed",
        "identity_policy",
    ),
    (
        "nor does an identity policy that names the key allow it",
        {"alice": [allow("kms:ListKeys", Resource=KEY)]},
        ALICE,
        "kms:ListKeys",
        KEY,
        "implicit_deny",
        "identity_policy",
    ),
    (
        "whatever the key's policy says",
        {"key": [deny(Principal="*")]},
        ALICE,
        "kms:CreateAlias",
        ALIAS,
        "allowed",
        "identity_policy",
    ),
    (
        "which is asked on the key",
        {"key": [deny(Principal="*")]},
        ALICE,
        "kms:CreateAlias",
        KEY,
        "explicit_deny",
        "resource_policy",
    ),
    ("another account's alias is out of reach", {}, PARTNER, "kms:CreateAlias", ALIAS, "implicit_deny", "K3"),
    ("a queue that nobody describes has no policy", {}, ALICE, "sqs:SendMessage", QUEUE, "allowed", "identity_policy"),
    (
        "its account's limits bind it",
        {"rcps": [deny("sqs:*", Principal="*")]},
        ALICE,
        "sqs:SendMessage",
        QUEUE,
        "explicit_deny",
        "resource_control_policy",
    ),
    ("another account's does not let in", {}, PARTNER, "sqs:SendMessage", QUEUE, "implicit_deny", "resource_policy"),
    (
        "an object is governed by its bucket's policy",
        {"bucket": [deny(Principal="*")]},
        ALICE,
        "s3:GetObject",
        OBJECT,
        "explicit_deny",
        "resource_policy",
    ),
    (
        "which may name the object",
        {"bucket": [deny(Principal="*", Resource=BUCKET + "/x")]},
        ALICE,
        "s3:GetObject",
        OBJECT,
        "allowed",
        "identity_policy",
    ),
    (
        "or be about the bucket alone",
        {"bucket": [deny(Principal="*", Resource=BUCKET)]},
        ALICE,
        "s3:GetObject",
        OBJECT,
        "allowed",
        "identity_policy",
    ),
    (
        "another account's bucket",
        {"bucket": [allow(Principal=to(B))]},
        PARTNER,
        "s3:GetObject",
        OBJECT,
        "allowed",
        "identity_policy",
    ),
    (
        "its owner's limits bind an object",
        {"bucket": [allow(Principal=to(B))], "rcps": [deny("s3:*", Principal="*")]},
        PARTNER,
        "s3:GetObject",
        OBJECT,
        "explicit_deny",
        "resource_control_policy",
    ),
    ("a key's making is asked on nothing", {}, ALICE, "kms:CreateKey", "*", "allowed", "identity_policy"),
    (
        "no resource control policy binds what has no resource",
        {"rcps": [deny("kms:*", Principal="*")]},
        ALICE,
        "kms:CreateKey",
        "*",
        "allowed",
        "identity_policy",
    ),
    (
        "a service control policy does",
        {"scps": [[allow("s3:*")]]},
        ALICE,
        "kms:CreateKey",
        "*",
        "implicit_deny",
        "service_control_policy",
    ),
    ("a resource that is named all the same is not one", {}, ALICE, "kms:ListKeys", KEY, "allowed", "identity_policy"),
    ("but does not reach another account", {}, PARTNER, "kms:ListKeys", KEY, "implicit_deny", "K3"),
    (
        "what is asked on a principal names it",
        {"alice": [allow("kms:*", Resource=ALICE)]},
        ALICE,
        "kms:ListRetirableGrants",
        ALICE,
        "allowed",
        "identity_policy",
    ),
    (
        "and not another",
        {"alice": [allow("kms:*", Resource=ALICE)]},
        ALICE,
        "kms:ListRetirableGrants",
        APP,
        "implicit_deny",
        "identity_policy",
    ),
    ("a service lists no keys", {}, "s3.amazonaws.com", "kms:ListKeys", "*", "implicit_deny", "resource_policy"),
    (
        "a key of AWS's own knows no other account",
        {"key_facts": {"manager": "AWS", "aliases": ["alias/aws/s3"]}, "key": None},
        PARTNER,
        "kms:DescribeKey",
        KEY,
        "implicit_deny",
        "resource_policy",
    ),
    (
        "a service-linked role is not bound by resource control policies",
        {"rcps": [deny("kms:*", Principal="*")], "linked": [allow()]},
        LINKED,
        "kms:Decrypt",
        KEY,
        "allowed",
        "identity_policy",
    ),
]


@pytest.mark.parametrize(
    ("described", "principal", "action", "resource", "reason", "by"),
    [pytest.param(*row[1:], id=row[0]) for row in TARGETS],
)
def test_a_target(  # noqa: PLR0913, PLR0917 - the columns of the table
    described: dict[str, Any], principal: str, action: str, resource: str, reason: str, by: str | None
) -> None:
    decision = ask({**ALLOWED, **described}, principal, action, resource)
    assert (decision.reason, decision.layer or decision.rule) == (reason, by)


ROLE = {"Effect": "Allow", "Action": "sts:AssumeRole"}
ROLE_TARGETS: list[tuple[str, list[dict[str, object]], dict[str, Any], str, str, str, str | None]] = [
    (
        "a trust policy that names a user suffices",
        [{**ROLE, "Principal": to(ALICE)}],
        {},
        ALICE,
        "sts:AssumeRole",
        "allowed",
        "role_trust_policy",
    ),
    (
        "one that names the account delegates",
        [{**ROLE, "Principal": to(A)}],
        {"alice": []},
        ALICE,
        "sts:AssumeRole",
        "implicit_deny",
        "identity_policy",
    ),
    ("to identity policies", [{**ROLE, "Principal": to(A)}], {}, ALICE, "sts:AssumeRole", "allowed", "identity_policy"),
    (
        "another account needs both",
        [{**ROLE, "Principal": to(B)}],
        {"partner": []},
        PARTNER,
        "sts:AssumeRole",
        "implicit_deny",
        "identity_policy",
    ),
    ("and has them", [{**ROLE, "Principal": to(B)}], {}, PARTNER, "sts:AssumeRole", "allowed", "identity_policy"),
    (
        "a service by name",
        [{**ROLE, "Principal": {"Service": "ec2.amazonaws.com"}}],
        {},
        "ec2.amazonaws.com",
        "sts:AssumeRole",
        "allowed",
        "role_trust_policy",
    ),
    (
        "a provider by name",
        [{**ROLE, "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "accounts.google.com"}}],
        {},
        "accounts.google.com",
        "sts:AssumeRoleWithWebIdentity",
        "allowed",
        "role_trust_policy",
    ),
    (
        "a provider of any name",
        [{**ROLE, "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "id.example.com"}}],
        {},
        "id.example.com",
        "sts:AssumeRoleWithWebIdentity",
        "allowed",
        "role_trust_policy",
    ),
    (
        "a service is no provider",
        [{**ROLE, "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "ec2.amazonaws.com"}}],
        {},
        "ec2.amazonaws.com",
        "sts:AssumeRoleWithWebIdentity",
        "implicit_deny",
        "S35",
    ),
    (
        "a provider of the account",
        [{**ROLE, "Action": "sts:AssumeRoleWithSAML", "Principal": {"Federated": f"arn:aws:iam::{A}:saml-provider/p"}}],
        {},
        f"arn:aws:iam::{A}:saml-provider/p",
        "sts:AssumeRoleWithSAML",
        "allowed",
        "role_trust_policy",
    ),
    (
        "a resource control policy binds who assumes it",
        [{**ROLE, "Principal": to(ALICE)}],
        {"rcps": [deny("sts:*", Principal="*")]},
        ALICE,
        "sts:AssumeRole",
        "explicit_deny",
        "resource_control_policy",
    ),
    (
        "a trust policy has no say in what is done to the role",
        [{"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}],
        {},
        ALICE,
        "iam:GetRole",
        "allowed",
        "identity_policy",
    ),
]


@pytest.mark.parametrize(
    ("trust", "described", "principal", "action", "reason", "by"),
    [pytest.param(*row[1:], id=row[0]) for row in ROLE_TARGETS],
)
def test_a_role_as_target(  # noqa: PLR0913, PLR0917 - the columns of the table
    trust: Any,
    described: dict[str, Any],
    principal: str,
    action: str,
    reason: str,
    by: str | None,
) -> None:
    decision = ask({**ALLOWED, "trust": trust, **described}, principal, action, APP)
    assert (decision.reason, decision.layer or decision.rule) == (reason, by)


def test_a_provider_has_the_account_of_anonymous_callers() -> None:
    google = {"Federated": "accounts.google.com"}
    for account, allowed in [("anonymous", True), (A, False)]:
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": google,
            "Condition": when("StringEquals", "aws:PrincipalAccount", account),
        }
        decision = ask({"trust": [statement]}, "accounts.google.com", "sts:AssumeRoleWithWebIdentity", APP)
        assert decision.allowed is allowed


def test_an_objects_own_tags_may_be_said_its_buckets_account_not() -> None:
    tagged = allow(Principal=to(ALICE), Condition=when("StringEquals", "s3:ExistingObjectTag/x", "y"))
    described = {"bucket": [tagged]}
    assert ask(described, ALICE, "s3:GetObject", OBJECT, context={"s3:ExistingObjectTag/x": "y"}).allowed
    with pytest.raises(RequestError, match="the resource has none"):
        ask(described, ALICE, "s3:GetObject", OBJECT, context={"aws:ResourceTag/x": "y"})
    with pytest.raises(RequestError, match=f"the resource's is `{A}`"):
        ask(described, ALICE, "s3:GetObject", OBJECT, context={"aws:ResourceAccount": B})


def test_an_object_is_in_its_buckets_partition() -> None:
    china = {
        "id": B,
        "partition": "aws-cn",
        "resources": [{"arn": "arn:aws-cn:s3:::far", "policy": policy(allow(Principal="*"))}],
    }
    user = {"name": "alice", "identity_policies": [policy(allow())]}
    entities = Entities.from_mapping(
        {"policyeval": 1, "accounts": [{"id": A, "partition": "aws", "users": [user]}, china]}
    )
    for resource in ("arn:aws-cn:s3:::far", "arn:aws-cn:s3:::far/report"):
        decision = Authorizer(entities).authorize(Request(ALICE, "s3:GetObject", resource))
        assert (decision.reason, decision.rule) == ("implicit_deny", "S6")


def test_a_tables_policy_governs_its_indexes_and_a_domains_what_it_holds() -> None:
    table, domain = f"arn:aws:dynamodb:us-east-1:{A}:table/orders", f"arn:aws:es:us-east-1:{A}:domain/logs"
    resources = [
        {"arn": table, "policy": policy(deny("dynamodb:*", Principal="*", Resource=[table, f"{table}/index/*"]))},
        {"arn": domain, "policy": policy(allow("es:*", Principal=to(B), Resource=f"{domain}/*"))},
    ]
    user = {"name": "alice", "identity_policies": [policy(allow())]}
    partner = {"name": PARTNER.rpartition("/")[2], "identity_policies": [policy(allow())]}
    accounts = [{"id": A, "users": [user], "resources": resources}, {"id": B, "roles": [partner]}]
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": accounts}))
    for resource in (table, f"{table}/index/by-day"):
        assert authorizer.authorize(Request(ALICE, "dynamodb:Query", resource)).reason == "explicit_deny"
    assert authorizer.authorize(Request(ALICE, "dynamodb:GetRecords", f"{table}/stream/2026")).allowed
    reached = [
        authorizer.authorize(Request(PARTNER, "es:ESHttpGet", arn)).allowed
        for arn in (domain, f"{domain}/today/_search")
    ]
    assert reached == [False, True]


LAKE = f"arn:aws:s3tables:us-east-1:{A}:bucket/lake"
ON_TABLES = {"Principal": to(B), "Resource": f"{LAKE}/table/*"}
# What holds, the policies of a table bucket and of the table in it, whether another account gets the table.
OF_TABLES: list[tuple[str, list[dict[str, Any]], list[dict[str, Any]], bool]] = [
    ("what the bucket's policy allows of its tables", [allow(**ON_TABLES)], [], True),
    ("what it allows of itself alone", [allow(**ON_TABLES | {"Resource": LAKE})], [], False),
    ("what the table's own allows", [], [allow(**ON_TABLES)], True),
    ("what the table's own denies", [allow(**ON_TABLES)], [deny(**ON_TABLES)], False),
    ("what the bucket's denies", [deny(**ON_TABLES)], [allow(**ON_TABLES)], False),
]


@pytest.mark.parametrize(("bucket", "own", "gets"), [pytest.param(*row[1:], id=row[0]) for row in OF_TABLES])
def test_the_policy_of_a_table_bucket_governs_its_tables_beside_their_own(
    bucket: list[dict[str, Any]], own: list[dict[str, Any]], *, gets: bool
) -> None:
    described = ((LAKE, bucket), (f"{LAKE}/table/t1", own))
    resources = [{"arn": arn, **({"policy": policy(*said)} if said else {})} for arn, said in described]
    partner = {"name": PARTNER.rpartition("/")[2], "identity_policies": [policy(allow())]}
    accounts = [{"id": A, "resources": resources}, {"id": B, "roles": [partner]}]
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": accounts}))
    assert authorizer.authorize(Request(PARTNER, "s3tables:GetTable", f"{LAKE}/table/t1")).allowed is gets


# What holds, whether the table itself is described, the condition of a Deny, whether that spares.
TAGS_OF_TABLES: list[tuple[str, bool, dict[str, Any], bool]] = [
    ("its bucket's by their own name", True, when("StringEquals", "s3tables:TableBucketTag/env", "prod"), False),
    ("also where it is not described", False, when("StringEquals", "s3tables:TableBucketTag/env", "prod"), False),
    ("its bucket's are not its own", True, when("StringEquals", "aws:ResourceTag/env", "prod"), True),
    ("nor where it is not described", False, when("StringEquals", "aws:ResourceTag/env", "prod"), True),
    ("its own", True, when("StringEquals", "aws:ResourceTag/team", "red"), False),
]


@pytest.mark.parametrize(
    ("described", "condition", "spares"), [pytest.param(*row[1:], id=row[0]) for row in TAGS_OF_TABLES]
)
def test_a_table_has_its_buckets_tags_by_their_own_name(
    condition: dict[str, Any], *, described: bool, spares: bool
) -> None:
    user = {"name": "alice", "identity_policies": [policy(allow(), deny(Condition=condition))]}
    table = {"arn": f"{LAKE}/table/t1", "tags": {"team": "red"}}
    resources = [{"arn": LAKE, "tags": {"env": "prod"}}, *([table] if described else [])]
    entities = Entities.from_mapping(
        {"policyeval": 1, "accounts": [{"id": A, "users": [user], "resources": resources}]}
    )
    decision = Authorizer(entities).authorize(Request(ALICE, "s3tables:GetTable", f"{LAKE}/table/t1"))
    assert decision.allowed is spares
    # Of a table that nobody describes its own tags are not known, and an allow that they could take says so.
    unknown = [f"`{key}` is not told" in one.message for one in decision.diagnostics for key in ["aws:ResourceTag/env"]]
    assert unknown == [True] * (spares and not described)


def test_an_access_points_policy_is_asked_of_objects_and_an_allow_says_that_its_buckets_is_not() -> None:
    point = f"arn:aws:s3:us-east-1:{A}:accesspoint/reports"
    statements = [
        allow("s3:GetObject", Principal=to(B), Resource=f"{point}/object/*"),
        deny("s3:PutObject", Principal="*", Resource=f"{point}/object/*"),
    ]
    user = {"name": "alice", "identity_policies": [policy(allow())]}
    partner = {"name": PARTNER.rpartition("/")[2], "identity_policies": [policy(allow())]}
    described = {"id": A, "users": [user], "resources": [{"arn": point, "policy": policy(*statements)}]}
    accounts = [described, {"id": B, "roles": [partner]}]
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": accounts}))

    def asked(principal: str, action: str, resource: str) -> tuple[str, list[str]]:
        decision = authorizer.authorize(Request(principal, action, resource))
        return decision.reason, [one.message for one in decision.doubts]

    doubted = ["the bucket behind an access point must permit the request as well, and is not asked here"]
    assert asked(PARTNER, "s3:GetObject", f"{point}/object/a") == ("allowed", doubted)
    assert asked(ALICE, "s3:GetObject", f"{point}/object/a") == ("allowed", doubted)
    assert asked(ALICE, "s3:PutObject", f"{point}/object/a") == ("explicit_deny", [])
    assert asked(ALICE, "s3:PutObject", f"{point}-2/object/a") == ("allowed", doubted)
    assert asked(ALICE, "s3:ListBucket", point) == ("allowed", doubted)
    assert asked(ALICE, "s3:DeleteAccessPoint", point) == ("allowed", [])
    assert asked(ALICE, "s3:GetObject", f"arn:aws:s3:us-east-1:{A}:job/a") == ("allowed", [])
    bucket_of_the_name = Request(ALICE, "s3:GetObject", "arn:aws:s3:::accesspoint/a", resource_account=A)
    assert authorizer.authorize(bucket_of_the_name).doubts == ()
    hanging = "the bucket behind the access point permits it as well"
    everyone = authorizer.who_can("s3:GetObject", f"{point}/object/a")
    assert {(one.verdict, *one.conditions) for one in everyone if one.verdict != "deny"} == {("conditional", hanging)}
    assert authorizer.account_access(B, "s3:GetObject", f"{point}/object/a").door == "conditional"
    assert authorizer.account_access(B, "s3:PutObject", f"{point}/object/a").door == "closed"
    assert authorizer.account_access(A, "s3:DeleteAccessPoint", point).door == "open"


# What holds, what is described of the object beside its ARN, the bucket's statements, what is decided.
BESIDE: list[tuple[str, dict[str, Any], list[dict[str, Any]], str]] = [
    ("an object's tags are no policy", {"tags": {"env": "prod"}}, [deny(Principal="*")], "explicit_deny"),
    ("nor is an object that has nothing", {}, [deny(Principal="*")], "explicit_deny"),
    (
        "they have S3's name for them",
        {"tags": {"env": "prod"}},
        [deny(Principal="*", Condition=when("StringEquals", "s3:ExistingObjectTag/ENV", "prod"))],
        "explicit_deny",
    ),
    (
        "and not that of all, by which its bucket's go",
        {"tags": {"env": "prod"}},
        [deny(Principal="*", Condition=when("StringNotEquals", "aws:ResourceTag/env", "dev"))],
        "allowed",
    ),
    (
        "and by S3's name for those",
        {"tags": {"env": "prod"}},
        [deny(Principal="*", Condition=when("StringEquals", "s3:BucketTag/env", "dev"))],
        "explicit_deny",
    ),
    ("a policy of its own allows nothing that its bucket's denies", {"policy": policy(allow(Principal="*"))}, [deny(Principal="*")], "explicit_deny"),
    ("and what it denies is denied", {"policy": policy(deny(Principal="*"))}, [allow(Principal="*")], "explicit_deny"),
]  # fmt: skip


@pytest.mark.parametrize(("own", "of_bucket", "reason"), [pytest.param(*row[1:], id=row[0]) for row in BESIDE])
def test_an_object_that_is_described_too_stays_under_its_buckets_policy(
    own: dict[str, Any], of_bucket: list[dict[str, Any]], reason: str
) -> None:
    user = {"name": "alice", "identity_policies": [policy(allow())]}
    bucket = {"arn": BUCKET, "policy": policy(*of_bucket), "tags": {"env": "dev"}}
    account = {"id": A, "users": [user], "resources": [bucket, {"arn": f"{BUCKET}/x", **own}]}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    request = Request(ALICE, "s3:GetObject", f"{BUCKET}/x")
    assert [authorizer.authorize(request).reason for _ in range(4)] == [reason] * 4


CLOSED = [deny(Principal="*")]
# What holds, who asks, the action, what else is described, what is decided by which layer or rule.
LOCKED_OUT: list[tuple[str, str, str, dict[str, Any], tuple[str, str | None]]] = [
    ("the root user deletes a policy that denies it", ROOT_A, "s3:DeleteBucketPolicy", {}, ("allowed", None)),
    ("reads it", ROOT_A, "s3:getbucketpolicy", {}, ("allowed", None)),
    ("and replaces it", ROOT_A, "s3:PutBucketPolicy", {}, ("allowed", None)),
    ("and does nothing else", ROOT_A, "s3:PutBucketAcl", {}, ("explicit_deny", "resource_policy")),
    ("nor does a user", ALICE, "s3:DeleteBucketPolicy", {}, ("explicit_deny", "resource_policy")),
    ("nor another account's root user", ROOT_B, "s3:DeleteBucketPolicy", {}, ("explicit_deny", "resource_policy")),
    ("an endpoint's policy binds it", ROOT_A, "s3:DeleteBucketPolicy", {"endpoint": CLOSED}, ("explicit_deny", "vpc_endpoint_policy")),
    ("and a control policy", ROOT_A, "s3:DeleteBucketPolicy", {"scps": [[allow()], [deny()]]}, ("explicit_deny", "service_control_policy")),
    ("or one of the bucket's account", ROOT_A, "s3:DeleteBucketPolicy", {"rcps": CLOSED}, ("explicit_deny", "resource_control_policy")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("principal", "action", "described", "decided"), [pytest.param(*row[1:], id=row[0]) for row in LOCKED_OUT]
)
def test_a_buckets_policy_locks_its_accounts_root_user_not_out(
    principal: str, action: str, described: dict[str, Any], decided: tuple[str, str | None]
) -> None:
    authorizer = Authorizer(estate(**described, alice=[allow()], bucket=CLOSED))
    request = Request(principal, action, BUCKET, vpc_endpoint="vpce-1" if "endpoint" in described else None)
    assert [(d.reason, d.layer) for d in (authorizer.authorize(request) for _ in range(4))] == [decided] * 4


def test_a_session_of_the_root_user_is_locked_out_as_others_are() -> None:
    bucket = policy(*CLOSED)
    for request, policies in (
        (Request(ROOT_A, "s3:DeleteBucketPolicy", BUCKET), PolicySet(resource_policy=bucket, session_policies=[policy(allow())])),
        (Request(ROOT_A, "s3:DeleteBucketPolicy", BUCKET, session=Session("x", [policy(allow())])), PolicySet(resource_policy=bucket)),
    ):  # fmt: skip
        assert simulate(request, policies).layer == "resource_policy"
    alone = Request(ROOT_A, "s3:DeleteBucketPolicy", BUCKET, session=Session())  # of GetSessionToken
    assert simulate(alone, PolicySet(resource_policy=bucket)).allowed


SECRET = f"arn:aws:secretsmanager:us-east-1:{A}:secret:db-a1b2c3"
MACHINE, CLUSTER = f"arn:aws:ec2:us-east-1:{A}:instance/i-1", f"arn:aws:elasticmapreduce:us-east-1:{A}:cluster/j-1"
TABLES = f"arn:aws:s3tables:us-east-1:{A}:bucket/b"
DATABASE = f"arn:aws:rds:us-east-1:{A}:db:orders"
PROD = {"env": "prod"}
API = f"arn:aws:execute-api:us-east-1:{A}:a1b2c3d4e5"
POINT = f"arn:aws:s3:us-east-1:{A}:accesspoint/point"
# What holds, the action, the resource, its tags (None: it is not described), the condition of a Deny, whether that
# spares.
OWN_NAMES: list[tuple[str, str, str, dict[str, str] | None, dict[str, Any], bool]] = [
    ("a bucket's account by S3's name", "s3:ListBucket", BUCKET, {}, when("StringNotEquals", "s3:ResourceAccount", A), True),
    ("another's", "s3:ListBucket", BUCKET, {}, when("StringEquals", "s3:ResourceAccount", A), False),
    ("an object's", "s3:GetObject", f"{BUCKET}/x", {}, when("StringNotEquals", "s3:ResourceAccount", A), True),
    ("that of what is not described", "s3:GetObject", "arn:aws:s3:::other/x", None, when("StringNotEquals", "s3:ResourceAccount", A), True),
    ("a secret has none", "secretsmanager:GetSecretValue", SECRET, {}, when("Null", "s3:ResourceAccount", "false"), True),
    ("a secret's tag by its service's name", "secretsmanager:GetSecretValue", SECRET, PROD, when("StringEquals", "secretsmanager:ResourceTag/Env", "prod"), False),
    ("a cluster's", "elasticmapreduce:TerminateJobFlows", CLUSTER, PROD, when("StringEquals", "elasticmapreduce:ResourceTag/env", "prod"), False),
    ("which is no other service's", "secretsmanager:GetSecretValue", SECRET, PROD, when("Null", "ec2:ResourceTag/env", "false"), True),
    ("nor one of KMS's, which has none", "secretsmanager:GetSecretValue", SECRET, PROD, when("Null", "kms:ResourceTag/env", "false"), True),
    ("an instance's, in Systems Manager", "ssm:SendCommand", MACHINE, PROD, when("StringEquals", "ssm:resourceTag/env", "prod"), False),
    ("which EC2 does not have", "ec2:StopInstances", MACHINE, PROD, when("Null", "ssm:resourceTag/env", "false"), True),
    ("nor has Systems Manager EC2's", "ssm:SendCommand", MACHINE, PROD, when("Null", "ec2:ResourceTag/env", "false"), True),
    ("as EC2 has", "ec2:StopInstances", MACHINE, PROD, when("StringEquals", "ec2:ResourceTag/env", "prod"), False),
    ("a bucket's tag by S3's name", "s3:ListBucket", BUCKET, PROD, when("StringEquals", "s3:BucketTag/env", "prod"), False),
    ("which another service does not look up", "s3tables:GetTable", BUCKET, PROD, when("Null", "s3:BucketTag/env", "false"), True),
    ("an object's bucket's", "s3:PutObject", f"{BUCKET}/x", PROD, when("StringEquals", "s3:BucketTag/env", "prod"), False),
    ("an object's own", "s3:GetObject", "arn:aws:s3:::other/y", PROD, when("StringEquals", "s3:ExistingObjectTag/env", "prod"), False),
    ("which is none of all resources", "s3:GetObject", "arn:aws:s3:::other/y", PROD, when("Null", "aws:ResourceTag/env", "false"), True),
    ("nor looked up by who writes it anew", "s3:PutObject", "arn:aws:s3:::other/y", PROD, when("Null", "s3:ExistingObjectTag/env", "false"), True),
    ("an access point's", "s3:ListBucket", POINT, PROD, when("StringEquals", "s3:AccessPointTag/env", "prod"), False),
    ("which is no bucket's", "s3:ListBucket", POINT, PROD, when("Null", "s3:BucketTag/env", "false"), True),
    ("another resource's of S3", "s3:GetStorageLensConfiguration", f"arn:aws:s3:us-east-1:{A}:storage-lens/y", PROD, when("StringEquals", "aws:ResourceTag/env", "prod"), False),
    ("a database's by RDS's name", "rds:StartDBInstance", DATABASE, PROD, when("StringEquals", "rds:db-tag/ENV", "prod"), False),
    ("which is not that of a cluster's", "rds:StartDBInstance", DATABASE, PROD, when("Null", "rds:cluster-tag/env", "false"), True),
    ("and of all", "rds:StartDBInstance", DATABASE, PROD, when("StringEquals", "aws:ResourceTag/env", "prod"), False),
    ("a proxy has none of RDS's", "rds:DeleteDBProxy", DATABASE.replace(":db:", ":db-proxy:"), PROD, when("Null", "rds:db-tag/env", "false"), True),
    ("nor has AWS Backup", "backup:StartBackupJob", DATABASE, PROD, when("Null", "rds:db-tag/env", "false"), True),
    ("a directory bucket's", "s3express:CreateSession", f"arn:aws:s3express:us-east-1:{A}:bucket/b", PROD, when("StringEquals", "s3express:BucketTag/env", "prod"), False),
    ("a table bucket's", "s3tables:DeleteTableBucket", TABLES, PROD, when("StringEquals", "s3tables:TableBucketTag/env", "prod"), False),
    ("a vector bucket's", "s3vectors:DeleteVectorBucket", TABLES.replace("s3tables", "s3vectors"), PROD, when("StringEquals", "s3vectors:VectorBucketTag/env", "prod"), False),
    ("a table's are not its bucket's", "s3tables:DeleteTable", f"{TABLES}/table/t", PROD, when("Null", "s3tables:TableBucketTag/env", "false"), True),
    ("but its own", "s3tables:DeleteTable", f"{TABLES}/table/t", PROD, when("StringEquals", "aws:ResourceTag/env", "prod"), False),
    ("what begins with no word has that of all", "rds:StartDBInstance", DATABASE.replace(":db:", ":1:"), PROD, when("StringEquals", "aws:ResourceTag/env", "prod"), False),
    ("a call of an API has none", "execute-api:Invoke", f"{API}/x", PROD, when("Null", "aws:ResourceTag/env", "false"), True),
    ("and who connects to its instances", "ec2-instance-connect:SendSSHPublicKey", MACHINE, PROD, when("StringEquals", "ec2:ResourceTag/env", "prod"), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "resource", "tags", "condition", "spares"), [pytest.param(*row[1:], id=row[0]) for row in OWN_NAMES]
)
def test_some_services_have_names_of_their_own_for_what_all_have(
    action: str, resource: str, tags: dict[str, str] | None, condition: dict[str, Any], *, spares: bool
) -> None:
    user = {"name": "alice", "identity_policies": [policy(allow(), deny(Condition=condition))]}
    resources = [{"arn": resource.removesuffix("/x"), "tags": tags}] if tags is not None else []
    account = {"id": A, "users": [user], "resources": resources}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    owner = A if tags is None else None
    request = Request(ALICE, action, resource, resource_account=owner)
    assert [authorizer.authorize(request).allowed for _ in range(4)] == [spares] * 4


CALL = f"{API}/prod/GET/pets"
# What holds, the statement of an API's policy, whether a user without a policy may call it, and one who may do
# everything.
OF_APIS: list[tuple[str, dict[str, Any], bool, bool]] = [
    ("what it allows", allow(Principal="*", Resource=f"{API}/prod/GET/*"), True, True),
    ("what it denies", deny(Principal="*", Resource=f"{API}/*"), False, False),
    ("it need not name itself", allow(Principal="*", Resource="execute-api:/prod/GET/*"), True, True),
    ("nor for a Deny", deny(Principal="*", Resource="execute-api:/*"), False, False),
    ("nor for what it leaves out", deny(Principal="*", NotResource=["execute-api:/test/*"]), False, False),
    ("but it names the stage first", allow(Principal="*", Resource="execute-api:/GET/pets"), False, True),
    ("and another stage is another", deny(Principal="*", Resource="execute-api:/test/*"), False, True),
    ("as is another API", deny(Principal="*", Resource=f"{API}x/*"), False, True),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "nobody", "everybody"), [pytest.param(*row[1:], id=row[0]) for row in OF_APIS])
def test_an_apis_policy_is_asked_of_its_methods(statement: dict[str, Any], *, nobody: bool, everybody: bool) -> None:
    whole, of_api = [policy(allow())], policy(statement)
    users = [{"name": "bob"}, {"name": "alice", "identity_policies": whole}]
    account = {"id": A, "users": users, "resources": [{"arn": API, "policy": of_api}]}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    for who, own, allowed in ((BOB, [], nobody), (ALICE, whole, everybody)):
        request = Request(who, "execute-api:Invoke", CALL)
        assert authorizer.authorize(request).allowed is allowed
        assert authorizer.authorize(request).diagnostics == ()
        assert simulate(request, PolicySet(identity_policies=own, resource_policy=of_api)).allowed is allowed


@pytest.mark.parametrize(("effect", "everybody"), [("Allow", True), ("Deny", False)])
def test_a_statement_of_an_apis_policy_without_resource_helps_nobody(effect: str, *, everybody: bool) -> None:
    of_api = policy({"Effect": effect, "Principal": "*", "Action": "*"})
    for own, allowed in (([], False), ([policy(allow())], everybody)):
        said = simulate(
            Request(BOB, "execute-api:Invoke", CALL), PolicySet(identity_policies=own, resource_policy=of_api)
        )
        assert said.allowed is allowed
        assert "statement without Resource" in said.diagnostics[0].message


def test_only_an_object_is_inside_of_what_its_arn_begins_with() -> None:
    topic = f"arn:aws:sns:us-east-1:{A}:topic"
    account = {"id": A, "resources": [{"arn": topic, "policy": policy(allow(Principal="*"))}]}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account, {"id": B}]}))
    reached = [
        authorizer.authorize(Request("s3.amazonaws.com", "sns:Publish", arn)).allowed for arn in (topic, topic + "/a")
    ]
    assert reached == [True, False]


def test_a_role_need_not_be_described_unless_it_is_assumed() -> None:
    assert ask(ALLOWED, ALICE, "iam:GetRole", f"arn:aws:iam::{A}:role/none").allowed
    assert ask(ALLOWED, ALICE, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{A}:role/none").allowed


def test_what_nothing_describes_is_said() -> None:
    with pytest.raises(UnknownEntityError, match="role/none"):
        ask(ALLOWED, ALICE, "sts:AssumeRole", f"arn:aws:iam::{A}:role/none")
    with pytest.raises(UnknownEntityError, match=STRANGER):
        ask(ALLOWED, ALICE, "sqs:SendMessage", QUEUE.replace(A, STRANGER))


NO_RESOURCE = [
    ("kms:ListKeys", "key"),
    ("kms:Decrypt", "x:alias/app"),
    ("kms:CreateAlias", "x:alias/app"),
    ("s3:GetObject", ""),
]


@pytest.mark.parametrize(("action", "resource"), NO_RESOURCE)
def test_a_resource_that_is_none(action: str, resource: str) -> None:
    with pytest.raises(RequestError, match="is no resource"):
        ask(ALLOWED, ALICE, action, resource)


@pytest.mark.parametrize(
    "principal",
    [
        f"arn:aws:sts::{A}:assumed-role/app",
        f"arn:aws:sts::{A}:assumed-role//s",
        f"arn:aws:sts::{A}:federated-user/",
        f"arn:aws:iam::{A}:user/",
        f"arn:aws:s3::{A}:root",
    ],
)
def test_a_principal_that_is_none(principal: str) -> None:
    with pytest.raises(RequestError, match="is no principal that can call"):
        ask(ALLOWED, principal)


def test_what_is_looked_up_is_not_kept_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.model.keeping._KEPT", 2)
    authorizer = Authorizer(estate(**ALLOWED))
    for number in range(5):
        request = Request(ALICE, f"team:Do{number}", BUCKET, resource_account=A, context={f"team:{number}": "x"})
        assert authorizer.authorize(request).allowed
        assert 1 <= len(authorizer._exact._actions) <= 2
    assert authorizer.authorize(Request(ALICE, "kms:Decrypt", KEY)).allowed


def test_names_of_encryption_contexts_are_not_kept_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.authorizer.intake._NAMES", 2)
    authorizer = Authorizer(estate(alice=[allow(Condition=when("StringLike", "kms:EncryptionContext:name3", "blue"))]))
    for _ in range(3):
        for number in range(5):
            request = Request(ALICE, "kms:Decrypt", KEY, encryption_context={f"name{number}": "blue"})
            assert authorizer.authorize(request).allowed is (number == 3)
            assert len(authorizer._exact._intake._lower) <= 2


def test_policies_of_sessions_are_not_kept_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.evaluator.layers._COMPILED", 2)
    compiler = Compiler()
    policies = [parse_policy(policy(allow(f"kms:do{number}"))) for number in range(5)]
    for number, each in [*enumerate(policies), *enumerate(policies)]:
        (statement,) = compiler.compile(each, PolicyType.SESSION)
        assert statement.matches_action(f"kms:do{number}")
        assert 1 <= len(compiler._by_content) <= 2
        assert 1 <= len(compiler._by_identity) <= 2


def test_the_moment_is_one_within_a_decision() -> None:
    moments = iter(range(10))

    def clock() -> datetime:
        return datetime(2026, 1, 31, tzinfo=UTC) + timedelta(days=next(moments))

    same = when("DateEquals", "aws:CurrentTime", "2026-01-31") | when("NumericEquals", "aws:EpochTime", "1769817600")
    described = estate(alice=[allow(Condition=same)], key=[DELEGATES])
    authorizer = Authorizer(described, clock=clock)
    assert [authorizer.authorize(Request(ALICE, "kms:Decrypt", KEY)).allowed for _ in range(2)] == [True, False]


def test_root_users_are_let_in_by_their_account_alone() -> None:
    assert ask({}, ROOT_A).layer == "resource_policy"
    assert ask({"key": [allow(Principal=to(ALICE))]}, ROOT_A).reason == "implicit_deny"
    assert ask({"key": [allow(Principal=to(M))]}, f"arn:aws:iam::{M}:root").allowed


def test_of_kms_alone_an_operation_without_a_resource_has_no_resource_control_policy() -> None:
    authorizer = Authorizer(estate(alice=[allow()], rcps=[deny(Principal="*")]))
    assert authorizer.authorize(Request(ALICE, "kms:ListKeys", "*")).allowed
    assert authorizer.authorize(Request(ALICE, "sqs:ListQueues", "*")).layer == "resource_control_policy"
