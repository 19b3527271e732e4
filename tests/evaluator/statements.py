"""What tables of statements share: one statement in one kind of policy, asked of one request."""

from __future__ import annotations

from collections.abc import Mapping

from policyeval import Decision, PolicySet, Request, parse_policy, simulate

A = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234abcd"
BUCKET = "arn:aws:s3:::bucket"
ALICE = f"arn:aws:iam::{A}:user/alice"
APP = f"arn:aws:iam::{A}:role/app"
APP_SESSION = f"arn:aws:sts::{A}:assumed-role/app/monday"

Statement = Mapping[str, object]
ALL: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def in_identity_policy(
    statement: Statement,
    *beside: Statement,
    version: str | None = "2012-10-17",
    resource: str = BUCKET,
    **facts: object,
) -> Decision:
    """Ask with the statement, parsed without a type, in an identity policy; on a bucket of the caller's."""
    document = {"Version": version, "Statement": [statement, *beside]}
    policy = parse_policy({name: value for name, value in document.items() if value is not None})
    request = Request(**{"principal": ALICE, "action": "s3:GetObject", "resource": resource} | facts)  # type: ignore[arg-type]
    return simulate(request, PolicySet(identity_policies=[policy]))


def in_resource_policy(statement: Statement, *beside: Statement, resource: str = BUCKET, **facts: object) -> Decision:
    """Ask with the statement in the bucket's policy, or the key's."""
    policy = {"Version": "2012-10-17", "Statement": [statement, *beside]}
    action = "kms:Decrypt" if resource == KEY else "s3:GetObject"
    asked = {"principal": ALICE, "action": action, "resource": resource, "resource_account": A}
    return simulate(Request(**asked | facts), PolicySet(resource_policy=policy))  # type: ignore[arg-type]
