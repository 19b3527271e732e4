"""Principal and NotPrincipal: who is named, and what a name is worth (S8, S10–S15)."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval import Session
from tests.evaluator.statements import ALICE, ALL, APP, APP_SESSION, A, in_resource_policy

ROOT = f"arn:aws:iam::{A}:root"
SERVICE = {"principal": "s3.amazonaws.com", "resource_account": A}
ANONYMOUS = {"principal": "anonymous", "resource_account": A}
OTHER = "444455556666"
FEDERATED = f"arn:aws:sts::{A}:federated-user/alice"
CHINA = {"principal": f"arn:aws-cn:iam::{A}:user/alice", "resource": "arn:aws-cn:s3:::bucket", "resource_account": A}

# what holds, the element, who calls, whether a Deny hits it
NAMED: list[tuple[str, object, dict[str, Any], bool]] = [
    ("a user by ARN", {"AWS": ALICE}, {}, True),
    ("another user", {"AWS": ALICE + "2"}, {}, False),
    ("one of several", {"AWS": [ALICE + "2", ALICE]}, {}, True),
    ("everyone", "*", {}, True),
    ("everyone, anonymous included", "*", ANONYMOUS, True),
    ("everyone under AWS", {"AWS": "*"}, ANONYMOUS, True),
    ("everyone, services included", "*", SERVICE, True),
    ("an account by its id", {"AWS": A}, {}, True),
    ("an account by its root ARN", {"AWS": ROOT}, {}, True),
    ("another account", {"AWS": OTHER}, {}, False),
    ("an account is not anonymous", {"AWS": A}, ANONYMOUS, False),
    ("an account by its id, in a partition of its own", {"AWS": A}, CHINA, True),
    ("an account by its root ARN, in another partition", {"AWS": ROOT}, CHINA, False),
    ("a user beside another account", {"AWS": [OTHER, ALICE]}, {}, True),
    ("an account beside another user", {"AWS": [A, ALICE + "2"]}, {}, True),
    ("a service beside an account", {"AWS": OTHER, "Service": "s3.amazonaws.com"}, SERVICE, True),
    ("a root user by its account", {"AWS": A}, {"principal": ROOT}, True),
    ("a root user is no user", {"AWS": ALICE}, {"principal": ROOT}, False),
    ("a role by ARN", {"AWS": APP}, {"principal": APP}, True),
    ("a session by its role", {"AWS": APP}, {"principal": APP_SESSION}, True),
    ("a session by its own ARN", {"AWS": APP_SESSION}, {"principal": APP_SESSION}, True),
    ("another session of the role", {"AWS": APP_SESSION + "2"}, {"principal": APP_SESSION}, False),
    ("a role without its session's name", {"AWS": APP_SESSION}, {"principal": APP}, False),
    ("a federated user by its user", {"AWS": ALICE}, {"principal": FEDERATED}, True),
    ("a federated user by its own ARN", {"AWS": FEDERATED}, {"principal": FEDERATED}, True),
    ("a user that made a session", {"AWS": FEDERATED}, {"session": Session("alice")}, True),
    ("a service by name", {"Service": "s3.amazonaws.com"}, SERVICE, True),
    ("one service of several", {"Service": ["ec2.amazonaws.com", "s3.amazonaws.com"]}, SERVICE, True),
    ("another service", {"Service": "ec2.amazonaws.com"}, SERVICE, False),
    ("a service is no AWS principal", {"AWS": A}, SERVICE, False),
    ("an AWS principal is no service", {"Service": "s3.amazonaws.com"}, {}, False),
    ("a provider is no service", {"Federated": "s3.amazonaws.com"}, SERVICE, False),
    ("CloudFront", {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"}, {}, False),
    ("nobody", {}, {}, False),
    ("nobody under AWS", {"AWS": []}, {}, False),
]


@pytest.mark.parametrize(("principal", "caller", "named"), [pytest.param(*row[1:], id=row[0]) for row in NAMED])
def test_a_principal_is_named(principal: object, caller: dict[str, Any], named: bool) -> None:  # noqa: FBT001 - a column of the table
    everyone = {**ALL, "Principal": "*"}
    denied = in_resource_policy({**ALL, "Effect": "Deny", "Principal": principal}, everyone, **caller)
    assert denied.reason == ("explicit_deny" if named else "allowed")
    doubts = ("the policy is public", "the session's name is not told")
    assert [each for each in denied.diagnostics if not each.message.startswith(doubts)] == []


# what holds, the element, what is said of it
UNREADABLE: list[tuple[str, dict[str, object], str]] = [
    ("a canonical user", {"CanonicalUser": "79a59d"}, "canonical user `79a59d`: nothing tells whose it is"),
    ("a text that is no ARN", {"AWS": "alice"}, "`alice` is no principal"),
    ("an ARN of something else", {"AWS": "arn:aws:s3:::bucket"}, "`arn:aws:s3:::bucket` is no principal"),
    ("a group", {"AWS": f"arn:aws:iam::{A}:group/g"}, f"`arn:aws:iam::{A}:group/g` is no principal"),
    ("a root user of another service", {"AWS": f"arn:aws:s3::{A}:root"}, f"`arn:aws:s3::{A}:root` is no principal"),
    ("an id of no kind", {"AWS": "XIDAEXAMPLE"}, "`XIDAEXAMPLE` is no principal"),
    ("a user with a space behind it", {"AWS": f"{ALICE} "}, f"`{ALICE} ` is no principal"),
    ("a user in a Region", {"AWS": f"arn:aws:iam:us-east-1:{A}:user/alice"}, ":user/alice` is no principal"),
    ("a user of an account of eleven digits", {"AWS": "arn:aws:iam::11112222333:user/alice"}, "is no principal"),
    ("the root user of no account", {"AWS": "arn:aws:iam::${aws:PrincipalAccount}:root"}, "is no principal"),
    ("a session of IAM's", {"AWS": APP_SESSION.replace(":sts:", ":iam:")}, "is no principal"),
    ("a session with its role's path", {"AWS": f"arn:aws:sts::{A}:assumed-role/svc/app/s1"}, "is no principal"),
    ("a session without a name", {"AWS": f"arn:aws:sts::{A}:assumed-role/app"}, "is no principal"),
    ("a text that is no ARN, beside an account", {"AWS": ["999988887777", "alice"]}, "`alice` is no principal"),
]


@pytest.mark.parametrize(("principal", "why"), [pytest.param(*row[1:], id=row[0]) for row in UNREADABLE])
def test_a_name_that_cannot_be_read_never_helps(principal: dict[str, object], why: str) -> None:
    allowed = in_resource_policy({**ALL, "Principal": principal}, principal=f"arn:aws:iam::{OTHER}:user/x")
    assert not allowed.allowed
    assert [why in diagnostic.message for diagnostic in allowed.diagnostics] == [True]
    everyone = {**ALL, "Principal": "*"}
    assert in_resource_policy({**ALL, "Effect": "Deny", "Principal": principal}, everyone).reason == "explicit_deny"


@pytest.mark.parametrize("wild", ["*", "s3.*", "s?.amazonaws.com"])
def test_a_service_with_a_wildcard_never_helps_a_service(wild: str) -> None:
    named, everyone = {"Service": wild}, {**ALL, "Principal": "*"}
    allowed = in_resource_policy({**ALL, "Principal": named}, **SERVICE)
    assert not allowed.allowed
    assert [f"`{wild}` is no principal" in diagnostic.message for diagnostic in allowed.diagnostics] == [True]
    denying = {**ALL, "Effect": "Deny", "Principal": named}
    assert in_resource_policy(denying, everyone, **SERVICE).reason == "explicit_deny"
    others = in_resource_policy(denying, everyone)
    assert (others.reason, others.diagnostics) == ("allowed", ())


def test_a_name_that_can_be_read_counts_beside_one_that_cannot() -> None:
    decision = in_resource_policy({**ALL, "Principal": {"AWS": ["alice", ALICE]}})
    assert decision.allowed
    assert decision.diagnostics == ()


def test_a_statement_without_principal_never_helps() -> None:
    allowed = in_resource_policy(ALL)
    assert not allowed.allowed
    assert [diagnostic.message for diagnostic in allowed.diagnostics] == [
        "a statement without Principal: the Allow does not match in statement #0 of resource policy"
    ]
    assert in_resource_policy({**ALL, "Effect": "Deny"}, {**ALL, "Principal": "*"}).reason == "explicit_deny"


GUEST = f"arn:aws:sts::{A}:federated-user/guest"
OF_ROOT = {"principal": ROOT, "session": Session("guest")}
# what holds, whom the Deny leaves out, who calls, whether it is spared
SPARED: list[tuple[str, object, dict[str, Any], bool]] = [
    ("a user with its account", {"AWS": [ALICE, A]}, {}, True),
    ("a user without its account", {"AWS": ALICE}, {}, False),
    ("a user with another account", {"AWS": [ALICE, OTHER]}, {}, False),
    ("a user whose account alone is listed", {"AWS": A}, {}, False),
    ("a role session with its role and its account", {"AWS": [APP_SESSION, APP, A]}, {"principal": APP_SESSION}, True),
    ("a role session without its own name", {"AWS": [APP, A]}, {"principal": APP_SESSION}, False),
    ("a role session without its role", {"AWS": [APP_SESSION, A]}, {"principal": APP_SESSION}, False),
    ("a role session without its account", {"AWS": [APP_SESSION, APP]}, {"principal": APP_SESSION}, False),
    ("a root user with its account", {"AWS": ROOT}, {"principal": ROOT}, True),
    ("a root user with another account", {"AWS": OTHER}, {"principal": ROOT}, False),
    ("a root user's federated session with its own name", {"AWS": [ROOT, GUEST]}, OF_ROOT, True),
    ("a root user's federated session without it", {"AWS": ROOT}, OF_ROOT, False),
    ("a root user's federated session without its account", {"AWS": GUEST}, OF_ROOT, False),
    ("a service", {"Service": "s3.amazonaws.com"}, SERVICE, True),
    ("another service", {"Service": "ec2.amazonaws.com"}, SERVICE, False),
    ("an anonymous caller", {"AWS": A}, ANONYMOUS, False),
    ("everyone", "*", {}, True),
    ("everyone, anonymous included", "*", ANONYMOUS, True),
]


@pytest.mark.parametrize(("principal", "caller", "spared"), [pytest.param(*row[1:], id=row[0]) for row in SPARED])
def test_a_deny_spares_whom_not_principal_lists(principal: object, caller: dict[str, Any], spared: bool) -> None:  # noqa: FBT001 - a column of the table
    statement = {"Effect": "Deny", "NotPrincipal": principal, "Action": "*", "Resource": "*"}
    decision = in_resource_policy(statement, {**ALL, "Principal": "*"}, **caller)
    assert decision.reason == ("allowed" if spared else "explicit_deny")


def test_an_allow_with_not_principal_matches_nothing_and_says_so() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": "*", "Resource": "*"}
    decision = in_resource_policy(statement)
    assert not decision.allowed
    assert [diagnostic.message for diagnostic in decision.diagnostics] == [
        "Allow with NotPrincipal is not supported: the Allow does not match in statement #0 of resource policy"
    ]
