"""Action, Resource and their complements, absent and empty ones included (S20–S23)."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval import Decision, Policy, PolicySet, PolicyType, Request, parse_policy, simulate
from policyeval import Statement as Statement_
from policyeval.model.policy import Element
from tests.evaluator.statements import ALICE, ALL, KEY, Statement, in_identity_policy, in_resource_policy

EVERYONE = {"Principal": "*"}
QUEUE = "arn:aws:sqs:us-east-1:111122223333:orders"

# what holds, the pattern, the resource, whether an Allow on it covers it
RESOURCES: list[tuple[str, str, str, bool]] = [
    ("equal texts", QUEUE, QUEUE, True),
    ("case matters", QUEUE.upper(), QUEUE, False),
    ("a lone star is everything", "*", QUEUE, True),
    ("a star in a segment", "arn:aws:sqs:us-*-1:111122223333:or*rs", QUEUE, True),
    ("several stars in a segment", "arn:aws:sqs:us-east-1:111122223333:o*d*r*", QUEUE, True),
    ("that stand in another order", "arn:aws:sqs:us-east-1:111122223333:o*e*d*s", QUEUE, False),
    ("a question mark is one character", "arn:aws:sqs:us-east-?:111122223333:order?", QUEUE, True),
    ("and not none", "arn:aws:sqs:us-east-1?:111122223333:orders", QUEUE, False),
    ("question marks beside a star", "arn:aws:sqs:us-east-1:111122223333:?r*?", QUEUE, True),
    ("which need their characters", "arn:aws:sqs:us-east-1:111122223333:?????*??", QUEUE, False),
    ("a chunk between stars", "arn:aws:sqs:us-east-1:111122223333:*r?e*", QUEUE, True),
    ("that nearly fits at the end", "arn:aws:sqs:us-east-1:111122223333:*e?x*", QUEUE, False),
    ("that is nowhere", "arn:aws:sqs:us-east-1:111122223333:*r?x*", QUEUE, False),
    ("a literal between stars that is nowhere", "arn:aws:sqs:us-east-1:111122223333:o*x*d*s", QUEUE, False),
    ("head and tail do not share a character", "arn:aws:sqs:us-east-1:111122223333:order*rs", QUEUE, False),
    ("a star inside a segment stays in it", "arn:aws:sqs:u*:111122223333:orders", QUEUE, True),
    ("a star that ends a segment runs on", "arn:aws:s*:orders", QUEUE, True),
    ("a star before more text does not", "arn:aws:s*rs:us-east-1:111122223333:orders", QUEUE, False),
    ("a question mark does not run on", "arn:aws:sqs:us-east-1?111122223333:orders", QUEUE, False),
    ("an ARN that ends early is completed", "arn:aws:sqs", QUEUE, True),
    ("with as many stars as are missing", "arn:aws:sqs:us-east-1", QUEUE, True),
    ("also where only the last is missing", "arn:aws:sqs:us-east-1:111122223333", QUEUE, True),
    ("of the service that it names", "arn:aws:sns", QUEUE, False),
    ("wildcards in it included", "arn:aws:s?s", QUEUE, True),
    ("what is no ARN is not completed", "aws:sqs", QUEUE, False),
    ("nor is what begins with a star", "*n:aws:sqs", QUEUE, False),
    ("a part too many is one", QUEUE + ":x", QUEUE, False),
]


@pytest.mark.parametrize(("pattern", "resource", "covered"), [pytest.param(*row[1:], id=row[0]) for row in RESOURCES])
def test_a_resource_is_covered(pattern: str, resource: str, covered: bool) -> None:  # noqa: FBT001 - a column of the table
    asked = {"resource": resource, "action": "sqs:SendMessage"}
    assert in_identity_policy({**ALL, "Resource": pattern}, **asked).allowed is covered
    without = {"Effect": "Allow", "Action": "*", "NotResource": pattern}
    assert in_identity_policy(without, **asked).allowed is not covered
    assert in_identity_policy({**ALL, "Resource": ["arn:aws:s3:::a", pattern]}, **asked).allowed is covered
    denied = in_identity_policy({**ALL, "Effect": "Deny", "Resource": pattern}, ALL, **asked)
    assert (denied.reason == "explicit_deny") is covered


def test_only_identity_policies_complete_an_arn() -> None:
    statement = {**ALL, **EVERYONE, "Resource": "arn:aws:kms:us-east-1"}
    assert not in_resource_policy(statement, resource=KEY).allowed


# what holds, the elements, the resource, whether a statement with them matches as an Allow, and as a Deny
VARIABLES: list[tuple[str, dict[str, object], bool, bool]] = [
    ("a variable is filled in", {"Resource": "arn:aws:s3:::${aws:username}"}, True, True),
    ("a variable of another value", {"Resource": "arn:aws:s3:::${aws:PrincipalAccount}"}, False, False),
    ("a default stands in", {"Resource": "arn:aws:s3:::${team:x, 'alice'}"}, True, True),
    ("an unresolved variable covers nothing", {"Resource": "arn:aws:s3:::${team:x}*"}, False, False),
    ("one among others", {"Resource": ["arn:aws:s3:::${team:x}*", "arn:aws:s3:::a*"]}, True, True),
    ("one beside a pattern", {"Resource": ["arn:aws:s3:::b*", "arn:aws:s3:::${aws:username}"]}, True, True),
    ("before the fifth colon it is text", {"Resource": "arn:aws:${team:s3, 's3'}:::alice"}, False, False),
    ("without colons it is text", {"Resource": "${aws:username}"}, False, False),
    ("a star beside it is a wildcard", {"Resource": "arn:aws:s3:::${aws:username}*"}, True, True),
    ("the star itself is none", {"Resource": "arn:aws:s3:::a${*}"}, False, False),
    ("in a complement it excludes", {"NotResource": "arn:aws:s3:::${aws:username}"}, False, False),
    ("or does not", {"NotResource": "arn:aws:s3:::${aws:PrincipalAccount}"}, True, True),
    ("unresolved in a complement it helps nobody", {"NotResource": "arn:aws:s3:::${team:x}"}, False, True),
    (
        "unless the complement is certain",
        {"NotResource": ["arn:aws:s3:::${team:x}", "arn:aws:s3:::alice"]},
        False,
        False,
    ),
    (
        "in whatever order",
        {"NotResource": ["arn:aws:s3:::${team:x}", "arn:aws:s3:::${aws:username}"]},
        False,
        False,
    ),
]


@pytest.mark.parametrize(("elements", "allows", "denies"), [pytest.param(*row[1:], id=row[0]) for row in VARIABLES])
def test_variables_in_resources(elements: dict[str, object], allows: bool, denies: bool) -> None:  # noqa: FBT001 - a column of the table
    asked = {"resource": "arn:aws:s3:::alice"}
    statement = {"Effect": "Allow", "Action": "*", **elements}
    assert in_identity_policy(statement, **asked).allowed is allows
    denied = in_identity_policy({**statement, "Effect": "Deny"}, ALL, **asked)
    assert (denied.reason == "explicit_deny") is denies


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_without_the_current_version_a_variable_is_text(version: str | None) -> None:
    statement = {**ALL, "Resource": "arn:aws:s3:::${aws:username}"}
    assert not in_identity_policy(statement, version=version, resource="arn:aws:s3:::alice").allowed
    assert in_identity_policy(statement, version=version, resource="arn:aws:s3:::${aws:username}").allowed


def test_a_variable_before_the_fifth_colon_is_text_and_a_star_beside_it_a_wildcard() -> None:
    for variable in ("${aws:username}", "${team}"):
        statement = {**ALL, "Resource": f"*:{variable}"}
        assert not in_identity_policy(statement, resource="arn:aws:s3:::alice").allowed
        assert in_identity_policy(statement, resource=f"arn:aws:s3:::{variable}").allowed


# what holds, the element, the action, whether it is meant
ACTIONS: list[tuple[str, dict[str, object], str, bool]] = [
    ("case does not matter", {"Action": "S3:getobject"}, "s3:GetObject", True),
    ("a star in the name", {"Action": "s3:Get*"}, "s3:GetObject", True),
    ("a star in the service", {"Action": "*:GetObject"}, "s3:GetObject", True),
    ("a question mark", {"Action": "s?:Get??ject"}, "s3:GetObject", True),
    ("another action", {"Action": "s3:PutObject"}, "s3:GetObject", False),
    ("one of several", {"Action": ["s3:PutObject", "s3:GetObject"]}, "s3:GetObject", True),
    ("a complement", {"NotAction": "s3:PutObject"}, "s3:GetObject", True),
    ("a complement that leaves it out", {"NotAction": ["s3:P*", "S3:G*"]}, "s3:GetObject", False),
    ("an empty Action is inert", {"Action": []}, "s3:GetObject", False),
]


@pytest.mark.parametrize(("element", "action", "meant"), [pytest.param(*row[1:], id=row[0]) for row in ACTIONS])
def test_an_action_is_meant(element: dict[str, object], action: str, meant: bool) -> None:  # noqa: FBT001 - a column of the table
    statement = {"Effect": "Allow", "Resource": "*", **element}
    assert in_identity_policy(statement, action=action).allowed is meant
    denied = in_identity_policy({**statement, "Effect": "Deny"}, ALL, action=action)
    assert (denied.reason == "explicit_deny") is meant


INERT: list[tuple[str, Statement]] = [
    ("a key policy's statement without Action is inert", {"Resource": "*"}),
    ("one without Resource is inert", {"Action": "*"}),
    ("one with an empty Resource is inert", {"Action": "*", "Resource": []}),
    ("one on another key is inert", {"Action": "*", "Resource": KEY + "0"}),
]


@pytest.mark.parametrize("elements", [pytest.param(row[1], id=row[0]) for row in INERT])
def test_an_inert_statement_of_a_key_policy(elements: dict[str, Any]) -> None:
    def decided(*statements: Statement) -> str:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        policies = PolicySet(resource_policy=parse_policy(document, policy_type=PolicyType.KEY))
        return simulate(Request(ALICE, "kms:Decrypt", KEY), policies).reason

    assert decided({"Effect": "Allow", **EVERYONE, **elements}) == "implicit_deny"
    assert decided({"Effect": "Deny", **EVERYONE, **elements}, {**ALL, **EVERYONE}) == "allowed"


# the resource, and whether a statement of its policy without Resource is about it
ATTACHED: list[tuple[str, str, bool]] = [
    ("a repository", "arn:aws:ecr:us-east-1:111122223333:repository/app", True),
    ("a queue of another partition", "arn:aws-cn:sqs:cn-north-1:111122223333:orders", True),
    ("a bucket has no such policy", "arn:aws:s3:::bucket", False),
    ("nor an object", "arn:aws-cn:s3:::bucket/file", False),
    ("a table", "arn:aws:dynamodb:us-east-1:111122223333:table/orders", True),
    ("but not its index", "arn:aws:dynamodb:us-east-1:111122223333:table/orders/index/by-day", False),
]


@pytest.mark.parametrize(("resource", "about_it"), [pytest.param(*row[1:], id=row[0]) for row in ATTACHED])
def test_a_resource_policy_without_resource_is_about_what_it_is_attached_to(resource: str, about_it: bool) -> None:  # noqa: FBT001 - a column of the table
    def decided(*statements: Statement) -> Decision:
        partition = resource.split(":")[1]
        policies = PolicySet(resource_policy={"Version": "2012-10-17", "Statement": list(statements)})
        user = f"arn:{partition}:iam::111122223333:user/alice"
        return simulate(Request(user, "team:Do", resource), policies)

    allowed = decided({"Effect": "Allow", **EVERYONE, "Action": "*"})
    assert allowed.allowed is about_it
    assert any("without Resource" in one.message for one in allowed.diagnostics) is not about_it
    denied = decided({"Effect": "Deny", **EVERYONE, "Action": "*"}, {**ALL, **EVERYONE})
    assert denied.reason == "explicit_deny"


def test_an_identity_policy_without_resource_never_helps() -> None:
    statement = {"Action": "*", "Effect": "Allow"}
    allowed = in_identity_policy(statement)
    assert not allowed.allowed
    assert allowed.diagnostics[0].message.startswith("a statement without Resource: ")
    assert in_identity_policy({**statement, "Effect": "Deny"}, ALL).reason == "explicit_deny"


EMPTY, FULL = Element((), negated=True), Element(("*",))


@pytest.mark.parametrize(("action", "resource"), [(EMPTY, FULL), (FULL, EMPTY)])
def test_an_empty_complement_never_helps(action: Element, resource: Element) -> None:
    allow = Statement_("Allow", action=action, resource=resource)
    deny = Statement_("Deny", action=action, resource=resource)
    everything = Statement_("Allow", action=FULL, resource=FULL)
    reasons = []
    for statements in ((allow,), (deny, everything)):
        policies = PolicySet(identity_policies=[Policy(statements, "2012-10-17")])
        reasons.append(simulate(Request(ALICE, "s3:GetObject", "arn:aws:s3:::b"), policies).reason)
    assert reasons == ["implicit_deny", "explicit_deny"]


def test_an_empty_complement_of_resources_is_named() -> None:
    allow = Statement_("Allow", action=FULL, resource=EMPTY)
    policies = PolicySet(identity_policies=[Policy((allow,), "2012-10-17")])
    decision = simulate(Request(ALICE, "s3:GetObject", "arn:aws:s3:::b"), policies)
    assert [diagnostic.message for diagnostic in decision.diagnostics] == [
        "an empty NotResource: the Allow does not match in statement #0 of identity policy 1"
    ]


def test_an_identity_policy_with_a_principal_never_helps() -> None:
    statement = {**ALL, "Principal": "*"}
    allowed = in_identity_policy(statement)
    assert not allowed.allowed
    assert [diagnostic.message for diagnostic in allowed.diagnostics] == [
        "Principal does not belong in this kind of policy: the Allow does not match in statement #0 of identity policy 1"
    ]
    assert in_identity_policy({**statement, "Effect": "Deny"}, ALL).reason == "explicit_deny"


@pytest.mark.parametrize("unmet", range(4))
def test_all_parts_of_a_statement_must_hold(unmet: int) -> None:
    conditions = {f"team:{number}": "no" if number == unmet else "yes" for number in range(3)}
    statement = {
        **ALL,
        "Resource": "arn:aws:s3:::other" if unmet == 3 else "arn:aws:s3:::*",
        "Condition": {"StringEqualsIgnoreCase": conditions},
    }
    context = {f"team:{number}": "YES" for number in range(3)}
    assert not in_identity_policy(statement, context=context).allowed
    assert in_identity_policy(statement, {**ALL, "Resource": "arn:aws:s3:::*"}, context=context).allowed
