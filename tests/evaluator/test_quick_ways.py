"""What most statements are has a quick way. It answers as the full one does, so only its being there can be seen."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval import PolicyType, parse_policy
from policyeval.evaluator.statements import CompiledStatement
from tests.evaluator.statements import ALICE, BUCKET, KEY


def compiled(kind: PolicyType, **elements: Any) -> CompiledStatement:
    statement = {"Effect": "Allow", "Action": "*"} | elements
    return CompiledStatement(parse_policy({"Statement": [statement]}).statements[0], kind, "2012-10-17")


IDENTITY, OF_A_KEY, TRUST = PolicyType.IDENTITY, PolicyType.KEY, PolicyType.TRUST
NAMED: dict[str, Any] = {"Principal": {"AWS": ALICE}}

# whose Resource, the kind of policy, the elements, whether a request's ARN is all that is looked at
ONE_PATTERN: list[tuple[str, PolicyType, dict[str, Any], bool]] = [
    ("one ARN", IDENTITY, {"Resource": BUCKET}, True),
    ("one pattern", IDENTITY, {"Resource": "arn:aws:s3:::b*"}, True),
    ("one pattern of a key policy", OF_A_KEY, {**NAMED, "Resource": KEY}, True),
    ("one that would be completed elsewhere", OF_A_KEY, {**NAMED, "Resource": "arn:aws:kms"}, True),
    ("one that is completed", IDENTITY, {"Resource": "arn:aws:s3"}, False),
    ("one with a variable", IDENTITY, {"Resource": "arn:aws:s3:::${aws:username}"}, False),
    ("two patterns", IDENTITY, {"Resource": [BUCKET, KEY]}, False),
    ("a complement", IDENTITY, {"NotResource": BUCKET}, False),
    ("none", TRUST, NAMED, False),
]


@pytest.mark.parametrize(("kind", "elements", "quick"), [pytest.param(*row[1:], id=row[0]) for row in ONE_PATTERN])
def test_a_resource_of_one_pattern_is_asked_of_the_arn_alone(
    kind: PolicyType,
    elements: dict[str, Any],
    quick: bool,  # noqa: FBT001 - a column of the table
) -> None:
    pattern = compiled(kind, **elements)._pattern
    assert (pattern is not None) is quick
    if pattern is not None:
        texts = (BUCKET, KEY, "arn:aws:kms", "arn:aws:s3:::x")
        assert [text for text in texts if pattern(text)] == [
            text for text in texts if text == elements["Resource"] or (text == BUCKET and "b*" in elements["Resource"])
        ]


def test_what_is_in_its_place_is_not_asked_whether_it_is() -> None:
    assert compiled(OF_A_KEY, **NAMED, Resource="*").inert is None
    assert compiled(IDENTITY, **NAMED, Resource="*").inert is not None
