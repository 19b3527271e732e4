"""What a document becomes: the policy's values, their places, and a way back to JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.errors import PolicySyntaxError
from policyeval.model.policy import Condition, Element, Policy, PolicyType, PrincipalElement, PrincipalValue, Statement
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.policy import parse_policy, policy_from_node
from policyeval.syntax.yaml_reader import read_yaml

TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
PLAIN = TEXT.filter(lambda text: "${" not in text)
ACTIONS = st.just("*") | st.from_regex(r"[A-Za-z0-9-]{1,8}:[A-Za-z*?]{1,8}", fullmatch=True)
NAMES = st.from_regex(r"[a-z]{1,6}(:[a-z/]{1,6})?", fullmatch=True)


def elements(values: st.SearchStrategy[str]) -> st.SearchStrategy[Element]:
    return st.builds(Element, st.lists(values, min_size=1, max_size=3).map(tuple), st.booleans())


# By kind, as a document holds them: an object has each kind once.
PRINCIPALS = st.builds(
    PrincipalElement,
    st.dictionaries(
        st.sampled_from(["AWS", "Service", "Federated", "CanonicalUser"]),
        st.lists(TEXT.filter(lambda text: "*" not in text and "?" not in text), min_size=1, max_size=3),
        min_size=1,
    ).map(lambda kinds: tuple(PrincipalValue(kind, value) for kind, values in kinds.items() for value in values)),
    st.booleans(),
)
CONDITIONS = st.dictionaries(
    NAMES, st.dictionaries(NAMES, st.lists(PLAIN, max_size=2), min_size=1, max_size=2), max_size=2
).map(
    lambda operators: tuple(
        Condition(operator, key, tuple(values)) for operator, keys in operators.items() for key, values in keys.items()
    )
)
STATEMENTS = st.builds(
    Statement,
    st.sampled_from(["Allow", "Deny"]),
    st.none() | TEXT,
    st.none() | PRINCIPALS,
    elements(ACTIONS),
    st.none() | elements(PLAIN),
    CONDITIONS,
)
POLICIES = st.builds(
    Policy,
    st.lists(STATEMENTS, min_size=1, max_size=3).map(tuple),
    st.sampled_from([None, "2008-10-17", "2012-10-17"]),
    st.none() | TEXT,
)


@given(POLICIES)
def test_a_printed_policy_parses_to_itself(policy: Policy) -> None:
    document = policy.to_document()
    assert parse_policy(document) == policy
    assert parse_policy(json.dumps(document, indent=2)) == policy
    assert parse_policy(json.dumps(document).encode()) == policy


DOCUMENT = """{
  "Version": "2012-10-17",
  "Id": "shared",
  "Statement": [
    {
      "Sid": "Allow use",
      "Effect": "Allow",
      "Principal": {"AWS": ["111122223333", "arn:aws:iam::444455556666:role/app"], "Service": "s3.amazonaws.com"},
      "Action": ["kms:Decrypt", "kms:Encrypt"],
      "Resource": "*",
      "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericLessThan": {"s3:max-keys": [10, 1.50]}}
    },
    {"Effect": "Deny", "NotPrincipal": {"AWS": "*"}, "NotAction": "kms:*", "NotResource": ["${aws:username}"]}
  ]
}"""


def test_every_element_becomes_its_value() -> None:
    policy = parse_policy(DOCUMENT, "key.json", PolicyType.KEY)
    assert policy == Policy(
        version="2012-10-17",
        id="shared",
        statements=(
            Statement(
                effect="Allow",
                sid="Allow use",
                principal=PrincipalElement(
                    (
                        PrincipalValue("AWS", "111122223333"),
                        PrincipalValue("AWS", "arn:aws:iam::444455556666:role/app"),
                        PrincipalValue("Service", "s3.amazonaws.com"),
                    )
                ),
                action=Element(("kms:Decrypt", "kms:Encrypt")),
                resource=Element(("*",)),
                conditions=(
                    Condition("Bool", "aws:SecureTransport", ("true",)),
                    Condition("NumericLessThan", "s3:max-keys", ("10", "1.50")),
                ),
            ),
            Statement(
                effect="Deny",
                principal=PrincipalElement((PrincipalValue("AWS", "*"),), negated=True),
                action=Element(("kms:*",), negated=True),
                resource=Element(("${aws:username}",), negated=True),
            ),
        ),
    )


def test_every_value_knows_its_place() -> None:
    first, second = parse_policy(DOCUMENT, "key.json").statements
    assert first.action is not None
    assert first.principal is not None
    assert second.resource is not None
    places = [
        first.place,
        first.principal.values[1].place,
        first.principal.values[2].place,
        first.action.places[1],
        first.conditions[1].place,
        second.resource.places[0],
    ]
    assert [(str(place), place.pointer) for place in places] == [
        ("key.json:5:5", "/Statement/0"),
        ("key.json:8:45", "/Statement/0/Principal/AWS/1"),
        ("key.json:8:95", "/Statement/0/Principal/Service"),
        ("key.json:9:33", "/Statement/0/Action/1"),
        ("key.json:11:80", "/Statement/0/Condition/NumericLessThan/s3:max-keys"),
        ("key.json:13:92", "/Statement/1/NotResource/0"),
    ]


def test_yaml_json_and_python_give_one_policy() -> None:
    from_json, faults = read_json(DOCUMENT, None)
    from_yaml, more = read_yaml(DOCUMENT, None)  # JSON is YAML; its numbers and booleans are text there
    assert from_json is not None
    assert from_yaml is not None
    assert faults == more == []
    assert policy_from_node(from_json, None, faults) == policy_from_node(from_yaml, None, faults)
    assert faults == []
    assert parse_policy(json.loads(DOCUMENT.replace("1.50", '"1.50"'))) == parse_policy(DOCUMENT)


def test_a_policy_inside_a_larger_file_is_placed_by_the_file() -> None:
    node, faults = read_json('{"Statement": {"Effect": "Allow"}}', "estate.json")
    assert node is not None
    assert policy_from_node(node, None, faults, "/accounts/0/policy") is None
    assert [fault.place.pointer for fault in faults if fault.place] == ["/accounts/0/policy/Statement"]


def test_a_star_alone_is_every_aws_principal() -> None:
    statement = '{"Statement": {"Effect": "Allow", "Principal": %s, "Action": "*", "Resource": "*"}}'
    assert parse_policy(statement % '"*"') == parse_policy(statement % '{"AWS": "*"}')


ACCEPTED = [
    pytest.param({"Action": "*", "Resource": "*"}, None, id="a lone star is every action"),
    pytest.param({"Action": "*:*", "Resource": "*"}, PolicyType.IDENTITY, id="a wildcard may stand for the service"),
    pytest.param(
        {"Action": "madeup:Nothing", "Resource": "x"}, None, id="what actions and resources exist is not asked here"
    ),
    pytest.param({"Action": [], "Resource": []}, None, id="AWS only warns of empty arrays: the statement does nothing"),
    pytest.param({"Principal": "*", "Resource": "*"}, PolicyType.KEY, id="KMS takes a statement without an action"),
    pytest.param(
        {"Principal": "*", "Action": "kms:*"}, PolicyType.KEY, id="a key policy's statement without Resource is inert"
    ),
    pytest.param(
        {"Principal": {"AWS": "1"}, "Action": "sts:AssumeRole"}, PolicyType.TRUST, id="a trust policy has no resource"
    ),
    pytest.param(
        {"Sid": "Allow it; all", "Principal": "*", "Action": "*"}, PolicyType.RESOURCE, id="a resource policy's Sid"
    ),
    pytest.param({"Sid": "", "Action": "*", "Resource": "*"}, PolicyType.IDENTITY, id="an empty Sid"),
    pytest.param(
        {"Action": "*", "Resource": "*", "Condition": {"Made Up": {"some key": [""]}}},
        None,
        id="operators and keys are not judged",
    ),
    pytest.param({"Action": "*", "Resource": "*", "Condition": {}}, None, id="an empty condition"),
]


@pytest.mark.parametrize(("members", "policy_type"), ACCEPTED)
def test_what_aws_accepts_is_accepted(members: dict[str, object], policy_type: PolicyType | None) -> None:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **members}}
    assert len(parse_policy(document, None, policy_type).statements) == 1


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_without_the_current_version_a_dollar_and_brace_are_text(version: str | None) -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "${"}}
    assert parse_policy(document if version is None else {"Version": version, **document})


@pytest.mark.parametrize(
    ("value", "pointer", "message"),
    [
        pytest.param(None, "", "a policy must be an object, not null", id="None"),
        pytest.param(7, "", "a policy must be an object, not a number", id="a number"),
        pytest.param(
            {"Statement": {1: 2}},
            "/Statement",
            "a key of type `int`: keys must be strings",
            id="a key that is no string",
        ),
        pytest.param({"Id": b"x"}, "/Id", "a value of type `bytes` has no place in JSON", id="bytes inside"),
        pytest.param({"Id": float("nan")}, "/Id", "`nan` is not a number in JSON", id="NaN"),
        pytest.param(
            {"Id": "\ud800"}, "/Id", "the string `\\ud800` holds half a surrogate pair", id="a lone surrogate"
        ),
        pytest.param({"Id": 10**5000}, "/Id", "an integer has too many digits", id="a number of 5,001 digits"),
    ],
)
def test_python_values_are_placed_by_pointer(value: object, pointer: str, message: str) -> None:
    with pytest.raises(PolicySyntaxError) as caught:
        parse_policy(value)  # type: ignore[arg-type]  # that is the point
    told = {(fault.place.pointer, fault.message) for fault in caught.value.diagnostics if fault.place}
    assert (pointer, message) in told


def test_a_python_value_that_holds_itself_is_refused() -> None:
    value: dict[str, object] = {}
    value["Statement"] = [value, value]
    with pytest.raises(PolicySyntaxError, match="the value holds itself"):
        parse_policy(value)


def test_a_python_value_that_doubles_without_end_is_refused() -> None:
    value: list[object] = ["x"]
    for _ in range(60):
        value = [value, value]
    with pytest.raises(PolicySyntaxError, match="more than 1,000,000 values"):
        parse_policy({"Statement": value})


def test_a_python_value_too_deep_is_refused() -> None:
    value: list[object] = []
    for _ in range(10_000):
        value = [value]
    with pytest.raises(PolicySyntaxError, match="nests deeper than 128 levels"):
        parse_policy({"Statement": value})
