"""Grants: whom they let in, to what, and what children they allow (G1–G4)."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval import Session
from tests.authorizer.estates import (
    ALICE,
    APP,
    APP_SESSION,
    BOB,
    PARTNER,
    ROOT_B,
    A,
    B,
    allow,
    ask,
    at_least,
    deny,
    grant,
    only,
    policy,
    to,
)

BUCKET_ARN = "arn:aws:s3:::bucket"
S3 = "s3.us-east-1.amazonaws.com"
FEDERATED = f"arn:aws:sts::{A}:federated-user/alice"


def of_source(arn: str) -> dict[str, Any]:
    return {"Constraints": {"SourceArn": arn}}


BLUE = {"encryption_context": {"tenant": "blue"}}
BOTH = {"encryption_context": {"tenant": "blue", "stage": "prod"}}
SILENT = [allow("kms:Verify", Principal=to(A))]
LIMITED = {"app_boundary": [allow("s3:*")]}
# what holds, the grant, the rest of the estate, who asks, the request's facts, the reason, the layer
USED: list[tuple[str, Any, dict[str, Any], str, dict[str, Any], str, str]] = [
    ("a grant needs no policy beside it", grant(BOB, "Decrypt"), {"key": SILENT}, BOB, {}, "allowed", "grant"),
    ("nor in another account", grant(PARTNER, "Decrypt"), {}, PARTNER, {}, "allowed", "grant"),
    ("it lets in its grantee alone", grant(ALICE, "Decrypt"), {}, BOB, {}, "implicit_deny", "identity_policy"),
    ("for its operations alone", grant(BOB, "Encrypt"), {}, BOB, {}, "implicit_deny", "identity_policy"),
    ("of several", grant(BOB, "Encrypt", "Decrypt"), {}, BOB, {}, "allowed", "grant"),
    (
        "a deny stands above it",
        grant(ALICE, "Decrypt"),
        {"alice": [deny("kms:*")]},
        ALICE,
        {},
        "explicit_deny",
        "identity_policy",
    ),
    (
        "a service control policy, too",
        grant(BOB, "Decrypt"),
        {"scps": [[allow("s3:*")]]},
        BOB,
        {},
        "implicit_deny",
        "service_control_policy",
    ),
    (
        "an account's grant delegates",
        grant(B, "Decrypt"),
        {"partner": [allow("kms:*")]},
        PARTNER,
        {},
        "allowed",
        "identity_policy",
    ),
    ("and no more", grant(B, "Decrypt"), {}, PARTNER, {}, "implicit_deny", "identity_policy"),
    ("to its root user it is enough", grant(B, "Decrypt"), {}, ROOT_B, {}, "allowed", "grant"),
    (
        "in the key's own account as well",
        grant(A, "Decrypt"),
        {"key": SILENT, "alice": [allow()]},
        ALICE,
        {},
        "allowed",
        "identity_policy",
    ),
    ("a user by unique id", grant("AIDAEXAMPLEALICE00001", "Decrypt"), {}, ALICE, {}, "allowed", "grant"),
    ("a role's sessions", grant(APP, "Decrypt"), {}, APP_SESSION, {}, "allowed", "grant"),
    ("one session", grant(APP_SESSION, "Decrypt"), {}, APP_SESSION, {}, "allowed", "grant"),
    ("and no other", grant(APP_SESSION + "2", "Decrypt"), {}, APP_SESSION, {}, "implicit_deny", "identity_policy"),
    (
        "a role is limited by its boundary",
        grant(APP, "Decrypt"),
        LIMITED,
        APP,
        {},
        "implicit_deny",
        "permissions_boundary",
    ),
    ("a session by name is not", grant(APP_SESSION, "Decrypt"), LIMITED, APP_SESSION, {}, "allowed", "grant"),
    (
        "a role's session is limited by its policy",
        grant(APP, "Decrypt"),
        {},
        APP,
        {"session": Session("s", policies=[policy(allow("s3:*"))])},
        "implicit_deny",
        "session_policy",
    ),
    (
        "a user's federated session is limited",
        grant(ALICE, "Decrypt"),
        {},
        FEDERATED,
        {},
        "implicit_deny",
        "session_policy",
    ),
    ("its own name is not", grant(FEDERATED, "Decrypt"), {}, FEDERATED, {}, "allowed", "grant"),
    ("a service by name", grant("s3.amazonaws.com", "Decrypt"), {}, "s3.amazonaws.com", {}, "allowed", "grant"),
    (
        "another service",
        grant("s3.amazonaws.com", "Decrypt"),
        {},
        "ec2.amazonaws.com",
        {},
        "implicit_deny",
        "resource_policy",
    ),
    # Encryption context.
    ("equal pairs", grant(BOB, "Decrypt", **only(tenant="blue")), {}, BOB, BLUE, "allowed", "grant"),
    (
        "more pairs are not equal",
        grant(BOB, "Decrypt", **only(tenant="blue")),
        {},
        BOB,
        BOTH,
        "implicit_deny",
        "identity_policy",
    ),
    (
        "no pairs are not equal",
        grant(BOB, "Decrypt", **only(tenant="blue")),
        {},
        BOB,
        {},
        "implicit_deny",
        "identity_policy",
    ),
    *[
        (
            f"one pair of a subset is not the subset: {name}",
            grant(BOB, "Decrypt", **at_least(tenant="blue", stage="prod")),
            {},
            BOB,
            {"encryption_context": {name: value, other: "x"}},
            "implicit_deny",
            "identity_policy",
        )
        for name, value, other in [("tenant", "blue", "stage"), ("stage", "prod", "tenant"), ("stage", "prod", "a")]
    ],
    ("more pairs hold a subset", grant(BOB, "Decrypt", **at_least(tenant="blue")), {}, BOB, BOTH, "allowed", "grant"),
    (
        "fewer do not",
        grant(BOB, "Decrypt", **at_least(tenant="blue", stage="prod")),
        {},
        BOB,
        BLUE,
        "implicit_deny",
        "identity_policy",
    ),
    (
        "names compare with their case",
        grant(BOB, "Decrypt", **at_least(Tenant="blue")),
        {},
        BOB,
        BLUE,
        "implicit_deny",
        "identity_policy",
    ),
    ("values, too", grant(BOB, "Decrypt", **only(tenant="Blue")), {}, BOB, BLUE, "implicit_deny", "identity_policy"),
    (
        "a constraint stops what has no context",
        grant(BOB, "GetPublicKey", **only(tenant="blue")),
        {"key_facts": {"spec": "RSA_2048", "usage": "ENCRYPT_DECRYPT"}},
        BOB,
        {"action": "kms:GetPublicKey"},
        "implicit_deny",
        "identity_policy",
    ),
    (
        "but not DescribeKey",
        grant(BOB, "DescribeKey", **only(tenant="blue")),
        {},
        BOB,
        {"action": "kms:DescribeKey"},
        "allowed",
        "grant",
    ),
    # SourceArn: looked at when a service makes the request.
    (
        "a source is not asked of the grantee itself",
        grant(BOB, "Decrypt", **of_source(BUCKET_ARN)),
        {},
        BOB,
        {},
        "allowed",
        "grant",
    ),
    (
        "a service says it",
        grant("s3.amazonaws.com", "Decrypt", **of_source(BUCKET_ARN)),
        {},
        "s3.amazonaws.com",
        {"context": {"aws:SourceArn": BUCKET_ARN}},
        "allowed",
        "grant",
    ),
    (
        "or another",
        grant("s3.amazonaws.com", "Decrypt", **of_source(BUCKET_ARN)),
        {},
        "s3.amazonaws.com",
        {"context": {"aws:SourceArn": BUCKET_ARN + "2"}},
        "implicit_deny",
        "resource_policy",
    ),
    (
        "or nothing",
        grant("s3.amazonaws.com", "Decrypt", **of_source(BUCKET_ARN)),
        {},
        "s3.amazonaws.com",
        {},
        "implicit_deny",
        "resource_policy",
    ),
    (
        "also on someone's behalf",
        grant(BOB, "Decrypt", **of_source(BUCKET_ARN)),
        {},
        BOB,
        {"via_service": S3},
        "implicit_deny",
        "identity_policy",
    ),
    (
        "where it is said",
        grant(BOB, "Decrypt", **of_source(BUCKET_ARN)),
        {},
        BOB,
        {"via_service": S3, "context": {"aws:SourceArn": BUCKET_ARN}},
        "allowed",
        "grant",
    ),
]


@pytest.mark.parametrize(
    ("given", "described", "principal", "facts", "reason", "layer"), [pytest.param(*row[1:], id=row[0]) for row in USED]
)
def test_a_grant_is_used(  # noqa: PLR0913, PLR0917 - the columns of the table
    given: Any,
    described: dict[str, Any],
    principal: str,
    facts: dict[str, Any],
    reason: str,
    layer: str,
) -> None:
    decision = ask({"grants": [given], **described}, principal, **facts)
    assert (decision.reason, decision.layer) == (reason, layer)


SUBSET, EQUALS = "EncryptionContextSubset", "EncryptionContextEquals"
# what holds, the parent's constraints, what the child's request says, whether the grant allows it
CHILDREN: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("the same operations", {}, {"kms:GrantOperations": ["Decrypt", "CreateGrant"]}, True),
    ("fewer", {}, {"kms:GrantOperations": "Decrypt"}, True),
    ("more", {}, {"kms:GrantOperations": ["Decrypt", "Encrypt"]}, False),
    ("none that are said", {}, {}, False),
    ("an empty list", {}, {"kms:GrantOperations": []}, False),
    (
        "an equal context",
        only(a="1"),
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintType": EQUALS, "a": "1"},
        True,
    ),
    (
        "another context",
        only(a="1"),
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintType": EQUALS, "a": "2"},
        False,
    ),
    (
        "equal to subset is wider",
        only(a="1"),
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintType": SUBSET, "a": "1"},
        False,
    ),
    ("no constraint is wider", only(a="1"), {"kms:GrantOperations": ["Decrypt"]}, False),
    (
        "subset to the same subset",
        at_least(a="1"),
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintType": SUBSET, "a": "1"},
        True,
    ),
    (
        "subset to equal is stricter",
        at_least(a="1"),
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintType": EQUALS, "a": "1"},
        True,
    ),
    (
        "subset to another",
        at_least(a="1"),
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintType": SUBSET, "b": "1"},
        False,
    ),
    ("subset to nothing", at_least(a="1"), {"kms:GrantOperations": ["Decrypt"]}, False),
    (
        "the same source",
        of_source(BUCKET_ARN),
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintSourceArn": BUCKET_ARN},
        True,
    ),
    (
        "another source",
        of_source(BUCKET_ARN),
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintSourceArn": BUCKET_ARN + "2"},
        False,
    ),
    ("no source", of_source(BUCKET_ARN), {"kms:GrantOperations": ["Decrypt"]}, False),
    (
        "a source where the parent has none",
        {},
        {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintSourceArn": BUCKET_ARN},
        True,
    ),
]


@pytest.mark.parametrize(("constraints", "says", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CHILDREN])
def test_a_child_stays_within_its_parent(constraints: dict[str, Any], says: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    parent = grant(BOB, "CreateGrant", "Decrypt", **constraints)
    context = {key: value for key, value in says.items() if ":" in key}
    pairs = {key: value for key, value in says.items() if ":" not in key}
    decision = ask({"grants": [parent]}, BOB, "kms:CreateGrant", context=context, encryption_context=pairs)
    assert decision.allowed is allowed


def test_that_the_operations_of_a_child_are_not_said_is_named() -> None:
    decision = ask({"grants": [grant(BOB, "CreateGrant")]}, BOB, "kms:CreateGrant")
    assert "`kms:GrantOperations` is not given" in decision.diagnostics[0].message
