"""Facts about input that is refused: what cannot end in allow or deny, beside what is just good."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from policyeval import (
    Authorizer,
    Decision,
    Entities,
    EntitiesError,
    Policy,
    PolicySyntaxError,
    PolicyType,
    Request,
    RequestError,
    Session,
    parse_policy,
)
from tests.semantics.refusals import Near, Refusal

A = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE = f"arn:aws:iam::{A}:user/alice"
SESSION = f"arn:aws:sts::{A}:assumed-role/app/monday"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ESTATE = f"""
policyeval: 1
organization:
  id: o-a1b2c3d4e5
  management_account: "999988887777"
  root:
    id: r-ab12
    accounts: ["999988887777"]
    units: [{{id: ou-ab12-work0001, accounts: ["{A}"]}}]
accounts:
  - id: "999988887777"
  - id: "{A}"
    users: [{{name: alice, unique_id: AIDAEXAMPLEALICE00001, tags: {{team: orders}}}}]
    roles: [{{name: app, unique_id: AROAEXAMPLEAPP0000001}}]
    keys:
      - {{id: 1234abcd-12ab-34cd-56ef-1234567890ab, region: us-east-1, aliases: [alias/app], tags: {{team: orders}}}}
    vpc_endpoints: [{{id: vpce-0a1b2c3d4e5f60001, vpc: vpc-0a1b2c3d4e5f60001}}]
