"""JSON that is no policy: what is said of it, and where. The texts show only what matters."""

from __future__ import annotations

import pytest

from policyeval.errors import PolicySyntaxError
from policyeval.model.policy import PolicyType
from policyeval.syntax.policy import parse_policy

ALLOW = '"Effect": "Allow", "Action": "kms:*", "Resource": "*"'
LANGUAGE = "write `2012-10-17`: it names the policy language, not the day of a change"
SCALARS = "a string, a number or a boolean"
CONDITION_SHAPE = 'write `{"operator": {"key": "value"}}`'
TO_MATCH_MANY = (
    'a principal is named in full or is `"*"`; to match many, add a Condition with `ArnLike` on `aws:PrincipalArn`'
)


def policy(statement: str) -> str:
    """Wrap a statement's members: they begin at line 2, column 2."""
    return '{"Version": "2012-10-17", "Statement":\n{' + statement + "}}"


CASES = [
    pytest.param("[]", None, [(1, 1, "a policy must be an object, not an array", None)], id="an array"),
    pytest.param(
        "{}", None, [(1, 1, "a policy has no `Statement`", "add an array of statements")], id="an empty object"
    ),
    pytest.param(
        '{"Statement": []}',
        None,
        [(1, 15, "a policy has no statement", "AWS refuses an empty array; delete the policy instead")],
        id="no statement",
    ),
    pytest.param(
        '{"Statement": "x"}',
        None,
        [(1, 15, "`Statement` must be an object or an array of objects, not a string", None)],
        id="a string for a statement",
    ),
    pytest.param(
        '{"Statement": [1]}',
        None,
        [(1, 16, "a statement must be an object, not a number", None)],
        id="a number among statements",
    ),
    pytest.param(
        '{"Version": "2012-10-18", "Statement": {' + ALLOW + "}}",
        None,
        [(1, 13, "unknown policy version `2012-10-18`", LANGUAGE)],
        id="a version that is none",
    ),
    pytest.param(
        '{"Version": 2012, "Statement": {' + ALLOW + "}}",
        None,
        [(1, 13, "`Version` must be a string, not a number", None)],
        id="a number for a version",
    ),
    pytest.param(
        '{"Id": null, "Statement": {' + ALLOW + "}}",
        None,
        [(1, 8, "`Id` must be a string, not null", None)],
        id="null for an Id",
    ),
    pytest.param(
        '{"statement": {' + ALLOW + "}}",
        None,
        [
            (1, 1, "a policy has no `Statement`", "add an array of statements"),
            (1, 2, "unknown element `statement`", "write it `Statement`: upper and lower case matter here"),
        ],
        id="an element in the wrong case",
    ),
    pytest.param(
        policy(
            '"Effect": "Allow", "Principal": {"AWS": {"Fn::Sub": "x"}}, "Action": {"Ref": "x"}, "Resource": {"x": "y"}'
        ),
        None,
        [
            (
                2,
                42,
                "`AWS` must be a string or an array of strings, not an object",
                "`Fn::Sub` is a function of CloudFormation's: write what it gives",
            ),
            (
                2,
                71,
                "`Action` must be a string or an array of strings, not an object",
                "`Ref` is a function of CloudFormation's: write what it gives",
            ),
            (2, 97, "`Resource` must be a string or an array of strings, not an object", None),
        ],
        id="functions of a template that nobody resolved",
    ),
    pytest.param(
        '{"Policy": "{}"}',
        None,
        [
            (1, 1, "a policy has no `Statement`", "it is no policy, and holds one under `Policy`: give that alone"),
            (1, 2, "unknown element `Policy`", "a policy may have `Id`, `Statement` and `Version`"),
        ],
        id="what the AWS CLI prints around a policy",
    ),
    pytest.param(
        policy(ALLOW + ', "Resuorce": "*"'),
        None,
        [(2, 57, "unknown element `Resuorce`", "did you mean `Resource`?")],
        id="a misspelt element",
    ),
    pytest.param(
        '{"Statement": {' + ALLOW + '}, "Comment": "x"}',
        None,
        [(1, 72, "unknown element `Comment`", "a policy may have `Id`, `Statement` and `Version`")],
        id="an element that nobody knows",
    ),
    pytest.param(
        policy(ALLOW + ', "\\u0045ffect": "Deny"'),
        None,
        [(2, 57, "duplicate key `Effect`", "it was first given on line 2")],
        id="a duplicate key, written with an escape",
    ),
    pytest.param(
        policy('"Action": "kms:*", "Resource": "*"'),
        None,
        [(2, 1, "a statement has no `Effect`", 'add `"Effect": "Allow"` or `"Effect": "Deny"`')],
        id="no effect",
    ),
    pytest.param(
        policy('"Effect": "allow", "Action": "kms:*", "Resource": "*"'),
        None,
        [(2, 12, "the effect `allow` is neither `Allow` nor `Deny`", "write `Allow`")],
        id="an effect in the wrong case",
    ),
    pytest.param(
        policy('"Effect": ["Allow"], "Action": "kms:*", "Resource": "*"'),
        None,
        [(2, 12, "`Effect` must be a string, not an array", None)],
        id="an array for an effect",
    ),
    pytest.param(
        policy('"Effect": "Allow", "Resource": "*"'),
        None,
        [(2, 1, "a statement has no `Action`", "add `Action` or `NotAction`")],
        id="no action in a policy of no known type",
    ),
    pytest.param(
        policy('"Effect": "Allow", "Action": "kms:*"'),
        PolicyType.IDENTITY,
        [(2, 1, "a statement has no `Resource`", 'add `"Resource": "*"` or what it is about')],
        id="no resource in an identity policy",
    ),
    pytest.param(
        policy(ALLOW + ', "NotAction": "s3:*"'),
        None,
        [(2, 70, "a statement has both `Action` and `NotAction`", "keep one, or make two statements of it")],
        id="both Action and NotAction",
    ),
    pytest.param(
        policy(ALLOW + ', "NotResource": "x"'),
        None,
        [(2, 72, "a statement has both `Resource` and `NotResource`", "keep one, or make two statements of it")],
        id="both Resource and NotResource",
    ),
    pytest.param(
        policy('"NotPrincipal": {"AWS": "111122223333"}, "Principal": "*", ' + ALLOW),
        None,
        [(2, 56, "a statement has both `Principal` and `NotPrincipal`", "keep one, or make two statements of it")],
        id="both Principal and NotPrincipal",
    ),
    pytest.param(
        policy(
            '"Effect": "Allow", "Resource": "*", "Action": ["", 5, ["x"], "kms", "s3 :x", "a:b:c", ":x", "a:", "a:ü"]'
        ),
        None,
        [
            (2, 49, "a value of `Action` is an empty string", None),
            (2, 53, "a value of `Action` must be a string, not a number", "put it in double quotes"),
            (2, 56, "a value of `Action` must be a string, not an array", None),
            (
                2,
                63,
                "the action `kms` names no service",
                "write `service:action`, such as `kms:Decrypt`, or `*` for all",
            ),
            (2, 70, "the action `s3 :x` has a space in it", "leave it out"),
            (2, 79, "the action `a:b:c` has more than one colon", "write `service:action`"),
            (2, 88, "the action `:x` names no service before the colon", "write `service:action`"),
            (2, 94, "the action `a:` names nothing after the colon", "`a:*` means all of the service's actions"),
            (2, 100, "the action `a:ü` has characters that no action has", None),
        ],
        id="every way to write an action wrongly",
    ),
    pytest.param(
        policy('"Effect": "Allow", "NotAction": [], "Resource": "*"'),
        None,
        [(2, 34, "`NotAction` is empty", "it would stand for everything; name what it should leave out")],
        id="an empty NotAction, which would be every action",
    ),
    pytest.param(
        policy('"Effect": "Allow", "Action": "s3:*", "Resource": {"ref": "x"}'),
        None,
        [(2, 51, "`Resource` must be a string or an array of strings, not an object", None)],
        id="an object for a resource",
    ),
    pytest.param(
        policy('"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::b/${aws:username", "${}", "${a b}"]'),
        None,
        [
            (2, 68, "the variable `${` is never closed", "close it with `}`; `${$}{` stands for the two characters"),
            (2, 86, "the variable `${}` names no key", None),
            (2, 93, "the variable `${a b}` has a space in it", "a space may stand in the name of a tag only"),
        ],
        id="malformed variables, with the place inside the string",
    ),
    pytest.param(
        policy('"Effect": "Allow", "Action": "s3:*", "Resource": "\\u00e9\\ud83d\\udd11\\n${a, b}"'),
        None,
        [(2, 72, "the default in `${a, b}` is not in single quotes", "write `${key, 'default'}`")],
        id="a malformed variable behind escapes",
    ),
    pytest.param(
        policy(ALLOW + ', "Sid": 1'),
        None,
        [(2, 64, "`Sid` must be a string, not a number", None)],
        id="a number for a Sid",
    ),
    pytest.param(
        policy(ALLOW + ', "Sid": "Allow it"'),
        PolicyType.IDENTITY,
        [(2, 64, "the Sid `Allow it` has characters other than letters and digits", None)],
        id="a space in an identity policy's Sid",
    ),
    pytest.param(
        '{"Statement": [\n{"Sid": "A", ' + ALLOW + '},\n{"Sid": "A", ' + ALLOW + "}]}",
        PolicyType.SCP,
        [(3, 9, "duplicate Sid `A`", "it was first given on line 2; a Sid names one statement of a policy")],
        id="a Sid twice in a service control policy",
    ),
    pytest.param(
        policy(ALLOW + ', "Principal": "*"'),
        PolicyType.IDENTITY,
        [
            (
                2,
                70,
                "an identity policy may not have `Principal`",
                "leave it out: the policy is about whoever it is attached to",
            )
        ],
        id="a principal in an identity policy",
    ),
    pytest.param(
        policy(ALLOW),
        PolicyType.KEY,
        [(2, 1, "a statement has no `Principal`", "add whom it is about; a key policy names principals")],
        id="no principal in a key policy",
    ),
    pytest.param(
        policy(ALLOW + ', "Principal": "arn:aws:iam::111122223333:root"'),
        None,
        [
            (
                2,
                70,
                '`Principal` must be an object or `"*"`, not the string `arn:aws:iam::111122223333:root`',
                'write `{"AWS": "arn:aws:iam::111122223333:root"}`',
            )
        ],
        id="an ARN alone as principal",
    ),
    pytest.param(
        policy(ALLOW + ', "Principal": "s3.amazonaws.com"'),
        None,
        [
            (
                2,
                70,
                '`Principal` must be an object or `"*"`, not the string `s3.amazonaws.com`',
                'write `{"Service": "s3.amazonaws.com"}`',
            )
        ],
        id="a service alone as principal",
    ),
    pytest.param(
        policy(ALLOW + ', "Principal": {"Aws": "*", "AWS": ["arn:aws:iam::1:role/*", ""]}'),
        None,
        [
            (2, 71, "unknown element `Aws`", "write it `AWS`: upper and lower case matter here"),
            (2, 91, "the principal `arn:aws:iam::1:role/*` has a wildcard in it", TO_MATCH_MANY),
            (2, 116, "a value of `AWS` is an empty string", None),
        ],
        id="an unknown kind, a partial wildcard and an empty principal",
    ),
    pytest.param(
        policy(ALLOW + ', "NotPrincipal": {}'),
        None,
        [(2, 73, "`NotPrincipal` is empty", "it would stand for everything; name what it should leave out")],
        id="an empty NotPrincipal",
    ),
    pytest.param(
        policy(
            '"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "NotPrincipal": {"AWS": "111122223333"}'
        ),
        PolicyType.TRUST,
        [
            (2, 61, "a role's trust policy may not have `Resource`", "leave it out: the role is the resource"),
            (2, 82, "a role's trust policy may not have `NotPrincipal`", None),
        ],
        id="a trust policy with Resource and NotPrincipal",
    ),
    pytest.param(
        policy(ALLOW + ', "Condition": []'),
        None,
        [(2, 70, "`Condition` must be an object, not an array", CONDITION_SHAPE)],
        id="an array for a condition",
    ),
    pytest.param(
        policy(ALLOW + ', "Condition": {"": {}, "Bool": "x", "StringLike": {"": "x", "k": null, "m": ["a", [], {}]}}'),
        None,
        [
            (2, 71, "the name of a condition operator is empty", None),
            (2, 87, "the condition operator `Bool` must be an object of keys, not a string", CONDITION_SHAPE),
            (2, 107, "the name of a condition key is empty", None),
            (
                2,
                121,
                "a value of the condition key `k` must be " + SCALARS + ", or an array of them, not null",
                None,
            ),
            (2, 138, "a value of the condition key `m` must be a string, a number or a boolean, not an array", None),
            (2, 142, "a value of the condition key `m` must be a string, a number or a boolean, not an object", None),
        ],
        id="every way to shape a condition wrongly",
    ),
    pytest.param(
        policy(ALLOW + ', "Condition": {"StringLike": {"aws:PrincipalTag/x": "1",\n "AWS:principaltag/X": "2"}}'),
        None,
        [
            (
                3,
                2,
                "duplicate key `AWS:principaltag/X`: `aws:PrincipalTag/x` differs from it in case only",
                "it was first given on line 2; case does not tell keys apart",
            )
        ],
        id="a condition key twice, in another case",
    ),
    pytest.param(
        policy(ALLOW + ', "Condition": {"StringLike": {"k": "${"}}'),
        None,
        [(2, 92, "the variable `${` is never closed", "close it with `}`; `${$}{` stands for the two characters")],
        id="a malformed variable in a condition",
    ),
    pytest.param(
        '{"Version": "2012-10-17",\n "Statement": [{"Effect": "Alow",}]}',
        None,
        [
            (2, 16, "a statement has no `Action`", "add `Action` or `NotAction`"),
            (2, 27, "the effect `Alow` is neither `Allow` nor `Deny`", None),
            (2, 33, "a comma before `}`", "delete it: nothing follows"),
        ],
        id="faults of JSON and of the language come together",
    ),
    pytest.param(
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Act',
        None,
        [(1, 61, 'the string `"Act` is not closed', 'add a `"` where it ends')],
        id="of a text cut off nothing is said to be missing but its end",
    ),
]


@pytest.mark.parametrize(("text", "policy_type", "expected"), CASES)
def test_what_is_no_policy_is_told_with_its_place(
    text: str, policy_type: PolicyType | None, expected: list[tuple[int, int, str, str | None]]
) -> None:
    with pytest.raises(PolicySyntaxError) as caught:
        parse_policy(text, "policy.json", policy_type)
    faults = caught.value.diagnostics
    assert [(f.place.line, f.place.column, f.message, f.hint) for f in faults if f.place] == expected
