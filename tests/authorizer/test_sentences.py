"""The sentence of a decision is AWS's own, word for word: people search for it."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval import Session
from tests.authorizer.estates import (
    ALICE,
    APP,
    APP_SESSION,
    BUCKET,
    KEY,
    PARTNER,
    ROOT_A,
    TO_B,
    A,
    M,
    allow,
    ask,
    deny,
    policy,
    to,
)

NOT = "is not authorized to perform"
VEILED = (
    f"User: {PARTNER} {NOT}: kms:Decrypt on this resource because the resource does not exist in this Region, "
    "no resource-based policies allow access, or a resource-based policy explicitly denies access"
)


LIMITED_SESSION = Session("s", policies=[policy(allow("s3:*"))])
ENDED_SESSION = Session("s", policies=[policy(allow(), deny("kms:*"))])
TRUSTED = {"trust": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": to(M)}]}
DENY_TRUST = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}

# what it is about, the estate, the request's facts, the sentence
SENTENCES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("an allow", {"alice": [allow()]}, {}, f"User: {ALICE} is authorized to perform: kms:Decrypt on resource: {KEY}"),
    (
        "an action in another case is written as AWS writes it",
        {"alice": [allow()]},
        {"action": "KMS:decrypt"},
        f"User: {ALICE} is authorized to perform: kms:Decrypt on resource: {KEY}",
    ),
    (
        "an action that is none of KMS's is written as it was asked",
        {"alice": [allow()], "bucket": [allow(Principal=to(ALICE))]},
        {"action": "s3:getobject", "resource": BUCKET},
        f"User: {ALICE} is authorized to perform: s3:getobject on resource: {BUCKET}",
    ),
    (
        "what no policy could allow has no policy that does not",
        {"app": [allow()]},
        {"principal": APP, "action": "sts:GetSessionToken", "resource": "*"},
        f"User: {APP} {NOT}: sts:GetSessionToken",
    ),
    (
        "nor the trust policy of a role that lets everybody in",
        {"trust": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]},
        {"principal": ROOT_A, "action": "sts:AssumeRole", "resource": APP},
        f"User: {ROOT_A} {NOT}: sts:AssumeRole on resource: {APP}",
    ),
    (
        "without a resource none is named",
        {},
        {"action": "kms:ListKeys", "resource": "*"},
        f"User: {ALICE} {NOT}: kms:ListKeys because no identity-based policy allows the kms:ListKeys action",
    ),
    (
        "no identity policy",
        {},
        {},
        (
            f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} because no identity-based policy allows the kms:Decrypt "
            "action"
        ),
    ),
    (
        "an identity policy",
        {"alice": [deny()]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in an identity-based policy",
    ),
    (
        "no resource policy, in its own account",
        {"key": [TO_B]},
        {},
        (
            f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} because no resource-based policy allows the kms:Decrypt "
            "action"
        ),
    ),
    ("no resource policy, from another account", {"partner": [allow()]}, {"principal": PARTNER}, VEILED),
    ("a resource policy, from another account", {"key": [deny(Principal="*")]}, {"principal": PARTNER}, VEILED),
    (
        "no identity policy, from another account",
        {"key": [TO_B]},
        {"principal": PARTNER},
        (
            f"User: {PARTNER} {NOT}: kms:Decrypt on resource: {KEY} because no identity-based policy allows the "
            "kms:Decrypt action"
        ),
    ),
    (
        "a resource policy, in its own account",
        {"key": [deny(Principal="*")]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a resource-based policy",
    ),
    (
        "a bucket of another account is named to all",
        {"bucket": [deny(Principal="*")], "partner": [allow()]},
        {"principal": PARTNER, "action": "s3:GetObject", "resource": BUCKET},
        f"User: {PARTNER} {NOT}: s3:GetObject on resource: {BUCKET} with an explicit deny in a resource-based policy",
    ),
    (
        "no service control policy",
        {"scps": [[allow("s3:*")]]},
        {},
        (
            f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} because no service control policy allows the kms:Decrypt "
            "action"
        ),
    ),
    (
        "a service control policy",
        {"scps": [[allow(), deny("kms:*")]]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a service control policy",
    ),
    (
        "a resource control policy",
        {"rcps": [deny("kms:*", Principal="*")]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a resource control policy",
    ),
    (
        "no endpoint policy",
        {"alice": [allow()], "endpoint": [allow("s3:*", Principal="*")]},
        {"vpc_endpoint": "vpce-1"},
        (
            f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} because no VPC endpoint policy allows the kms:Decrypt "
            "action"
        ),
    ),
    (
        "an endpoint policy",
        {"alice": [allow()], "endpoint": [deny(Principal="*")]},
        {"vpc_endpoint": "vpce-1"},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a VPC endpoint policy",
    ),
    (
        "no boundary",
        {"app": [allow()], "app_boundary": [allow("s3:*")]},
        {"principal": APP_SESSION},
        (
            f"User: {APP_SESSION} {NOT}: kms:Decrypt on resource: {KEY} because no permissions boundary allows the "
            "kms:Decrypt action"
        ),
    ),
    (
        "a boundary",
        {"app": [allow()], "app_boundary": [deny("kms:*")]},
        {"principal": APP},
        f"User: {APP} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a permissions boundary",
    ),
    (
        "no session policy",
        {"app": [allow()]},
        {"principal": APP, "session": LIMITED_SESSION},
        (
            f"User: arn:aws:sts::{A}:assumed-role/app/s {NOT}: kms:Decrypt on resource: {KEY} because no session policy "
            "allows the kms:Decrypt action"
        ),
    ),
    (
        "a session policy",
        {"app": [allow()]},
        {"principal": APP, "session": ENDED_SESSION},
        (
            f"User: arn:aws:sts::{A}:assumed-role/app/s {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a "
            "session policy"
        ),
    ),
    (
        "no trust policy",
        {"app": [allow()], **TRUSTED},
        {"action": "sts:AssumeRole", "resource": APP},
        (
            f"User: {ALICE} {NOT}: sts:AssumeRole on resource: {APP} because no role trust policy allows the "
            "sts:AssumeRole action"
        ),
    ),
    (
        "a trust policy",
        {"app": [allow()], "trust": [DENY_TRUST]},
        {"action": "sts:AssumeRole", "resource": APP},
        f"User: {ALICE} {NOT}: sts:AssumeRole on resource: {APP} with an explicit deny in the role trust policy",
    ),
    (
        "what does not cross accounts",
        {"key": [allow(Principal="*")], "partner": [allow()]},
        {"principal": PARTNER, "action": "kms:ScheduleKeyDeletion"},
        VEILED.replace("kms:Decrypt", "kms:ScheduleKeyDeletion"),
    ),
    (
        "a retirement without any right",
        {"alice": [allow()]},
        {"action": "kms:RetireGrant"},
        (
            f"User: {ALICE} {NOT}: kms:RetireGrant on resource: {KEY} because no resource-based policy allows the "
            "kms:RetireGrant action"
        ),
    ),
]


@pytest.mark.parametrize(("described", "facts", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in SENTENCES])
def test_the_sentence_is_the_one_that_aws_prints(
    described: dict[str, Any], facts: dict[str, Any], sentence: str
) -> None:
    assert ask(described, **facts).message == sentence
