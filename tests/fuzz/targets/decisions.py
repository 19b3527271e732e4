"""Whatever is a policy can stand in any layer: requests are decided, explained and reported, and nothing raises."""

from __future__ import annotations

from datetime import UTC, datetime

from policyeval import PolicySet, PolicySyntaxError, Request, Session, parse_policy, simulate
from policyeval.model.policy import Policy
from tests.fuzz.checks import POLICY_WORDS, text_of

FINE = (PolicySyntaxError,)
WORDS = (
    *POLICY_WORDS,
    b'"Null":{"aws:x":"true"}',
    b'"IpAddress":{"aws:SourceIp":["10.0.0.0/8","::/0"]}',
    b'"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:*"}',
    b'"NumericLessThan":{"kms:ValidTo":"1e9"}',
    b'"DateGreaterThan":{"aws:CurrentTime":"2026-01-31"}',
    b'"Bool":{"aws:ViaAWSService":false}',
    b'"BinaryEquals":{"team:x":"QQ=="}',
    b"kms:EncryptionContext:tenant",
    b"aws:ResourceTag/x",
    b"arn:aws:iam::444455556666:role/app",
)
KEY = "arn:aws:kms:us-east-1:111122223333:key/k"
CONTEXT = {"aws:SourceIp": "10.0.0.1", "aws:TagKeys": ["a", "b"], "team:x": "", "kms:GrantOperations": ["Decrypt"]}
AT = datetime(2026, 1, 31, tzinfo=UTC)
REQUESTS = (
    Request("arn:aws:iam::111122223333:user/alice", "kms:Decrypt", KEY, encryption_context={"tenant": "blue"}, at=AT),
    Request("arn:aws:iam::444455556666:role/app", "kms:CreateGrant", KEY, session=Session("s"), context=CONTEXT, at=AT),
    Request("anonymous", "s3:GetObject", "arn:aws:s3:::bucket/a:b", resource_account="111122223333", at=AT),
    Request("arn:aws:iam::111122223333:root", "kms:RetireGrant", KEY, via_service="s3.us-east-1.amazonaws.com", at=AT),
)


def run(data: bytes) -> None:
    policy = parse_policy(text_of(data))
    for request in REQUESTS:
        for policies in _everywhere(policy):
            decision = simulate(request, policies)
            assert decision.allowed is (decision.reason == "allowed")
            assert decision.message
            assert decision.explain()
            assert decision.to_json()["decision"] == decision.decision


def _everywhere(policy: Policy) -> list[PolicySet]:
    return [
        PolicySet(identity_policies=[policy], resource_policy=policy),
        PolicySet(
            identity_policies=[policy],
            resource_policy=policy,
            permissions_boundary=policy,
            session_policies=[policy],
            service_control_policies=[[policy]],
            resource_control_policies=[[policy]],
            vpc_endpoint_policy=policy,
        ),
    ]
