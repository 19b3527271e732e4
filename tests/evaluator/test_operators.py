"""Every operator against values that meet it, values that do not, and values of the wrong type (S30–S33)."""

from __future__ import annotations

from time import process_time

import pytest

from policyeval import PolicySet, Request, simulate

USER = "arn:aws:iam::111122223333:user/alice"
BUCKET = "arn:aws:s3:::bucket"
Given = str | list[str] | None


def holds(operator: str, values: object, given: Given, effect: str = "Allow", version: str = "2012-10-17") -> bool:
    """Tell whether a condition on `team:color` holds in a statement of an effect."""
    condition = {operator: {"team:color": values}}
    statements = [{"Effect": effect, "Action": "s3:GetObject", "Resource": "*", "Condition": condition}]
    if effect == "Deny":
        statements.append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    context = {} if given is None else {"team:color": given}
    request = Request(USER, "s3:GetObject", BUCKET, context=context, resource_account="111122223333")
    policy = {"Version": version, "Statement": statements}
    decision = simulate(request, PolicySet(identity_policies=[policy]))
    return decision.allowed if effect == "Allow" else decision.reason == "explicit_deny"


# operator, policy values, what the request has, whether it holds
CASES: list[tuple[str, object, Given, bool]] = [
    ("StringEquals", "blue", "blue", True),
    ("StringEquals", "blue", "Blue", False),
    ("StringEquals", ["red", "blue"], "blue", True),
    ("StringEquals", "b*", "blue", False),
    ("StringEquals", "b*", "b*", True),
    ("StringEquals", "**", "**", True),
    ("StringEquals", "", "", True),
    ("StringEquals", "blue", None, False),
    ("StringNotEquals", "blue", "red", True),
    ("StringNotEquals", ["red", "blue"], "blue", False),
    ("StringNotEquals", "blue", None, True),
    ("StringEqualsIgnoreCase", "Blue", "bLUE", True),
    ("StringEqualsIgnoreCase", "i\u0307", "\u0130", True),
    ("StringEqualsIgnoreCase", "\u0130", "i\u0307", True),
    ("StringEqualsIgnoreCase", "Blue", "red", False),
    ("StringEqualsIgnoreCase", "stra\u00dfe", "STRASSE", False),
    ("StringEqualsIgnoreCase", "\u00c4nderung", "\u00e4NDERUNG", True),
    ("StringNotEqualsIgnoreCase", "Blue", "bLUE", False),
    ("StringLike", "b*e", "blue", True),
    ("StringLike", "b??e", "blue", True),
    ("StringLike", "b?e", "blue", False),
    ("StringLike", "*", "", True),
    ("StringLike", "B*", "blue", False),
    ("StringLike", "a*b*c", "a-b-b-c", True),
    ("StringLike", "a*b*c", "a-c-b", False),
    ("StringLike", ["r*", "b*"], "blue", True),
    ("StringLike", ["r*", "g*"], "blue", False),
    ("StringLike", ["r*d", "b*e"], "blue", True),
    ("StringLike", ["r*d", "b*d"], "blue", False),
    ("StringNotLike", ["r*d", "b*e"], "blue", False),
    ("StringNotLike", "b*", "blue", False),
    ("StringNotLike", ["r*", "b*"], "blue", False),
    ("StringNotLike", ["r*", "g*"], "blue", True),
    ("StringNotLike", "b*", None, True),
    ("NumericEquals", "7", "7.0", True),
    ("NumericEquals", 7, "7", True),
    ("NumericEquals", ["6", "7"], "7", True),
    ("NumericNotEquals", ["6", "7"], "7", False),
    ("NumericEquals", "9007199254740993", "9007199254740992", False),
    ("NumericNotEquals", "7", "8", True),
    ("NumericNotEquals", "7", None, True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "10", "10.5", True),
    ("NumericGreaterThanEquals", "10", "9", False),
    ("DateEquals", "2026-01-31T12:00:00Z", "1769860800", True),
    ("DateNotEquals", "2026-01-31", "2026-02-01", True),
    ("DateLessThan", "2026-01-31T12:00:00Z", "2026-01-31T13:30:00+02:00", True),
    ("DateEquals", "2026-01-31T12:00:00Z", "2026-01-31T10:00:00-02:00", True),
    ("DateEquals", "2026-01-31T12:00:00Z", "2026-01-31T13:30:00+01:30", True),
    ("DateEquals", "2026-01-31T12:00:00Z", "2026-01-31T13:30:00+0130", True),
    ("DateEquals", "2026-01-31T12:00:00Z", "2026-02-01T02:00:00+14", True),
    ("DateEquals", "2026-01-31T12:00:00.5Z", "1769860800.5", True),
    ("DateEquals", "2026-01-31T12:00:00,25Z", "1769860800.250", True),
    ("DateEquals", "2026-01-31T12:00:01Z", "2026-01-31T12:00:00.999999999Z", False),
    ("DateEquals", "1970-01-01", "-0", True),
    ("DateEquals", "2026", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2026-02", "2026-02-01T00:00:00Z", True),
    ("DateEquals", "2026-02-03", "2026-02-03T00:00:00Z", True),
    ("DateEquals", "2026-02-03T04:05Z", "2026-02-03T04:05:00Z", True),
    ("DateLessThan", "2026", "2025-12-31T23:59:59.9Z", True),
    ("DateLessThanEquals", "2026-01", "2026-01-01T00:00Z", True),
    ("DateGreaterThan", "1769860800", "2026-01-31T12:00:01Z", True),
    ("DateGreaterThanEquals", "2026-01-31", "2026-01-30", False),
    ("Bool", "true", "true", True),
    ("Bool", True, "TRUE", True),
    ("Bool", "true", "false", False),
    ("Bool", "false", None, False),
    ("BinaryEquals", "QmxhdQ==", "QmxhdQ==", True),
    ("BinaryEquals", "QmxhdQ==", "UmVk", False),
    ("IpAddress", "10.0.0.0/8", "10.9.8.7", True),
    ("IpAddress", "10.1.2.3/8", "10.9.8.7", True),
    ("IpAddress", "10.0.0.1", "10.0.0.1", True),
    ("IpAddress", "10.0.0.0/8", "11.0.0.1", False),
    ("IpAddress", "2001:db8::/32", "2001:db8:1::5", True),
    ("IpAddress", "::/0", "10.0.0.1", False),
    ("IpAddress", "10.0.0.0/8", "::ffff:10.9.8.7", True),
    ("IpAddress", "10.0.0.0/8", "::FFFF:a09:807", True),
    ("IpAddress", "::/0", "::ffff:10.9.8.7", False),
    ("IpAddress", "::ffff:10.0.0.0/104", "::ffff:10.9.8.7", True),
    ("IpAddress", "::ffff:10.0.0.0/104", "10.9.8.7", True),
    ("IpAddress", "::ffff:10.0.0.0/104", "11.9.8.7", False),
    ("IpAddress", "::ffff:0:0/96", "10.9.8.7", True),
    ("IpAddress", "::/80", "10.9.8.7", False),
    ("IpAddress", "10.0.0.0/8", "::10.9.8.7", False),
    ("NotIpAddress", "10.0.0.0/8", "::ffff:10.9.8.7", False),
    ("NotIpAddress", "10.0.0.0/8", "11.0.0.1", True),
    ("NotIpAddress", ["10.0.0.0/8", "11.0.0.0/8"], "11.0.0.1", False),
    ("ArnLike", "arn:aws:s3:::buck*", "arn:aws:s3:::bucket", True),
    ("ArnEquals", "arn:aws:s3:::buck*", "arn:aws:s3:::bucket", True),
    ("ArnLike", "arn:aws:*:us-east-1:*:x", "arn:aws:sns:us-east-1:111122223333:x", True),
    ("ArnLike", "arn:aws:s*:*:*:x", "arn:aws:sns:us-east-1:111122223333:x", True),
    ("ArnLike", "arn:aws:s*:111122223333:x:*", "arn:aws:sns:us-east-1:111122223333:x", False),
    ("ArnLike", "arn:aws:sns:*:*:a*c", "arn:aws:sns:us-east-1:111122223333:a:b:c", True),
    ("ArnLike", "*", "arn:aws:s3:::bucket", True),
    ("ArnNotLike", "arn:aws:s3:::b*", "arn:aws:s3:::c", True),
    ("ArnNotEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", False),
    ("Null", "true", None, True),
    ("Null", "true", "", True),
    ("Null", "false", "", False),
    ("Null", "false", "blue", True),
    ("Null", ["true", "false"], "blue", True),
    ("Null", "false", ["blue", "red"], True),
    # IfExists: a missing key holds, a present one must match
    ("StringEqualsIfExists", "blue", None, True),
    ("StringEqualsIfExists", "blue", "red", False),
    ("StringEqualsIfExists", "blue", "", False),
    ("NumericLessThanIfExists", "5", None, True),
    ("IpAddressIfExists", "10.0.0.0/8", "11.0.0.1", False),
    # sets
    ("ForAllValues:StringEquals", ["red", "blue"], ["blue"], True),
    ("ForAllValues:StringEquals", ["red", "blue"], ["blue", "green"], False),
    ("ForAllValues:StringEquals", "blue", None, True),
    ("ForAllValues:StringEquals", "blue", [], True),
    ("ForAllValues:StringEquals", "blue", "", True),
    ("ForAllValues:StringEquals", "blue", "blue", True),
    ("ForAnyValue:StringEquals", ["red", "blue"], ["green", "blue"], True),
    ("ForAnyValue:StringEquals", "blue", ["green"], False),
    ("ForAnyValue:StringEquals", "blue", None, False),
    ("ForAnyValue:StringEquals", "", "", False),
    ("ForAnyValue:StringNotEquals", "blue", ["blue", "red"], True),
    ("ForAnyValue:StringNotEquals", "blue", None, False),
    ("ForAllValues:StringNotEquals", "blue", ["red"], True),
    ("ForAllValues:StringNotLike", "b*", ["red", "blue"], False),
    # IfExists changes nothing for a set: no value of a missing key matches
    ("ForAnyValue:StringLikeIfExists", "b*", None, False),
    ("ForAnyValue:StringLikeIfExists", "b*", [], False),
    ("ForAnyValue:StringLikeIfExists", "b*", "", False),
    ("ForAnyValue:StringLikeIfExists", "b*", ["red", "blue"], True),
    ("ForAnyValue:StringNotLikeIfExists", "b*", None, False),
    ("ForAllValues:StringLikeIfExists", "b*", None, True),
    ("ForAllValues:Null", "true", "blue", True),
    ("ForAnyValue:Null", "true", "blue", False),
    # empty arrays in the policy
    ("ForAllValues:StringEquals", [], None, True),
    ("ForAllValues:StringNotEquals", [], ["blue"], False),
    ("ForAnyValue:StringNotEquals", [], ["blue"], False),
    ("StringEqualsIfExists", [], None, True),
    ("StringNotEqualsIfExists", [], "blue", False),
]


@pytest.mark.parametrize(("operator", "values", "given", "expected"), CASES)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_an_operator_holds_for_the_same_requests_in_allow_and_deny(
    operator: str,
    values: object,
    given: Given,
    expected: bool,  # noqa: FBT001 - a column of the table
    effect: str,
) -> None:
    assert holds(operator, values, given, effect) is expected


# What cannot be evaluated: operator, policy values, what the request has.
STUCK: list[tuple[str, object, Given]] = [
    ("StringAlmost", "blue", "blue"),
    ("stringEquals", "blue", "blue"),
    ("NullIfExists", "true", None),
    ("ForSomeValues:StringEquals", "blue", "blue"),
    ("StringEquals", "blue", ["blue"]),
    ("StringNotEquals", "blue", ["red", "green"]),
    ("NumericEquals", "seven", "7"),
    ("NumericNotEquals", "7", "seven"),
    ("NumericLessThan", "7", "NaN"),
    ("DateLessThan", "yesterday", "2026-01-01"),
    ("DateLessThan", "2026-01-01", "2026-13-01"),
    ("DateGreaterThan", "2026-01-01", "2026-01-01T10:00:00+99:00"),
    ("Bool", "yes", "true"),
    ("Bool", "true", "1"),
    ("BinaryEquals", "QmxhdQ==", "not base64!"),
    ("BinaryEquals", "QmxhdQ==", "Qm xhdQ=="),
    ("BinaryEquals", "QmxhdQ==", "QmxhdQ="),
    ("DateEquals", "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+15:00"),
    ("DateEquals", "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:60"),
    ("DateEquals", "2026-01-31T12:00:00Z", "2026-1-31"),
    ("IpAddress", "10.0.0.0/8", "ten"),
    ("IpAddress", "10.0.0.0/255.0.0.0", "10.0.0.1"),
    ("IpAddress", "10.0.0.0/0.255.255.255", "10.0.0.1"),
    ("IpAddress", "10.0.0.0/", "10.0.0.1"),
    ("IpAddress", "10.0.0.0/8", "10.0.0.0/8"),
    ("NotIpAddress", "10.0.0.300", "10.0.0.1"),
    ("IpAddress", "fe80::1%eth0/64", "fe80::1"),
    ("ArnLike", "arn:aws:s3", "arn:aws:s3:::bucket"),
    ("ArnNotLike", "arn:aws:s3:::b", "bucket"),
    ("Null", "maybe", "blue"),
    ("Null", [], "blue"),
    ("StringEquals", [], "blue"),
    ("StringNotEquals", [], None),
]


@pytest.mark.parametrize(("operator", "values", "given"), STUCK)
def test_what_cannot_be_evaluated_never_helps(operator: str, values: object, given: Given) -> None:
    assert not holds(operator, values, given, "Allow")
    assert holds(operator, values, given, "Deny")


@pytest.mark.parametrize(("operator", "values", "given"), STUCK)
def test_what_cannot_be_evaluated_is_named(operator: str, values: object, given: Given) -> None:
    condition = {operator: {"team:color": values}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    context = {} if given is None else {"team:color": given}
    request = Request(USER, "s3:GetObject", BUCKET, context=context)
    decision = simulate(request, PolicySet(identity_policies=[{"Version": "2012-10-17", "Statement": [statement]}]))
    assert len(decision.diagnostics) == 1
    assert "the Allow does not match" in decision.diagnostics[0].message


def test_a_condition_that_is_plainly_false_keeps_a_deny_from_matching_whatever_the_others_are() -> None:
    conditions = {"StringAlmost": {"team:color": "x"}, "StringEquals": {"team:size": "large"}}
    statements = [
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": conditions},
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    ]
    request = Request(USER, "s3:GetObject", BUCKET, context={"team:size": "small"})
    policies = PolicySet(identity_policies=[{"Version": "2012-10-17", "Statement": statements}])
    assert simulate(request, policies).allowed


@pytest.mark.parametrize(
    ("version", "value", "expected"),
    [
        pytest.param("2012-10-17", "${aws:username}", True, id="a variable is filled in"),
        pytest.param("2008-10-17", "${aws:username}", False, id="the old version has no variables"),
        pytest.param("2012-10-17", "${aws:PrincipalTag/x, 'alice'}", True, id="a default stands in"),
        pytest.param("2012-10-17", "${aws:PrincipalTag/x}", False, id="an unresolved variable matches nothing"),
        pytest.param("2012-10-17", "${AWS:USERNAME}", True, id="a variable's case does not matter"),
        pytest.param("2012-10-17", "${aws:TagKeys}", False, id="a multi-valued key fills in nothing"),
    ],
)
def test_variables(version: str, value: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringLike": {"team:owner": value}},
    }
    context = {"team:owner": "alice", "aws:TagKeys": ["alice"]}
    request = Request(USER, "s3:GetObject", BUCKET, context=context)
    decision = simulate(request, PolicySet(identity_policies=[{"Version": version, "Statement": [statement]}]))
    assert decision.allowed is expected


LONG = "n" * 200_000
# what is compared with the request's long value, and whether it holds
LONG_VARIABLES: list[tuple[str, str, str, bool]] = [
    ("once it is the value", "StringEquals", "${team:color}", True),
    ("again and again it is longer", "StringEquals", "${team:color}" * 2_000, False),
    ("and so what is negated holds", "StringNotEquals", "${team:color}" * 2_000, True),
    ("beside wildcards it is the value", "StringLike", "*${team:color}*", True),
    ("with wildcards it is longer, too", "StringLike", "*${team:color}" * 2_000, False),
    ("in whatever case", "StringEqualsIgnoreCase", "${team:color}" * 2_000, False),
]


@pytest.mark.parametrize(
    ("operator", "value", "expected"), [pytest.param(*row[1:], id=row[0]) for row in LONG_VARIABLES]
)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_long_value_is_filled_in_no_more_often_than_it_can_matter(
    operator: str,
    value: str,
    expected: bool,  # noqa: FBT001 - a column of the table
    effect: str,
) -> None:
    begun = process_time()
    assert holds(operator, value, LONG, effect) is expected
    assert process_time() - begun < 2


def test_a_long_value_is_not_put_in_lower_case_for_each_of_many() -> None:
    begun = process_time()
    assert not holds("StringEqualsIgnoreCase", [f"{n}" for n in range(2_000)], "É" * 200_000)
    assert process_time() - begun < 2


_OWN, _NO_ARN, _OTHER = "${aws:PrincipalArn}", "${aws:username}", "arn:aws:iam::111122223333:user/bob"


@pytest.mark.parametrize(
    ("operator", "values", "effect", "expected"),
    [
        pytest.param("ArnLike", [_OWN, _NO_ARN], "Allow", True, id="the one that fits comes first"),
        pytest.param("ArnLike", [_NO_ARN, _OWN], "Allow", True, id="the one that fits comes last"),
        pytest.param("ArnLike", [_OTHER, _NO_ARN], "Allow", False, id="none fits, and what is no ARN does not help"),
        pytest.param("ArnLike", [_OTHER, _NO_ARN], "Deny", True, id="none fits, and what is no ARN is no way out"),
        pytest.param("ArnNotLike", [_NO_ARN, _OWN], "Deny", False, id="one that fits ends a negated operator"),
        pytest.param("ArnNotLike", [_NO_ARN, _OTHER], "Allow", False, id="what is no ARN is not known to differ"),
        pytest.param("ArnNotLike", [_NO_ARN, _OTHER], "Deny", True, id="nor in a Deny, which then holds"),
        pytest.param("ArnLike", ["arn:aws", _OWN], "Allow", True, id="a bad value without a variable before it"),
        pytest.param("ArnLike", [_OWN, "arn:aws"], "Allow", True, id="a bad value without a variable behind it"),
    ],
)
def test_a_value_that_fits_settles_it_beside_variables_that_stand_for_no_arn(
    operator: str,
    values: list[str],
    effect: str,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert holds(operator, values, USER, effect) is expected


@pytest.mark.parametrize(
    ("value", "given", "expected"),
    [
        pytest.param("a${*}", "a*", True, id="a star that stands for itself"),
        pytest.param("a${*}", "ab", False, id="and for nothing else"),
        pytest.param("a${?}b*", "a?bc", True, id="a question mark that stands for itself"),
        pytest.param("a${?}b*", "axbc", False, id="and for no character"),
        pytest.param("${$}{aws:username}", "${aws:username}", True, id="a dollar that starts no variable"),
        pytest.param("${aws:username}${*}", "alice*", True, id="a star beside a variable"),
        pytest.param("${aws:username}${*}", "alices", False, id="which is no wildcard either"),
        pytest.param("${aws:username}-*", "alice-1", True, id="a wildcard beside a variable"),
    ],
)
def test_characters_that_stand_for_themselves(value: str, given: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert holds("StringLike", value, given) is expected
    assert holds("StringNotLike", value, given) is not expected


def test_wildcards_in_a_substituted_value_are_plain_characters() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringLike": {"team:owner": "${team:me}"}},
    }
    request = Request(USER, "s3:GetObject", BUCKET, context={"team:owner": "alice", "team:me": "*"})
    policies = PolicySet(identity_policies=[{"Version": "2012-10-17", "Statement": [statement]}])
    assert not simulate(request, policies).allowed
