"""A refused request is told what is wrong and what would mend it, word for word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from policyeval import Authorizer, PolicySet, Request, RequestError, Session, simulate
from tests.authorizer.estates import ALIAS, ALICE, APP, BUCKET, KEY, A, B, allow, ask, deny, estate, policy

S3 = "s3.us-east-1.amazonaws.com"
ALL = policy(allow())
CALLERS = "an ARN of a user, role, session or account root, a service such as `s3.amazonaws.com`, or `anonymous`"
NO_RESOURCE = "give an ARN, or `*` for actions that have no resource"
DERIVED = "leave it out: it is derived"
TYPES = "give a string, number, boolean, datetime or a list of them"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

# what is wrong, the request's facts, the message, the hint
WORDS: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("no principal", {"principal": "alice"}, "`alice` is no principal that can call", CALLERS),
    ("an account id", {"principal": A}, f"`{A}` is no principal that can call", f"the account's root user is `arn:aws:iam::{A}:root`"),
    ("a wildcard for a service", {"principal": "*.amazonaws.com"}, "`*.amazonaws.com` is no principal that can call", CALLERS),
    ("a question mark for a service", {"principal": "s?.amazonaws.com"}, "`s?.amazonaws.com` is no principal that can call", CALLERS),
    ("a service's session", {"principal": "s3.amazonaws.com", "session": Session("s")}, "`s3.amazonaws.com` has no sessions", None),
    ("a session of another name", {"principal": f"arn:aws:sts::{A}:assumed-role/app/s", "session": Session("t")}, f"the session is named `t`, but `arn:aws:sts::{A}:assumed-role/app/s` calls", None),
    ("GetSessionToken with a policy", {"session": Session(policies=[ALL])}, "GetSessionToken takes no session policy", "a federated session (GetFederationToken) has a name: give the session one"),
    ("GetSessionToken with tags", {"session": Session(tags={"team": "blue"})}, "GetSessionToken takes no session tags", "a federated session (GetFederationToken) has a name: give the session one"),
    ("a source identity without a role", {"session": Session("s", source_identity="me")}, "GetFederationToken takes no source identity", "only a role's session has one"),
    ("the same, told as context", {"session": Session("s"), "context": {"aws:SourceIdentity": "me"}}, "context key `aws:sourceidentity` is `me`, but the principal has none", DERIVED),
    ("no action", {"action": "Decrypt"}, "`Decrypt` is no action", "an action is `service:Name`, such as `kms:Decrypt`"),
    ("no name of an action", {"action": "kms:"}, "`kms:` is no action", "an action is `service:Name`, such as `kms:Decrypt`"),
    ("no resource", {"resource": "key"}, "`key` is no resource", NO_RESOURCE),
    ("no resource where none is asked for", {"action": "kms:ListKeys", "resource": "key"}, "`key` is no resource", NO_RESOURCE),
    ("no ARN of an alias", {"resource": "x:alias/app"}, "`x:alias/app` is no resource", NO_RESOURCE),
    ("no key", {"resource": "*"}, "`kms:Decrypt` is asked on a key, not on `*`", "give the key's ARN, or its alias's"),
    ("no role", {"action": "sts:AssumeRole", "resource": KEY}, f"`sts:AssumeRole` is asked on a role, not on `{KEY}`", "give the role's ARN"),
    ("nobody's bucket", {"action": "s3:GetObject", "resource": BUCKET}, f"whose is `{BUCKET}`? its ARN has no account", "describe the resource; a request may tell its `resource_account` instead"),
    ("another's key", {"resource_account": B}, f"`{KEY}` belongs to account `{A}`, not to `{B}`", "leave `resource_account` out: it is known"),
    ("a principal of another type", {"principal": 7}, "`principal` of a request is of type int", "give str"),
    ("a time of another type", {"at": "now"}, "`at` of a request is of type str", "give datetime or nothing"),
    ("a context key of another type", {"context": {1: "x"}}, "`context` has a key of type int", "keys are strings"),
    ("a context value of another type", {"context": {"team:x": {1}}}, "context key `team:x` has a value of type set", TYPES),
    ("a key twice", {"context": {"team:x": "1", "Team:X": "2"}}, "context key `Team:X` is given twice", "the case of a key does not matter"),
    ("too many values", {"context": {"aws:SourceAccount": ["1", "2"]}}, "context key `aws:SourceAccount` has one value, not 2", None),
    ("a bad boolean", {"context": {"aws:SecureTransport": "yes"}}, "context key `aws:SecureTransport` is `yes`", "give `true` or `false`"),
    ("a bad date", {"context": {"aws:CurrentTime": "noon"}}, "context key `aws:CurrentTime` is `noon`", "give a date such as `2026-01-31T12:00:00Z`, or epoch seconds"),
    ("a bad number", {"context": {"aws:MultiFactorAuthAge": "old"}}, "context key `aws:MultiFactorAuthAge` is `old`", "give a number"),
    ("a bad address", {"context": {"aws:SourceIp": "ten"}}, "context key `aws:SourceIp` is `ten`", "give an IP address"),
    ("a bad ARN", {"context": {"aws:SourceArn": "bucket"}}, "context key `aws:SourceArn` is `bucket`", "give an ARN"),
    ("a bad ARN among good ones", {"context": {"sts:RequestContextProviders": ["arn:aws:iam::aws:contextProvider/x", "y"]}}, "context key `sts:RequestContextProviders` is `y`", "give an ARN"),
    ("a year too far", {"context": {"aws:EpochTime": "99999999999999"}}, "`99999999999999` is no time of a request", "years run from 1 to 9999"),
    ("a time before all years", {"at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))}, "`0001-01-01T00:00:00+01:00` is no time of a request", "years run from 1 to 9999"),
    ("an encryption context of numbers", {"encryption_context": {"a": 1}}, "encryption context `a` has a value of type int", "an encryption context holds strings"),
    ("another principal", {"context": {"aws:PrincipalArn": APP}}, f"context key `aws:principalarn` is `{APP}`, but the principal's is `{ALICE}`", DERIVED),
    ("other services", {"principal": "s3.amazonaws.com", "context": {"aws:PrincipalServiceNamesList": ["a", "b"]}}, "context key `aws:principalservicenameslist` is `a, b`, but the principal's is `s3.amazonaws.com`", DERIVED),
    ("a tag that is not there", {"context": {"aws:PrincipalTag/x": "y"}}, "context key `aws:principaltag/x` is `y`, but the principal has none", DERIVED),
    ("a start without a session", {"context": {"aws:TokenIssueTime": "2026"}}, "context key `aws:tokenissuetime` is `2026`, but no temporary credentials sign the request", DERIVED),
    ("other aliases", {"context": {"kms:ResourceAliases": ["alias/a", "alias/b"]}}, "context key `kms:resourcealiases` is `alias/a, alias/b`, but the resource's is `alias/app`", DERIVED),
    ("a tag of the key that is not there", {"context": {"aws:ResourceTag/x": "y"}}, "context key `aws:resourcetag/x` is `y`, but the resource has none", DERIVED),
    ("another time", {"at": NOON, "context": {"aws:CurrentTime": "2026-01-30"}}, "context key `aws:currenttime` is `2026-01-30`, but the request is made at 2026-01-31T12:00:00+00:00", DERIVED),
    ("two times", {"context": {"aws:CurrentTime": "2026-01-31T12:00:00Z", "aws:EpochTime": "0"}}, "context key `aws:epochtime` is `0`, but the request is made at 2026-01-31T12:00:00+00:00", DERIVED),
    ("a number that is no time", {"at": NOON, "context": {"aws:EpochTime": "1e40"}}, "context key `aws:epochtime` is `1e40`, but it is no time of a request", DERIVED),
    ("another service", {"via_service": S3, "context": {"kms:ViaService": "x"}}, f"context key `kms:viaservice` is `x`, but the request comes via `{S3}`", DERIVED),
    ("a service that is not there", {"context": {"aws:ViaAWSService": "true"}}, "context key `aws:viaawsservice` is `true`, but no service calls on the principal's behalf", DERIVED),
    ("no service where one is", {"via_service": S3, "context": {"aws:ViaAWSService": "false"}}, "context key `aws:viaawsservice` is `false`, but a service makes the call", DERIVED),
    ("a chain without a service", {"context": {"aws:CalledVia": ["a", "b"]}}, "context key `aws:calledvia` is `a, b`, but no service calls on the principal's behalf (give `via_service`)", DERIVED),
    ("another chain", {"via_service": S3, "context": {"aws:CalledVia": ["s3.amazonaws.com", "b"]}}, "context key `aws:calledvia` is `s3.amazonaws.com, b`, but the request comes via `s3.amazonaws.com`", DERIVED),
    ("a first of no chain", {"context": {"aws:CalledViaFirst": "s3.amazonaws.com"}}, "context key `aws:calledviafirst` is `s3.amazonaws.com`, but no service calls on the principal's behalf (give `via_service`)", DERIVED),
    ("another first", {"via_service": S3, "context": {"aws:CalledViaFirst": "a"}}, "context key `aws:calledviafirst` is `a`, but the chain of services begins with `s3.amazonaws.com` (give `aws:CalledVia`)", DERIVED),
    ("another last", {"via_service": S3, "context": {"aws:CalledVia": ["a", "s3.amazonaws.com"], "aws:CalledViaLast": "a"}}, "context key `aws:calledvialast` is `a`, but the chain of services ends with `s3.amazonaws.com` (give `aws:CalledVia`)", DERIVED),
    ("no chain", {"via_service": S3, "context": {"aws:CalledVia": []}}, "context key `aws:calledvia` is ``, but the request comes via `s3.amazonaws.com`", DERIVED),
    ("an organization of an endpoint that has none", {"vpc_endpoint": "vpce-1", "context": {"aws:VpceOrgID": "o-1"}}, "context key `aws:vpceorgid` is `o-1`, but the endpoint's account has none", DERIVED),
    ("a session's id of another role", {"principal": APP, "context": {"aws:userid": "AROAOTHER"}}, "context key `aws:userid` is `AROAOTHER`, but the role's unique id is `AROAEXAMPLEAPPA000001`", DERIVED),
    ("another endpoint", {"vpc_endpoint": "vpce-1", "context": {"aws:SourceVpce": "x"}}, "context key `aws:sourcevpce` is `x`, but the request comes through `vpce-1`", DERIVED),
    ("another VPC", {"vpc_endpoint": "vpce-1", "context": {"aws:SourceVpc": "x"}}, "context key `aws:sourcevpc` is `x`, but the endpoint's VPC is `vpc-1`", DERIVED),
    ("another account", {"context": {"kms:CallerAccount": B}}, f"context key `kms:calleraccount` is `{B}`, but the caller's account is `{A}`", DERIVED),
    ("an account where none is", {"principal": "s3.amazonaws.com", "context": {"kms:CallerAccount": B}}, f"context key `kms:calleraccount` is `{B}`, but the caller has no account", DERIVED),
    ("another alias", {"resource": ALIAS, "context": {"kms:RequestAlias": "alias/x"}}, "context key `kms:requestalias` is `alias/x`, but the request names `alias/app`", DERIVED),
    ("another encryption context", {"encryption_context": {"a": "1"}, "context": {"kms:EncryptionContext:a": "2"}}, "context key `kms:encryptioncontext:a` is `2`, but the encryption context says `1`", DERIVED),
    ("two values of an encryption context", {"encryption_context": {"a": "1", "A": "2"}, "context": {"kms:EncryptionContext:a": "1"}}, "context key `kms:encryptioncontext:a` is `1`, but the encryption context says `1, 2`", DERIVED),
    ("no such encryption context", {"encryption_context": {"a": "1"}, "context": {"kms:EncryptionContext:b": "2"}}, "context key `kms:encryptioncontext:b` is `2`, but the encryption context has none", DERIVED),
    ("other keys of it", {"encryption_context": {"a": "1", "b": "2"}, "context": {"kms:EncryptionContextKeys": ["a"]}}, "context key `kms:encryptioncontextkeys` is `a`, but the encryption context has `a, b`", DERIVED),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "message", "hint"), [pytest.param(*row[1:], id=row[0]) for row in WORDS])
def test_the_words_of_a_refusal(facts: dict[str, Any], message: str, hint: str | None) -> None:
    with pytest.raises(RequestError) as refused:
        ask({"endpoint": [allow(Principal="*")]}, **facts)
    assert [(fault.message, fault.hint) for fault in refused.value.diagnostics] == [(message, hint)]


# what is wrong, the policies, the request's facts, the message, the hint
HANDED_OVER: list[tuple[str, dict[str, Any], dict[str, Any], str, str | None]] = [
    ("no account", {}, {"principal": "arn:aws:iam::1:user/x"}, "`arn:aws:iam::1:user/x` has no account id", "an account id has 12 digits"),
    ("an alias", {}, {"action": "kms:Decrypt", "resource": ALIAS}, f"which key `{ALIAS}` points to is not known", "give the key's ARN, and the alias as `kms:RequestAlias`"),
    ("a managed policy that nobody has", {}, {"session": Session("s", policies=["arn:aws:iam::aws:policy/None"])}, "managed policy `arn:aws:iam::aws:policy/None` cannot be looked up here", "give the document itself"),
    ("a service control policy for a session", {}, {"session": Session("s", policies=["arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"])}, "`arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess` is no policy of IAM", "name one, or give the document itself"),
    ("an ARN for a policy", {"resource_policy": "arn:aws:iam::aws:policy/None"}, {}, "`arn:aws:iam::aws:policy/None` cannot be looked up here", "give the document itself"),
    ("a number for a policy", {"identity_policies": [7]}, {}, "a policy is a document, not int", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policies", "facts", "message", "hint"), [pytest.param(*row[1:], id=row[0]) for row in HANDED_OVER]
)
def test_the_words_of_a_refusal_where_policies_are_handed_over(
    policies: dict[str, Any], facts: dict[str, Any], message: str, hint: str | None
) -> None:
    request = Request(**{"principal": ALICE, "action": "s3:GetObject", "resource": BUCKET} | facts)
    with pytest.raises(RequestError) as refused:
        simulate(request, PolicySet(**policies))
    assert [(fault.message, fault.hint) for fault in refused.value.diagnostics] == [(message, hint)]


def test_the_words_about_an_account() -> None:
    with pytest.raises(RequestError) as refused:
        Authorizer(estate()).account_access("1", "kms:Decrypt", KEY)
    assert [(fault.message, fault.hint) for fault in refused.value.diagnostics] == [
        ("`1` is no account id", "an account id has 12 digits")
    ]


# what could not be evaluated, the key policy's statement and the request's facts, the words
UNEVALUATED: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("a child without operations", {}, {"action": "kms:CreateGrant"}, "`kms:GrantOperations` is not given: whether the new grant stays within its parent cannot be told"),
]  # fmt: skip


@pytest.mark.parametrize(("described", "facts", "words"), [pytest.param(*row[1:], id=row[0]) for row in UNEVALUATED])
def test_the_words_about_what_cannot_be_evaluated(described: dict[str, Any], facts: dict[str, Any], words: str) -> None:
    parent = {"GrantId": "g1", "GranteePrincipal": ALICE, "Operations": ["CreateGrant"]}
    decision = ask({"grants": [parent], **described}, **facts)
    assert [fault.message for fault in decision.diagnostics] == [words]


# the operator, the policy's value, the request's, the words about it
UNREADABLE: list[tuple[str, Any, Any, str]] = [
    ("NumericEquals", "7", "seven", "`team:x` is `seven`, no value for `NumericEquals`: not a number"),
    ("NumericEquals", "seven", "7", "`seven` is no value for `NumericEquals`: not a number"),
    ("DateEquals", "2026", "noon", "`team:x` is `noon`, no value for `DateEquals`: not a date"),
    (
        "DateEquals",
        "2026",
        "2026-01-31T00:00:00+15:00",
        "`team:x` is `2026-01-31T00:00:00+15:00`, no value for `DateEquals`: not a time zone",
    ),
    ("Bool", "true", "yes", "`team:x` is `yes`, no value for `Bool`: not a boolean"),
    ("BinaryEquals", "QQ==", "?", "`team:x` is `?`, no value for `BinaryEquals`: not base64"),
    (
        "IpAddress",
        "10.0.0.0/8",
        "10.0.0.0/8",
        "`team:x` is `10.0.0.0/8`, no value for `IpAddress`: a range, not an address",
    ),
    ("IpAddress", "fe80::1%1", "::1", "`fe80::1%1` is no value for `IpAddress`: an address with a zone"),
    (
        "IpAddress",
        "10.0.0.0/255.0.0.0",
        "10.0.0.1",
        "`10.0.0.0/255.0.0.0` is no value for `IpAddress`: a mask in place of a prefix length",
    ),
    ("ArnLike", "arn:aws:s3", "arn:aws:s3:::b", "`arn:aws:s3` is no value for `ArnLike`: an ARN has six parts"),
    ("ArnLike", "${aws:username}", "arn:aws:s3:::b", "`alice` is no value for `ArnLike`: an ARN has six parts"),
    ("ArnLike", "arn:*:s?", "arn:aws:s3:::b", "`arn:*:s?` is no value for `ArnLike`: an ARN has six parts"),
    ("ArnLike", "arn:aws:s3:::*", "bucket", "`team:x` is `bucket`, no value for `ArnLike`: not an ARN"),
    ("StringAlmost", "x", "x", "unknown condition operator `StringAlmost`"),
    ("Null", ["maybe", "no"], "x", "`Null` takes `true` or `false`, not `maybe, no`"),
    ("StringEquals", [], "x", "`StringEquals` on `team:x` has no value to compare with"),
    ("StringEquals", "x", ["x", "y"], "`team:x` has several values: `StringEquals` needs ForAllValues or ForAnyValue"),
]


@pytest.mark.parametrize(("operator", "value", "given", "words"), UNREADABLE)
def test_the_words_about_a_condition_that_cannot_be_evaluated(
    operator: str, value: Any, given: Any, words: str
) -> None:
    condition = {operator: {"team:x": value}}
    decision = ask({"alice": [allow(Condition=condition)]}, context={"team:x": given})
    assert [fault.message for fault in decision.diagnostics] == [
        f"{words}: the Allow does not match in statement #0 of of-alice"
    ]


# in which layer a Deny stands, and what a decision calls the policy
NAMES: list[tuple[str, dict[str, Any], str]] = [
    ("an identity policy", {"identity_policies": [ALL, policy(deny())]}, "identity policy 2"),
    ("a resource policy", {"resource_policy": policy(deny(Principal="*"))}, "resource policy"),
    ("a boundary", {"permissions_boundary": policy(deny())}, "permissions boundary"),
    ("a session policy", {"session_policies": [policy(deny())]}, "session policy 1"),
    ("a service control policy", {"service_control_policies": [[ALL], [ALL, policy(deny())]]}, "SCP of level 2, policy 2"),
    ("a resource control policy", {"resource_control_policies": [[policy(deny(Principal="*"))]]}, "RCP of level 1, policy 1"),
    ("an endpoint policy", {"vpc_endpoint_policy": policy(deny(Principal="*"))}, "VPC endpoint policy"),
]  # fmt: skip


@pytest.mark.parametrize(("policies", "name"), [pytest.param(*row[1:], id=row[0]) for row in NAMES])
def test_what_a_policy_without_a_name_is_called(policies: dict[str, Any], name: str) -> None:
    decision = simulate(Request(APP, "s3:GetObject", BUCKET), PolicySet(**policies))
    assert [statement.policy for statement in decision.determining_statements] == [name]


def test_a_managed_policy_goes_by_its_name() -> None:
    session = Session("s", policies=["arn:aws:iam::aws:policy/AdministratorAccess", policy(allow())])
    decision = simulate(Request(APP, "s3:GetObject", BUCKET, session=session), PolicySet(identity_policies=[ALL]))
    (said,) = (verdict for verdict in decision.layers if verdict.layer == "session_policy")
    assert [statement.policy for statement in said.statements] == ["AdministratorAccess", "session policy 2"]