"""


def ask(principal: str = ALICE, **facts: Any) -> Callable[[], Decision]:
    def attempt() -> Decision:
        entities = Entities.from_text(ESTATE, name="estate.yaml")
        return Authorizer(entities).authorize(Request(principal, "kms:Decrypt", KEY, **facts))

    return attempt


def given(key: str, value: object, **facts: Any) -> Callable[[], Decision]:
    return ask(context={key: value}, **facts)


def statement(**elements: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", **elements}


def parse(policy_type: PolicyType, *, without: str = "", **elements: object) -> Callable[[], Policy]:
    one = {name: value for name, value in statement(**elements).items() if name != without}
    text = json.dumps({"Version": "2012-10-17", "Statement": [one]})
    return lambda: parse_policy(text, "policy.json", policy_type)


def parse_text(text: str, policy_type: PolicyType | None = None) -> Callable[[], Policy]:
    return lambda: parse_policy(text, "policy.json", policy_type)


def granted(**grant: object) -> Callable[[], Entities]:
    key = {"id": "1234abcd", "region": "us-east-1", "grants": [{"Operations": ["Decrypt"], **grant}]}
    text = json.dumps({"policyeval": 1, "accounts": [{"id": A, "keys": [key]}]})
    return lambda: Entities.from_text(text, name="estate.json")


def aws(value: str) -> dict[str, str]:
    return {"AWS": value}


OPEN = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", '

POLICIES: list[Refusal | Near] = [
    Refusal(
        "a wildcard for a part of a role's name is no principal",
        ("S11",),
        parse(PolicyType.KEY, Principal=aws(f"arn:aws:iam::{A}:role/svc-*")),
        PolicySyntaxError,
        f"arn:aws:iam::{A}:role/svc-*",
    ),
    Refusal(
        "a wildcard for the account is no principal",
        ("S11",),
        parse(PolicyType.KEY, Principal=aws("arn:aws:iam::*:root")),
        PolicySyntaxError,
        "arn:aws:iam::*:root",
    ),
    Refusal(
        "a wildcard for a part of an account's id is no principal",
        ("S11",),
        parse(PolicyType.RESOURCE, Principal=aws("1111????3333")),
        PolicySyntaxError,
        "1111????3333",
    ),
    Near("a lone star is a principal", ("S11",), parse(PolicyType.KEY, Principal=aws("*"))),
    Near(
        "a whole role ARN is a principal", ("S11",), parse(PolicyType.KEY, Principal=aws(f"arn:aws:iam::{A}:role/svc"))
    ),
    Refusal(
        "an identity policy has no NotPrincipal",
        ("S13",),
        parse(PolicyType.IDENTITY, NotPrincipal={"AWS": ALICE}),
        PolicySyntaxError,
        "`NotPrincipal`",
    ),
    Refusal(
        "a service control policy has no NotPrincipal",
        ("S13",),
        parse(PolicyType.SCP, NotPrincipal={"AWS": ALICE}),
        PolicySyntaxError,
        "`NotPrincipal`",
    ),
    Refusal(
        "a trust policy has no NotPrincipal",
        ("S13",),
        parse(PolicyType.TRUST, without="Resource", Action="sts:AssumeRole", NotPrincipal={"AWS": ALICE}),
        PolicySyntaxError,
        "`NotPrincipal`",
    ),
    Near("a key policy may have NotPrincipal", ("S13",), parse(PolicyType.KEY, NotPrincipal={"AWS": ALICE})),
    Near(
        "a key policy's statement may lack Resource",
        ("S23",),
        parse(PolicyType.KEY, without="Resource", Principal=aws(ALICE)),
    ),
    Refusal(
        "an identity policy's statement may not lack Resource",
        ("S23",),
        parse(PolicyType.IDENTITY, without="Resource"),
        PolicySyntaxError,
        "`Resource`",
    ),
    Refusal(
        "a Sid with a space in it is refused in an identity policy",
        ("S36",),
        parse(PolicyType.IDENTITY, Sid="Use the key"),
        PolicySyntaxError,
        "`Use the key`",
    ),
    Refusal(
        "a Sid with a hyphen in it is refused in a trust policy",
        ("S36",),
        parse(PolicyType.TRUST, without="Resource", Action="sts:AssumeRole", Sid="Use-it", Principal=aws(ALICE)),
        PolicySyntaxError,
        "`Use-it`",
    ),
    Near("a Sid of letters and digits is good in an identity policy", ("S36",), parse(PolicyType.IDENTITY, Sid="Use1")),
    Near(
        "a Sid with a space in it is good in a key policy",
        ("S36",),
        parse(PolicyType.KEY, Sid="Use the key", Principal=aws(ALICE)),
    ),
    Refusal(
        "the same element twice in a statement is refused, not the last one taken",
        ("S36",),
        parse_text(OPEN + '"Action": "kms:Decrypt", "Action": "kms:Encrypt"}]}'),
        PolicySyntaxError,
        "`Action`",
    ),
    Refusal(
        "the same element twice is refused though one is written with an escape",
        ("S36",),
        parse_text(OPEN + '"Action": "kms:Decrypt", "\\u0041ction": "kms:Encrypt"}]}'),
        PolicySyntaxError,
        "`Action`",
    ),
    Refusal(
        "the same operator twice in a condition is refused",
        ("S36",),
        parse_text(
            OPEN + '"Action": "kms:*", "Condition": {"Bool": {"aws:SecureTransport": true}, "Bool": {"kms:X": true}}}]}'
        ),
        PolicySyntaxError,
        "`Bool`",
    ),
    Refusal(
        "the same key twice under one operator is refused",
        ("S36",),
        parse_text(OPEN + '"Action": "kms:*", "Condition": {"StringEquals": {"kms:X": "a", "kms:X": "b"}}}]}'),
        PolicySyntaxError,
        "`kms:X`",
    ),
    Refusal(
        "the same kind of principal twice is refused",
        ("S36",),
        parse_text(OPEN + f'"Action": "kms:*", "Principal": {{"AWS": "{A}", "AWS": "444455556666"}}}}]}}'),
        PolicySyntaxError,
        "`AWS`",
    ),
    Near(
        "two values for one key in an array are good",
        ("S36",),
        parse_text(OPEN + '"Action": "kms:*", "Condition": {"StringEquals": {"kms:X": ["a", "b"]}}}]}'),
    ),
    Near(
        "a policy that PutKeyPolicy would refuse as overly permissive is good policy language",
        ("K12",),
        parse(
            PolicyType.KEY,
            Principal="*",
            Condition={"ForAllValues:StringEquals": {"kms:EncryptionContext:tenant": "blue"}},
        ),
    ),
]

GRANTS: list[Refusal | Near] = [
    Refusal("everyone is no grantee", ("G2",), granted(GranteePrincipal="*"), EntitiesError, "`*`"),
    Refusal(
        "a group is no grantee",
        ("G2",),
        granted(GranteePrincipal=f"arn:aws:iam::{A}:group/operations"),
        EntitiesError,
        "group/operations",
    ),
    Refusal(
        "an organization is no grantee",
        ("G2",),
        granted(GranteePrincipal="arn:aws:organizations::999988887777:organization/o-a1b2c3d4e5"),
        EntitiesError,
        "o-a1b2c3d4e5",
    ),
    Near("an account is a grantee", ("G2",), granted(GranteePrincipal=f"arn:aws:iam::{A}:root")),
    Near("a session is a grantee", ("G2",), granted(GranteePrincipal=SESSION)),
    Near("a service is a grantee", ("G2",), granted(GranteeServicePrincipal="rds.amazonaws.com")),
]

TYPES: list[Refusal | Near] = [
    Refusal(
        "a word that is no truth value is refused for a key of type Bool",
        ("S33",),
        given("aws:SecureTransport", "maybe"),
        RequestError,
        "aws:SecureTransport",
    ),
    Near("a truth value is good for it", ("S33",), given("aws:SecureTransport", value=True)),
    Near("the word for it is good as well", ("S33",), given("aws:SecureTransport", "true")),
    Refusal(
        "a word that is no number is refused for a key of type Numeric",
        ("S33",),
        given("aws:MultiFactorAuthAge", "long", session=Session()),
        RequestError,
        "aws:MultiFactorAuthAge",
    ),
    Near("a number is good for it", ("S33",), given("aws:MultiFactorAuthAge", 300, session=Session())),
    Refusal(
        "a word that is no date is refused for a key of type Date",
        ("S33",),
        given("aws:CurrentTime", "yesterday"),
        RequestError,
        "aws:CurrentTime",
    ),
    Near("a date is good for it", ("S33",), given("aws:CurrentTime", "2026-03-01T12:00:00Z")),
    Near("seconds since 1970 are good for it", ("S33",), given("aws:CurrentTime", "1772366400")),
    Refusal(
        "a host name is refused for a key of type IpAddress",
        ("S33",),
        given("aws:SourceIp", "gateway.example.com"),
        RequestError,
        "aws:SourceIp",
    ),
    Near("an address is good for it", ("S33",), given("aws:SourceIp", "2001:db8::1")),
    Refusal(
        "a bucket's name is refused for a key of type ARN",
        ("S33",),
        given("aws:SourceArn", "bucket"),
        RequestError,
        "aws:SourceArn",
    ),
    Near("an ARN is good for it", ("S33",), given("aws:SourceArn", "arn:aws:s3:::bucket")),
    Refusal(
        "several values are refused for a key that has one",
        ("S33",),
        given("aws:SourceIp", ["192.0.2.1", "192.0.2.2"]),
        RequestError,
        "aws:SourceIp",
    ),
]


def forged(
    key: str,
    value: object,
    truth: object = None,
    **facts: Any,
) -> list[Refusal | Near]:
    """Make a pair: a value that contradicts what the request derives, and the one it derives."""
    refusal = Refusal(
        f"{key} cannot be forged", ("S34",), given(key, value, **facts), RequestError, key.partition("/")[0]
    )
    if truth is None:
        return [refusal]
    return [refusal, Near(f"{key} may be repeated as it is", ("S34",), given(key, truth, **facts))]


VIA = {"via_service": "s3.us-east-1.amazonaws.com"}
THROUGH = {"vpc_endpoint": "vpce-0a1b2c3d4e5f60001"}
FORGERIES: list[Refusal | Near] = [
    *forged("aws:PrincipalArn", f"arn:aws:iam::{A}:role/app", ALICE),
    *forged("aws:PrincipalAccount", "444455556666", A),
    *forged("kms:CallerAccount", "444455556666", A),
    *forged("aws:PrincipalOrgID", "o-zzzzzzzzzz", "o-a1b2c3d4e5"),
    *forged("aws:PrincipalOrgPaths", ["o-a1b2c3d4e5/r-ab12/"], ["o-a1b2c3d4e5/r-ab12/ou-ab12-work0001/"]),
    *forged("aws:PrincipalType", "AssumedRole", "User"),
    *forged("aws:PrincipalIsAWSService", value=True, truth=False),
    *forged("aws:PrincipalServiceName", "s3.amazonaws.com"),
    *forged("aws:PrincipalTag/team", "finance", "orders"),
    *forged("aws:PrincipalTag/project", "gold"),
    *forged("aws:userid", "AIDAEXAMPLEBOB0000001", "AIDAEXAMPLEALICE00001"),
    *forged("aws:username", "bob", "alice"),
    *forged("aws:ResourceAccount", "444455556666", A),
    *forged("aws:ResourceOrgID", "o-zzzzzzzzzz", "o-a1b2c3d4e5"),
    *forged("aws:ResourceOrgPaths", ["o-a1b2c3d4e5/r-ab12/"], ["o-a1b2c3d4e5/r-ab12/ou-ab12-work0001/"]),
    *forged("aws:ResourceTag/team", "finance", "orders"),
    *forged("aws:CurrentTime", "2026-03-02T12:00:00Z", "2026-03-01T12:00:00Z", at=NOON),
    *forged("aws:EpochTime", "1772452800", "1772366400", at=NOON),
    *forged("aws:ViaAWSService", value=True, truth=False),
    *forged("aws:CalledVia", ["athena.amazonaws.com"], ["s3.amazonaws.com"], **VIA),
    *forged("aws:CalledViaFirst", "athena.amazonaws.com", "s3.amazonaws.com", **VIA),
    *forged("aws:CalledViaLast", "athena.amazonaws.com", "s3.amazonaws.com", **VIA),
    *forged("kms:ViaService", "rds.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com", **VIA),
    *forged("kms:KeySpec", "RSA_2048", "SYMMETRIC_DEFAULT"),
    *forged("kms:KeyUsage", "SIGN_VERIFY", "ENCRYPT_DECRYPT"),
    *forged("kms:KeyOrigin", "EXTERNAL", "AWS_KMS"),
    *forged("kms:MultiRegion", value=True, truth=False),
    *forged("kms:MultiRegionKeyType", "PRIMARY"),
    *forged("kms:ResourceAliases", ["alias/other"], ["alias/app"]),
    *forged("aws:SourceVpce", "vpce-0a1b2c3d4e5f69999", "vpce-0a1b2c3d4e5f60001", **THROUGH),
    *forged("aws:SourceVpc", "vpc-0a1b2c3d4e5f69999", "vpc-0a1b2c3d4e5f60001", **THROUGH),
    *forged("kms:EncryptionContext:tenant", "green", "blue", encryption_context={"tenant": "blue"}),
    Refusal(
        "a user with long-lived credentials has no aws:TokenIssueTime to give",
        ("S34",),
        given("aws:TokenIssueTime", "2026-03-01T06:00:00Z"),
        RequestError,
        "aws:TokenIssueTime",
    ),
    Near(
        "a session has an aws:TokenIssueTime to give",
        ("S34",),
        given("aws:TokenIssueTime", "2026-03-01T06:00:00Z", principal=SESSION),
    ),
    Refusal(
        "a session has no aws:username to give",
        ("S34", "S14"),
        given("aws:username", "alice", principal=SESSION),
        RequestError,
        "aws:username",
    ),
    Refusal(
        "a session's ARN and another session's name contradict each other",
        ("S14",),
        ask(SESSION, session=Session("tuesday")),
        RequestError,
        "tuesday",
    ),
    Near("a session's ARN and its own name do not", ("S14",), ask(SESSION, session=Session("monday"))),
    Near(
        "aws:SourceVpc may be given where no endpoint is named",
        ("S34",),
        given("aws:SourceVpc", "vpc-0a1b2c3d4e5f69999"),
    ),
]

CASES = [*POLICIES, *GRANTS, *TYPES, *FORGERIES]


@pytest.mark.parametrize("case", [one for one in CASES if isinstance(one, Refusal)], ids=str)
def test_is_refused(case: Refusal) -> None:
    with pytest.raises(case.error) as caught:
        case.attempt()
    first = caught.value.diagnostics[0]
    assert case.mentions.lower() in first.message.lower()


@pytest.mark.parametrize("case", [one for one in CASES if isinstance(one, Near)], ids=str)
def test_is_taken(case: Near) -> None:
    assert case.attempt() is not None
