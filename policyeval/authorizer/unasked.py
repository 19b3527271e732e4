"""What has a say in a request as well and is not asked: a bucket behind, policies that nobody describes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from policyeval.authorizer.case import Case
from policyeval.authorizer.presence import OF_ENDPOINTS, S3_SERVICES
from policyeval.catalog.services import MAKING_ACTIONS, governing, may_have_policy
from policyeval.evaluator.principals import whom
from policyeval.model.arn import Arn
from policyeval.model.policy import Statement
from policyeval.model.source import Diagnostic


class Unasked(NamedTuple):
    """What has a say in a request and is not known: `why` says so, `condition` what an allow takes for granted."""

    why: Diagnostic
    condition: str


_BUCKET: Final = Unasked(
    Diagnostic(
        "the bucket behind an access point must permit the request as well, and is not asked here",
        "ask it of the bucket or the object in it, too: AWS may decide otherwise",
    ),
    "the bucket behind the access point permits it as well",
)
_PUBLIC: Final = Unasked(
    Diagnostic(
        "the policy is public, and S3 Block Public Access, on unless it was turned off, is not asked here",
        "with RestrictPublicBuckets it lets in its own account and services alone: AWS may decide otherwise",
    ),
    "S3 Block Public Access does not restrict it",
)
_POINT: Final = re.compile(r"(outpost/[^/]+/)?accesspoint/")


def unasked(case: Case) -> Iterator[Unasked]:
    """Find what would have to be asked, too."""
    yield from (each for each in (of_bucket(case), of_public(case), of_undescribed(case)) if each is not None)


def of_bucket(case: Case) -> Unasked | None:
    """Name the bucket behind an S3 access point, which is not known.

    Source: Amazon S3 user guide, "Configuring IAM policies for using access points".
    """
    parts = case.target.parts
    if parts is None or parts.service not in S3_SERVICES or not parts.account or "accesspoint" in case.action.folded:
        return None
    return _BUCKET if _POINT.match(parts.resource) is not None else None


def of_public(case: Case) -> Unasked | None:
    """Name what may keep strangers from a bucket or an access point whose policy lets everybody in.

    Source: Amazon S3 user guide, "Blocking public access to your Amazon S3 storage".
    """
    parts, policy = case.target.parts, case.resource_policy
    if parts is None or parts.service != "s3" or policy is None or not case.cross_account:
        return None
    statements = (statement for named in policy.policies for statement in named.policy.statements)
    return _PUBLIC if any(map(_lets_everybody_in, statements)) else None


def _lets_everybody_in(statement: Statement) -> bool:
    return statement.effect == "Allow" and not statement.conditions and whom(statement.principal)[0]


def of_undescribed(case: Case) -> Unasked | None:
    """Name the policy that a resource may have and that nobody describes."""
    parts = undescribed(case) or _inside_undescribed(case)
    if parts is None or not may_have_policy(parts.service, parts.account, parts.resource):
        return None
    whole = parts._replace(resource=governing(parts.service, parts.account, parts.resource) or parts.resource)
    why = Diagnostic(
        f"`{whole}` is not described: if it has a policy, that is not asked here",
        "describe it under `resources`, with its policy: AWS may decide otherwise",
    )
    return Unasked(why, f"no policy of {whole}, which is not described, denies it")


def of_endpoint(case: Case) -> Iterator[Diagnostic]:
    """Say that the request comes through a VPC endpoint of which nothing else is known; it has a policy (S4)."""
    context, record = case.context, case.target.record
    handed_over = record is not None and not record.described  # a layer left out restricts nothing there (`simulate`)
    past = context.via_service is not None or not any(context.given.get(key) for key in OF_ENDPOINTS)
    if not (past or handed_over or context.endpoint is not None):
        yield Diagnostic(
            "the request comes through a VPC endpoint that is not described: its policy is not asked here",
            "describe it under `vpc_endpoints`, and tell it as `aws:SourceVpce`: AWS may decide otherwise",
        )


def undescribed(case: Case) -> Arn | None:
    """Give what is asked for where nobody describes it; what the action makes is not there yet."""
    target = case.target
    return target.parts if target.record is None and case.action.folded not in MAKING_ACTIONS else None


def _inside_undescribed(case: Case) -> Arn | None:
    """Give what is described, without a policy, though what it lies in is not."""
    parts, record = case.target.parts, case.target.record
    if parts is None or record is None or not record.described:
        return None
    if record.policy is not None or record.arn != case.target.arn:
        return None
    return parts if governing(parts.service, parts.account, parts.resource) is not None else None
