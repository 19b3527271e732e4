"""Records are versions: a change compiles its own part again and nothing else (docs/adr/0002)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policyeval import Authorizer, Entities, Request

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


class Changing:
    """A source whose entities are swapped while an authorizer holds it."""

    def __init__(self, entities: Entities) -> None:
        self.entities = entities

    def __getattr__(self, name: str) -> object:
        return getattr(self.entities, name)


@pytest.fixture
def source() -> Changing:
    role = {"trust_policy": TRUST, "identity_policies": [{"name": "use", "document": policy("kms:Decrypt")}]}
    keys = [
        {"id": KEY.rpartition("/")[2], "region": "us-east-1", "policy": policy("kms:Encrypt", "444455556666")},
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


def test_asking_again_compiles_nothing(source: Changing, compiled: list[object]) -> None:
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    ask(authorizer)
    before = len(compiled)
    ask(authorizer)
    assert len(compiled) == before


def test_a_decision_does_not_change_when_policies_do(source: Changing) -> None:
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    decision = authorizer.authorize(Request(ROLE, "kms:Decrypt", KEY))
    source.entities = source.entities.with_grant(KEY, {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]})
    assert not decision.allowed
    assert "grant" not in {str(verdict.layer) for verdict in decision.layers if verdict.verdict == "allow"}
    assert authorizer.authorize(Request(ROLE, "kms:Decrypt", KEY)).allowed
