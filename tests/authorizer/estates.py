"""Small estates for tables of cases: a key in account A, principals in A and B, whatever policies a case wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policyeval import Authorizer, Decision, Entities, Request

A, B, M = "111122223333", "444455556666", "999988887777"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:us-east-1:{A}:key/{KEY_ID}"
ALIAS = f"arn:aws:kms:us-east-1:{A}:alias/app"
ALICE, BOB = f"arn:aws:iam::{A}:user/alice", f"arn:aws:iam::{A}:user/bob"
APP = f"arn:aws:iam::{A}:role/svc/app"
APP_SESSION = f"arn:aws:sts::{A}:assumed-role/app/monday"
LINKED = f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/Linked"
PARTNER = f"arn:aws:iam::{B}:role/partner"
ROOT_A, ROOT_B = f"arn:aws:iam::{A}:root", f"arn:aws:iam::{B}:root"
BUCKET = "arn:aws:s3:::bucket"

Statement = dict[str, Any]
Statements = Sequence[Statement]
Document = dict[str, Any]


def allow(action: object = "*", **elements: object) -> Statement:
    """An Allow on everything, but for what is said."""
    return _statement("Allow", action, elements)


def deny(action: object = "*", **elements: object) -> Statement:
    """A Deny on everything, but for what is said."""
    return _statement("Deny", action, elements)


def _statement(effect: str, action: object, elements: dict[str, Any]) -> Statement:
    plain = {"Action": action, "Resource": "*"}
    return {"Effect": effect} | {k: v for k, v in plain.items() if f"Not{k}" not in elements} | elements


def to(*names: str, **kinds: str) -> dict[str, Any]:
    """The Principal element that names AWS principals, or other kinds."""
    return {"AWS": list(names), **kinds} if names else dict(kinds)


def when(operator: str, key: str, *values: object) -> dict[str, Any]:
    """A Condition of one key."""
    return {operator: {key: list(values)}}


def policy(*statements: Statement, version: str | None = "2012-10-17") -> Document:
    return ({"Version": version} if version else {}) | {"Statement": list(statements)}


DELEGATES = allow(Principal=to(A))
TO_B = allow(Principal=to(B))


def named(name: str, *statements: Statement) -> list[dict[str, Any]]:
    return [{"name": name, "document": policy(*statements)}] if statements else []


def estate(  # noqa: PLR0913 - the parts that cases vary
    *,
    key: Statements | None = (DELEGATES,),
    alice: Statements = (),
    app: Statements = (),
    app_boundary: Statements = (),
    linked: Statements = (),
    partner: Statements = (),
    grants: Sequence[Mapping[str, object]] = (),
    scps: Sequence[Statements] = (),
    rcps: Statements = (),
    endpoint: Statements = (),
    bucket: Statements = (),
    trust: Statements = (),
    key_facts: Mapping[str, object] | None = None,
    organized: bool = False,
) -> Entities:
    """Describe it; `scps` and `rcps` are the statements of policies attached to account A, `key` None for AWS's."""
    boundary = {"permissions_boundary": {"name": "boundary", "document": policy(*app_boundary)}} if app_boundary else {}
    trusted = {"trust_policy": policy(*trust)} if trust else {}
    full = [] if len(scps) else ["arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"]
    account_a = {
        "id": A,
        "service_control_policies": [
            *full,
            *({"name": f"scp-{number}", "document": policy(*scp)} for number, scp in enumerate(scps, 1)),
        ],
        "resource_control_policies": named("rcp", *rcps),
        "users": [
            {
                "name": "alice",
                "unique_id": "AIDAEXAMPLEALICE00001",
                "tags": {"team": "blue"},
                "identity_policies": named("of-alice", *alice),
            },
            {"name": "bob"},
        ],
        "roles": [
            {
                "name": "app",
                "path": "/svc/",
                "unique_id": "AROAEXAMPLEAPPA000001",
                "tags": {"team": "blue"},
                "identity_policies": named("of-app", *app),
                **boundary,
                **trusted,
            },
            {
                "name": "Linked",
                "path": "/aws-service-role/x.amazonaws.com/",
                "identity_policies": named("of-linked", *linked),
            },
        ],
        "keys": [
            {
                "id": KEY_ID,
                "region": "us-east-1",
                "aliases": ["alias/app"],
                "tags": {"env": "prod"},
                **({"policy": policy(*key)} if key is not None else {}),
                "grants": list(grants),
                **(key_facts or {}),
            }
        ],
        "resources": [{"arn": BUCKET, "policy": policy(*bucket)}] if bucket else [],
        "vpc_endpoints": [{"id": "vpce-1", "vpc": "vpc-1", "policy": policy(*endpoint)}] if endpoint else [],
    }
    if not (scps or organized or rcps):
        del account_a["service_control_policies"], account_a["resource_control_policies"]
    account_b = {
        "id": B,
        "roles": [
            {
                "name": "partner",
                "unique_id": "AROAEXAMPLEPARTNER001",
                "identity_policies": named("of-partner", *partner),
            }
        ],
    }
    whole: dict[str, object] = {"policyeval": 1, "accounts": [account_a, account_b, {"id": M}]}
    if scps or rcps or organized:
        root = {"id": "r-ab12", "accounts": [A, B, M]}
        whole["organization"] = {"id": "o-a1b2c3d4e5", "management_account": M, "root": root}
    return Entities.from_mapping(whole)


def ask(
    described: Mapping[str, Any],
    principal: str = ALICE,
    action: str = "kms:Decrypt",
    resource: str = KEY,
    **facts: Any,
) -> Decision:
    """Describe an estate, and ask there; asked again, with a plan by then, it says the same."""
    authorizer, request = Authorizer(estate(**described)), Request(principal, action, resource, **facts)
    decision = authorizer.authorize(request)
    for _ in range(3):
        again = authorizer.authorize(request)
        assert again.to_json() == decision.to_json()
    return again


def grant(principal: str, *operations: str, **more: object) -> dict[str, Any]:
    """A grant as `aws kms list-grants` prints it."""
    return {"GrantId": "g1", "GranteePrincipal": principal, "Operations": list(operations)} | more


def only(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextEquals": pairs}}


def at_least(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextSubset": pairs}}


class Changing:
    """A source whose entities are swapped while an authorizer holds it."""

    def __init__(self, entities: Entities) -> None:
        self.entities = entities

    def __getattr__(self, name: str) -> object:
        return getattr(self.entities, name)
