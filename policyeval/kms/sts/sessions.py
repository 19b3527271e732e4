"""What the operations that make sessions have in common: policies, tags, lifetimes, and what they answer.

Messages are AWS's words where they are known; docs/sts.md tells which are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from policyeval.authorizer.policies import as_policy
from policyeval.errors import PolicyEvalError, UnknownEntityError
from policyeval.kms.errors import KmsError
from policyeval.kms.sts.call import DENIED, Call, Conditions, Params, Response
from policyeval.kms.sts.credentials import LONGEST_TOKEN
from policyeval.kms.sts.issued import Issued
from policyeval.model.arn import Arn, split_arn
from policyeval.model.policy import PolicyType

__all__ = [
    "AN_HOUR",
    "Policies",
    "answer",
    "refuse_mfa",
    "refuse_sessions",
    "session_policies",
    "tag_conditions",
    "tags_of",
    "users_duration",
]

AN_HOUR: Final = 3600
_HALF_A_DAY: Final = 43200
_MFA_HALF = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
_MFA = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
_OF_AWS: Final = "aws"
_TOO_LARGE: Final = "PackedPolicyTooLarge"
# What IAM lets the inline policies of a role have together.
_LONGEST_POLICY: Final = 10_240


class Policies(NamedTuple):
    """The session policies of a request: the inline one, and the ARNs of managed ones."""

    inline: str | None
    arns: tuple[str, ...]


def session_policies(call: Call, of: Arn) -> Policies:
    """Read the session policies, once the caller may make the session: nobody else learns which policies there are.

    Args:
        call: the call, whose caller was asked.
        of: the role or user whose session it is; managed policies are IAM's, of its account or AWS's.

    Raises:
        KmsError: `MalformedPolicyDocument`, `PackedPolicyTooLarge`.

    """
    inline = call.params.get("Policy")
    if inline is not None:
        _check_document(inline)
    # A descriptor without an ARN names nothing.
    arns = tuple(policy["arn"] for policy in call.params.get("PolicyArns", ()) if "arn" in policy)
    for arn in arns:
        _must_be_there(call, arn, of)
    return Policies(inline, arns)


def _check_document(text: str) -> None:
    if len(text) > _LONGEST_POLICY:  # however small it could be packed
        words = f"The session policy has {len(text)} characters, more than {_LONGEST_POLICY}."
        raise KmsError(_TOO_LARGE, words)
    try:
        as_policy(text, "session policy", PolicyType.SESSION)  # which keeps what it read for when the session calls
    except PolicyEvalError as error:
        raise KmsError("MalformedPolicyDocument", error.diagnostics[0].message) from None


def _must_be_there(call: Call, arn: str, of: Arn) -> None:
    parts = split_arn(arn)
    try:
        # AWS's of AWS Organizations are no policies of IAM ("AssumeRole", STS API reference, `PolicyArns`).
        if parts is None or (parts.partition, parts.service) != (of.partition, "iam"):
            raise _no_policy(arn)
        if parts.account not in {of.account, _OF_AWS}:
            raise _no_policy(arn)
        call.core.iam.managed_policy(arn)
    except UnknownEntityError:
        raise _no_policy(arn) from None


def _no_policy(arn: str) -> KmsError:
    return KmsError("MalformedPolicyDocument", f"The managed policy {arn} does not exist or cannot be used here.")


def tags_of(params: Params) -> dict[str, str]:
    """Give the session tags of a request."""
    return {tag["Key"]: tag["Value"] for tag in params.get("Tags", ())}


def tag_conditions(tags: Mapping[str, str]) -> Conditions:
    """Give the condition keys that session tags set; none without tags."""
    if not tags:
        return {}
    return {"aws:TagKeys": list(tags), **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}


def refuse_sessions(call: Call) -> None:
    """Refuse a caller that has temporary credentials.

    Raises:
        KmsError: `AccessDenied`.

    """
    if call.issued is not None:
        raise KmsError(DENIED, f"Cannot call {call.operation} with session credentials")


def refuse_mfa(params: Params) -> None:
    """Refuse codes of MFA devices: none is described, so that none can be right.

    Raises:
        KmsError: `AccessDenied`.

    """
    serial, code = params.get("SerialNumber"), params.get("TokenCode")
    if serial is not None or code is not None:
        raise KmsError(DENIED, _MFA_HALF if serial is None or code is None else _MFA)


def users_duration(call: Call) -> int:
    """Give how long a session of a user or root user lasts, in seconds: a root user's an hour at most."""
    asked: int = call.params.get("DurationSeconds", _HALF_A_DAY)
    return min(asked, AN_HOUR) if call.is_root else asked


def answer(call: Call, issued: Issued) -> Response:
    """Make the credentials of a session, and what every operation answers of them.

    Raises:
        KmsError: `PackedPolicyTooLarge`.

    """
    credentials = call.core.access_keys.issue(issued, call.params.get("MinimumSessionTokenSize", 0))
    size = len(credentials.token)
    if size > LONGEST_TOKEN:
        words = f"The session token size of {size} bytes exceeds the maximum allowed size of {LONGEST_TOKEN} bytes."
        raise KmsError(_TOO_LARGE, words)
    used = -(-size * 100 // LONGEST_TOKEN)
    response: Response = {
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret,
            "SessionToken": credentials.token,
            "Expiration": issued.expires,
        },
        "SessionTokenUtilization": used,
        "SessionTokenSize": size,
    }
    if issued.policy is not None or issued.policy_arns or issued.tags:
        response["PackedPolicySize"] = used
    return response
