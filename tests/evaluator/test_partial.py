"""Which condition keys are known of a caller and a resource before a request tells any."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policyeval.evaluator.context import CallerFacts, CallFacts, EvaluationContext, TargetFacts
from policyeval.evaluator.partial import knows


def context(*, described: bool, organization_known: bool, is_key: bool) -> EvaluationContext:
    caller, target = CallerFacts(), TargetFacts()
    caller.keys, target.keys = {"aws:principalarn": "x"}, {"aws:resourceaccount": "y"}
    caller.unique_id, caller.is_session, caller.session_arn = None, False, None
    caller.described = target.described = described
    caller.organization_known = target.organization_known = organization_known
    target.is_key, target.untold = is_key, ("s3:existingobjecttag/",)
    return EvaluationContext(caller, target, CallFacts(), lambda: datetime.now(UTC))


KNOWN = ["aws:PrincipalArn", "aws:ResourceAccount", "kms:CallerAccount"]
OF_ORGANIZATIONS = ["aws:PrincipalOrgID", "aws:ResourceOrgID", "aws:ResourceOrgPaths"]
OF_KEYS = ["kms:KeySpec", "kms:ResourceAliases"]
OF_TAGS = ["aws:PrincipalTag/a", "aws:ResourceTag/a", "s3:BucketTag/a"]
NEVER = ["aws:SourceIp", "s3:DataAccessPointArn", "s3:ExistingObjectTag/a", "aws:userid", "aws:TokenIssueTime"]


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        pytest.param((True, True, True), [*KNOWN, *OF_ORGANIZATIONS, *OF_KEYS, *OF_TAGS], id="of a key all is"),
        pytest.param((True, True, False), [*KNOWN, *OF_ORGANIZATIONS, *OF_TAGS], id="of a bucket nothing of keys"),
        pytest.param((True, False, True), [*KNOWN, *OF_KEYS, *OF_TAGS], id="no organization where none would be known"),
        pytest.param((False, False, True), KNOWN, id="of what is not described only what its ARN says"),
    ],
)
def test_what_is_known(facts: tuple[bool, bool, bool], known: list[str]) -> None:
    described, organization_known, is_key = facts
    found = context(described=described, organization_known=organization_known, is_key=is_key)
    keys = [*KNOWN, *OF_ORGANIZATIONS, *OF_KEYS, *OF_TAGS, *NEVER]
    assert [key for key in keys if knows(found, key.lower())] == known
