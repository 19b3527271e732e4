"""What a request cannot be: said with the offending text, and never decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from policyeval import Authorizer, Entities, PolicySet, Request, RequestError, Session, UnknownEntityError, simulate

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:orders"
ROLE = "arn:aws:iam::111122223333:role/worker"
USER = "arn:aws:iam::111122223333:user/alice"
ADMIN = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


@pytest.fixture(scope="module")
def authorizer() -> Authorizer:
    alice = {"name": "alice", "tags": {"team": "blue"}, "identity_policies": [{"name": "admin", "document": ADMIN}]}
    roles = [{"name": "worker", "unique_id": "AROAEXAMPLEWORKER0001"}, {"name": "nameless"}]
    grants = [{"GranteePrincipal": USER, "Operations": ["DescribeKey"]}]
    key = {"id": KEY.rpartition("/")[2], "region": "us-east-1", "aliases": ["alias/app"], "grants": grants}
    endpoint = {"id": "vpce-1", "vpc": "vpc-1"}
    account = {"id": "111122223333", "users": [alice], "roles": roles, "keys": [key], "vpc_endpoints": [endpoint]}
    return Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))


def request(**facts: object) -> Request:
    return Request(**{"principal": USER, "action": "kms:Decrypt", "resource": KEY} | facts)  # type: ignore[arg-type]


MALFORMED: list[tuple[str, dict[str, object], str]] = [
    ("a principal that is no name", {"principal": "alice"}, "`alice` is no principal that can call"),
    ("an account id as principal", {"principal": "111122223333"}, "`111122223333` is no principal that can call"),
    ("a group as principal", {"principal": "arn:aws:iam::111122223333:group/ops"}, "is no principal that can call"),
    ("a broken ARN as principal", {"principal": "arn:aws:iam"}, "`arn:aws:iam` is no principal that can call"),
    *[
        (f"a principal of another service's: {arn}", {"principal": f"arn:aws:{arn}"}, "is no principal that can call")
        for arn in (
            "iam::111122223333:assumed-role/app/x",
            "iam::111122223333:federated-user/alice",
            "sts::111122223333:role/app",
            "sts::111122223333:user/alice",
            "sts::111122223333:root",
            "sts::111122223333:role/app/x",
            "s3::111122223333:user/alice",
        )
    ],
    *[
        (f"a principal by a name that nobody has: {name!r}", {"principal": name}, "is no principal that can call")
        for name in (
            "arn:aws:sts:us-east-1:111122223333:assumed-role/worker/x",
            "arn:aws:sts:us-east-1:111122223333:federated-user/alice",
            "arn:aws:iam:us-east-1:111122223333:saml-provider/idp",
            "arn:aws:sts::111122223333:federated-user/a/b",
            "S3.amazonaws.com",
            "a b.amazonaws.com",
            "\n.amazonaws.com",
        )
    ],
    ("an action without a service", {"action": "Decrypt"}, "`Decrypt` is no action"),
    ("an action of two services", {"action": "kms:s3:Decrypt"}, "`kms:s3:Decrypt` is no action"),
    ("an action without a name", {"action": "kms:"}, "`kms:` is no action"),
    ("an action with an empty service", {"action": ":Decrypt"}, "`:Decrypt` is no action"),
    ("an action with a wildcard", {"action": "kms:De*"}, "`kms:De*` is no action"),
    ("an action with a letter that cannot be seen", {"action": "kms:De\u200bcrypt"}, "is no action"),
    ("an action with a control character", {"action": "kms:Decrypt\0"}, "is no action"),
    ("an action with the sign for kelvin", {"action": "\u212ams:Decrypt"}, "is no action"),
    ("a resource that is no ARN", {"resource": "my-key"}, "`my-key` is no resource"),
    ("a KMS action on everything", {"resource": "*"}, "`kms:Decrypt` is asked on a key, not on `*`"),
    ("a KMS action on a queue", {"resource": QUEUE}, "`kms:Decrypt` is asked on a key, not on"),
    ("assuming everything", {"action": "sts:AssumeRole", "resource": "*"}, "`sts:AssumeRole` is asked on a role"),
    ("a session of nobody", {"principal": "alice", "session": Session("x")}, "`alice` is no principal that can call"),
    ("a session of a service", {"principal": "s3.amazonaws.com", "session": Session("x")}, "has no sessions"),
    ("a nameless session with a policy", {"session": Session(policies=[ADMIN])}, "GetSessionToken takes no session"),
    (
        "a session under another name",
        {"principal": "arn:aws:sts::111122223333:federated-user/x", "session": Session("y")},
        "the session is named `y`, but `arn:aws:sts::111122223333:federated-user/x` calls",
    ),
    (
        "an account that is not the resource's",
        {"resource_account": "444455556666"},
        "belongs to account `111122223333`",
    ),
    ("a bucket of nobody", {"action": "s3:GetObject", "resource": "arn:aws:s3:::b"}, "whose is `arn:aws:s3:::b`?"),
    ("a principal that is no text", {"principal": None}, "`principal` of a request is of type NoneType"),
    (
        "an account that is a number",
        {"resource_account": 111122223333},
        "`resource_account` of a request is of type int",
    ),
    (
        "a token that is in no list",
        {"action": "kms:RetireGrant", "grant_tokens": "g1"},
        "`grant_tokens` of a request is of type str",
    ),
    ("a session that is none", {"session": "s1"}, "`session` of a request is of type str"),
    ("a context that is no mapping", {"context": ["x"]}, "`context` of a request is of type list"),
    ("a context key that is no text", {"context": {1: "x"}}, "`context` has a key of type int"),
    ("a service that is no text", {"via_service": 5}, "`via_service` of a request is of type int"),
    (
        "a token of no grant's",
        {"action": "kms:RetireGrant", "grant_tokens": [["x"]]},
        "`grant_tokens` has one of type list",
    ),
    (
        "tokens that are one text, in which a shorter one would be found",
        {"action": "kms:RetireGrant", "grant_tokens": "grant-12"},
        "`grant_tokens` of a request is of type str",
    ),
    ("a number without end", {"context": {"a:b": 10**5000}}, "context key `a:b` has a number of too many digits"),
    ("a session's name that is no text", {"session": Session(5)}, "`name` of a session is of type int"),  # type: ignore[arg-type]
    (
        "a source identity that is no text",
        {"principal": ROLE, "session": Session("s", source_identity=5)},  # type: ignore[arg-type]
        "`source_identity` of a session is of type int",
    ),
    ("tags that are no mapping", {"session": Session("s", tags=["x"])}, "`tags` of a session is of type list"),  # type: ignore[arg-type]
    ("a tag that is no text", {"session": Session("s", tags={"x": 5})}, "tag `x` of a session is of type int"),  # type: ignore[dict-item]
    ("a tag's name that is none", {"session": Session("s", tags={5: "x"})}, "tag `5` of a session is of type int"),  # type: ignore[dict-item]
    ("a time that is no datetime", {"at": "now"}, "`at` of a request is of type str"),
    (
        "an encryption context of numbers",
        {"encryption_context": {"a": 1}},
        "encryption context `a` has a value of type",
    ),
    ("a context value of no known type", {"context": {"a:b": object()}}, "has a value of type object"),
    ("a list of lists", {"context": {"a:b": [["x"]]}}, "has a value of type list"),
    ("one key in two cases", {"context": {"a:b": "x", "A:B": "y"}}, "context key `A:B` is given twice"),
    ("an address that is none", {"context": {"aws:SourceIp": "ten"}}, "context key `aws:SourceIp` is `ten`"),
    ("a year past all calendars", {"context": {"aws:EpochTime": "99999999999999"}}, "is no time of a request"),
    (
        "a number that is no time, beside one",
        {"context": {"aws:EpochTime": "1e9"}, "at": datetime(2026, 1, 31, tzinfo=UTC)},
        "is no time of a request",
    ),
    ("a boolean that is none", {"context": {"aws:SecureTransport": "yes"}}, "`aws:SecureTransport` is `yes`"),
    ("two values of a single-valued key", {"context": {"aws:SourceAccount": ["1", "2"]}}, "has one value, not 2"),
    ("another principal's ARN", {"context": {"aws:PrincipalArn": KEY}}, "the principal's is"),
    ("a tag the principal has not", {"context": {"aws:PrincipalTag/x": "y"}}, "the principal has none"),
    (
        "a role as a root user",
        {"action": "sts:AssumeRoot", "resource": "arn:aws:iam::111122223333:role/nameless"},
        "is asked on a root user, not on",
    ),
    ("a provider of who came through none", {"context": {"aws:FederatedProvider": "accounts.google.com"}}, "has none"),
    (
        "another organization than that of the account that a service calls for",
        {"principal": "s3.amazonaws.com", "context": {"aws:SourceAccount": "111122223333", "aws:SourceOrgID": "o-1"}},
        "account `111122223333` has none",
    ),
    ("another tag value", {"context": {"aws:PrincipalTag/team": "red"}}, "the principal's is `blue`"),
    ("a tag the key has not", {"context": {"aws:ResourceTag/x": "y"}}, "the resource has none"),
    ("another account's key", {"context": {"aws:ResourceAccount": "1"}}, "the resource's is `111122223333`"),
    ("a token without a session", {"context": {"aws:TokenIssueTime": "2026-01-01"}}, "no temporary credentials"),
    (
        "another time",
        {"at": datetime(2026, 1, 1, tzinfo=UTC), "context": {"aws:CurrentTime": "2026-01-02"}},
        "the request is made at",
    ),
    (
        "another service in between",
        {"via_service": "s3.us-east-1.amazonaws.com", "context": {"kms:ViaService": "ec2.us-east-1.amazonaws.com"}},
        "the request comes via",
    ),
    ("a forged service call", {"context": {"aws:ViaAWSService": True}}, "no service calls on the principal's behalf"),
    ("a forged chain of calls", {"context": {"aws:CalledVia": ["s3.amazonaws.com"]}}, "give `via_service`"),
    ("another endpoint", {"vpc_endpoint": "vpce-1", "context": {"aws:SourceVpce": "vpce-2"}}, "through `vpce-1`"),
    (
        "another account's endpoint",
        {"vpc_endpoint": "vpce-1", "context": {"aws:VpceAccount": "444455556666"}},
        "the endpoint's is `111122223333`",
    ),
    (
        "an organization that the endpoint's account is in none of",
        {"vpc_endpoint": "vpce-1", "context": {"aws:VpceOrgID": "o-1"}},
        "the endpoint's account has none",
    ),
    (
        "a session's id of another role",
        {"principal": ROLE, "context": {"aws:userid": "AROAOTHER:x"}},
        "the role's unique id is `AROAEXAMPLEWORKER0001`",
    ),
    (
        "a session's id of another name",
        {"principal": ROLE, "session": Session("s"), "context": {"aws:userid": "AROAEXAMPLEWORKER0001:x"}},
        "the principal's is `AROAEXAMPLEWORKER0001:s`",
    ),
    (
        "a session's id of another name, where no id is known",
        {"principal": "arn:aws:sts::111122223333:assumed-role/nameless/s", "context": {"aws:userid": "AROAOTHER:x"}},
        "the session is named `s`",
    ),
    ("another VPC", {"vpc_endpoint": "vpce-1", "context": {"aws:SourceVpc": "vpc-2"}}, "the endpoint's VPC is `vpc-1`"),
    ("another caller's account", {"context": {"kms:CallerAccount": "444455556666"}}, "the caller's account is"),
    (
        "an encryption context that says otherwise",
        {"encryption_context": {"tenant": "blue"}, "context": {"kms:EncryptionContext:tenant": "red"}},
        "the encryption context says `blue`",
    ),
    (
        "an encryption context key that is not there",
        {"encryption_context": {"tenant": "blue"}, "context": {"kms:EncryptionContext:stage": "x"}},
        "the encryption context has none",
    ),
    (
        "other encryption context keys",
        {"encryption_context": {"tenant": "blue"}, "context": {"kms:EncryptionContextKeys": ["stage"]}},
        "the encryption context has `tenant`",
    ),
    (
        "another alias than the one that was used",
        {"resource": KEY.replace(KEY.split(":", 5)[5], "alias/app"), "context": {"kms:RequestAlias": "alias/other"}},
        "the request names `alias/app`",
    ),
]


@pytest.mark.parametrize(("facts", "message"), [pytest.param(*row[1:], id=row[0]) for row in MALFORMED])
def test_a_request_that_cannot_be_is_refused(authorizer: Authorizer, facts: dict[str, object], message: str) -> None:
    for _ in range(4):  # by then others of the kind have a plan
        authorizer.authorize(request())
    with pytest.raises(RequestError) as refused:
        authorizer.authorize(request(**facts))
    assert message in str(refused.value)
    assert all(diagnostic.message for diagnostic in refused.value.diagnostics)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"principal": "arn:aws:iam::111122223333:user/alicia"}, "user/alice"),
        ({"principal": "arn:aws:iam::111122223333:role/app"}, "role/app"),
        ({"principal": "arn:aws:sts::111122223333:assumed-role/app/s"}, "app"),
        ({"resource": KEY[:-1] + "0"}, KEY),
        ({"resource": "arn:aws:kms:us-east-1:111122223333:alias/ap"}, "alias/app"),
        ({"vpc_endpoint": "vpce-2"}, "vpce-1"),
        ({"principal": "arn:aws:iam::444455556666:root"}, "444455556666"),
        ({"principal": "arn:aws-cn:sts::111122223333:assumed-role/worker/s"}, "account `111122223333` is of `aws`"),
        ({"principal": "arn:aws-cn:sts::111122223333:federated-user/alice"}, "account `111122223333` is of `aws`"),
        ({"principal": "arn:aws-cn:sts::111122223333:federated-user/nobody"}, "account `111122223333` is of `aws`"),
    ],
)
def test_what_is_not_described_is_named_with_what_is_near(
    authorizer: Authorizer, facts: dict[str, object], name: str
) -> None:
    with pytest.raises(UnknownEntityError) as refused:
        authorizer.authorize(request(**facts))
    assert name in str(refused.value)


def test_of_a_sessions_tags_those_are_told_that_are_no_text(authorizer: Authorizer) -> None:
    tags: dict[Any, Any] = {"good": "text", "bad": 5, 6: "text"}
    with pytest.raises(RequestError) as refused:
        authorizer.authorize(request(principal=ROLE, session=Session("s", tags=tags)))
    assert [diagnostic.message for diagnostic in refused.value.diagnostics] == [
        "tag `bad` of a session is of type int",
        "tag `6` of a session is of type int",
    ]


def test_every_fault_of_a_context_is_told_at_once(authorizer: Authorizer) -> None:
    context = {
        "aws:SourceIp": "ten",
        "aws:SecureTransport": "yes",
        "aws:SourceAccount": ["1", "2"],
        "a:b": "",
        "A:B": "",
    }
    with pytest.raises(RequestError) as refused:
        authorizer.authorize(request(context=context))
    assert [fault.message for fault in refused.value.diagnostics] == [
        "context key `aws:SourceIp` is `ten`",
        "context key `aws:SecureTransport` is `yes`",
        "context key `aws:SourceAccount` has one value, not 2",
        "context key `A:B` is given twice",
    ]


def test_tagging_a_federated_session_is_asked_on_it(authorizer: Authorizer) -> None:
    session = "arn:aws:sts::111122223333:federated-user/x"
    assert authorizer.authorize(request(action="sts:TagSession", resource=session)).allowed
    with pytest.raises(RequestError, match="`sts:AssumeRole` is asked on a role"):
        authorizer.authorize(request(action="sts:AssumeRole", resource=session))


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:::b", "arn:aws:kms:us-east-1:111122223333:alias/app"])
def test_simulate_refuses_a_kms_action_on_what_is_no_key(resource: str) -> None:
    with pytest.raises(RequestError):
        simulate(request(resource=resource), PolicySet(identity_policies=[ADMIN]))


def test_without_a_key_policy_no_identity_policy_opens_a_key() -> None:
    decision = simulate(request(), PolicySet(identity_policies=[ADMIN]))
    assert (decision.allowed, decision.layer) == (False, "resource_policy")


def test_what_nothing_derives_may_be_given() -> None:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = {"Statement": {**allow, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}}
    policies = PolicySet(resource_policy={"Version": "2012-10-17", **policy})
    assert simulate(request(context={"aws:PrincipalOrgID": "o-1"}), policies).allowed
    assert not simulate(request(context={"aws:PrincipalOrgID": "o-2"}), policies).allowed


def test_an_account_has_twelve_digits(authorizer: Authorizer) -> None:
    with pytest.raises(RequestError, match="`44445555666` is no account id"):
        authorizer.account_access("44445555666", "kms:Decrypt", KEY)
