"""Validation of every operation, made from the model itself: what it allows passes, what breaks it is refused."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.catalog.kms_model import Shape, kms_model
from policyeval.kms.errors import KmsError
from policyeval.kms.shapes import Refused
from policyeval.kms.validation import _RULES, _compiled, _narrowed, validate

REQUESTS = {name: _narrowed(operation) for name, operation in kms_model().operations.items()}
BOTOCORE = botocore.session.Session().get_service_model("kms")
HUSHED = "HUSH-HUSH-"

every_operation = pytest.mark.parametrize("operation", REQUESTS)

# What matches the patterns that are more than one class of characters.
WRITTEN = {
    "AccountIdType": ["111122223333"],
    "CloudHsmClusterIdType": ["cluster-2abcdefghij", "cluster-2345672345672345"],
    "GrantConstraintSourceArnType": ["arn:aws:s3:us-east-1:111122223333:bucket", "arn:aws-cn:x::111122223333:é/*"],
    "RegionType": ["us-east-1", "us-gov-west-1", "ap-southeast-12"],
    "ServicePrincipalType": ["s3.amazonaws.com", "a.b.c.d"],
    "XksProxyUriEndpointType": ["https://a.b", "https://proxy.example.com"],
    "XksProxyUriPathType": ["/kms/xks/v1", "/a/b-c_d/kms/xks/v12"],
    "XksProxyVpcEndpointServiceNameType": ["com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d"],
}


# Good requests


def good(shape: Shape) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one for each type
    match shape.type:
        case "structure":
            parts = {name: good(member) for name, member in shape.members.items()}
            return st.fixed_dictionaries(
                {name: parts[name] for name in shape.members if name in shape.required},
                optional={name: parts[name] for name in shape.members if name not in shape.required},
            )
        case "list":
            assert shape.member is not None
            return st.lists(good(shape.member), min_size=shape.min or 0, max_size=min(shape.max or 4, 4))
        case "map":
            return st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3)
        case "string":
            return good_text(shape)
        case "blob":
            return st.integers(shape.min or 0, shape.max or 64).map(bytes)
        case "integer":
            return st.integers(shape.min, shape.max)
        case "boolean":
            return st.booleans()
        case "timestamp":
            return st.datetimes(timezones=st.just(UTC))


def good_text(shape: Shape) -> st.SearchStrategy[str]:
    if shape.enum:
        return st.sampled_from(shape.enum)
    if shape.name in WRITTEN:
        return st.sampled_from(WRITTEN[shape.name])
    low, high = shape.min or 0, max(shape.min or 0, min(shape.max or 64, 64))
    if shape.pattern is None:
        return st.text(min_size=low, max_size=high)
    letters = "".join(character for character in map(chr, range(256)) if matches(shape, character))
    return st.text(letters, min_size=max(low, 1), max_size=high)


def matches(shape: Shape, value: str) -> bool:
    """Tell as Python does; the tables beside this have the cases in which Java differs."""
    return shape.pattern is None or re.fullmatch(shape.pattern, value, re.ASCII) is not None


def good_request(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    def completed(params: dict[str, Any]) -> dict[str, Any]:
        if operation in {"Decrypt", "ReEncrypt"}:
            params.setdefault("CiphertextBlob", b"c")
        if operation in _RULES:
            params.setdefault("NumberOfBytes", 32)
            params.pop("KeySpec", None)
        return params

    return good(REQUESTS[operation]).map(completed)


any_good_request = st.sampled_from(sorted(REQUESTS)).flatmap(lambda name: st.tuples(st.just(name), good_request(name)))


@every_operation
@settings(max_examples=25)
@given(data=st.data())
def test_what_the_model_allows_passes_as_it_is_the_quick_way_and_the_other(operation: str, data: st.DataObject) -> None:
    params = data.draw(good_request(operation))
    quick, check, _ = _compiled(operation)
    assert validate(operation, params) == quick(params) == check(params) == params


@given(any_good_request)
def test_botocore_finds_nothing_wrong_with_it_either(call: tuple[str, dict[str, Any]]) -> None:
    operation, params = call
    shape = BOTOCORE.operation_model(operation).input_shape
    assert not ParamValidator().validate(params, shape).has_errors()


@given(any_good_request, st.dictionaries(st.text(max_size=5), st.integers()), st.randoms(use_true_random=False))
def test_order_nulls_and_the_unknown_change_nothing(
    call: tuple[str, dict[str, Any]], more: dict[str, Any], dice: Any
) -> None:
    operation, params = call
    members = REQUESTS[operation].members
    nulls = dict.fromkeys(members.keys() - params.keys())
    given = [*params.items(), *nulls.items(), *((key, value) for key, value in more.items() if key not in members)]
    dice.shuffle(given)
    assert validate(operation, dict(given)) == params


# One thing wrong, wherever it can be


class Broken(NamedTuple):
    """A value with one thing wrong with it, and how AWS names the thing."""

    value: Any
    path: str
    constraint: str


def example(shape: Shape) -> Any:  # noqa: PLR0911 - one for each type
    """Build the same good value every time, with all that it may have."""
    match shape.type:
        case "structure":
            return {name: example(member) for name, member in shape.members.items()}
        case "list":
            assert shape.member is not None
            return [example(shape.member)] * max(shape.min or 1, 1)
        case "map":
            return {"a": "b"}
        case "string":
            return example_text(shape)
        case "blob":
            return bytes(shape.min or 0)
        case "integer":
            return shape.min
        case "boolean":
            return False
        case "timestamp":
            return datetime(2027, 1, 1, tzinfo=UTC)


def example_text(shape: Shape) -> str:
    if shape.enum:
        return shape.enum[0]
    return WRITTEN.get(shape.name, ["2" * max(shape.min or 0, 1)])[0]


def broken(shape: Shape) -> Iterator[Broken]:
    match shape.type:
        case "structure":
            yield from broken_structure(shape)
        case "list":
            yield from broken_list(shape)
        case "map":
            yield Broken({"a": None}, "", "Map value must satisfy constraint: [Member must not be null]")
        case "integer":
            assert shape.min is not None
            assert shape.max is not None
            yield Broken(shape.min - 1, "", f"Member must have value greater than or equal to {shape.min}")
            yield Broken(shape.max + 1, "", f"Member must have value less than or equal to {shape.max}")
        case "string" | "blob":
            yield from broken_text(shape)


def broken_text(shape: Shape) -> Iterator[Broken]:
    unit: Any = "2" if shape.type == "string" else b"2"
    if shape.min:
        yield Broken(unit * (shape.min - 1), "", f"Member must have length greater than or equal to {shape.min}")
    if shape.max is not None:
        yield Broken(unit * (shape.max + 1), "", f"Member must have length less than or equal to {shape.max}")
    if shape.pattern is not None:
        values = [value for value in (example_text(shape) + "\n", "€" * (shape.min or 1)) if not matches(shape, value)]
        assert values
        yield from (
            Broken(value, "", f"Member must satisfy regular expression pattern: {shape.pattern}") for value in values
        )
    if shape.enum:
        for value in ("", shape.enum[0].lower() + "!", f"{shape.enum[0]} "):
            yield Broken(value, "", f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")


def broken_list(shape: Shape) -> Iterator[Broken]:
    assert shape.member is not None
    item = example(shape.member)
    if shape.min:
        yield Broken([item] * (shape.min - 1), "", f"Member must have length greater than or equal to {shape.min}")
    if shape.max is not None:
        yield Broken([item] * (shape.max + 1), "", f"Member must have length less than or equal to {shape.max}")
    for value, path, constraint in broken(shape.member):
        if shape.member.type == "structure":
            yield Broken([item, value], f"2.member.{path}", constraint)
        else:
            # The list answers, and tells all constraints of an element.
            yield Broken([item, value][-(shape.max or 2) :], "", constraint)


def broken_structure(shape: Shape) -> Iterator[Broken]:
    whole = example(shape)
    for name, member in shape.members.items():
        place = name[0].lower() + name[1:]
        if name in shape.required:
            without = {key: value for key, value in whole.items() if key != name}
            yield Broken(without, place, "Member must not be null")
            yield Broken(whole | {name: None}, place, "Member must not be null")
        for value, path, constraint in broken(member):
            yield Broken(whole | {name: value}, f"{place}.{path}".rstrip("."), constraint)


def refusal(operation: str, params: Mapping[str, Any]) -> KmsError:
    with pytest.raises(KmsError) as refused:
        validate(operation, params)
    return refused.value


@every_operation
def test_one_thing_wrong_is_refused_with_its_place_and_constraint(operation: str) -> None:
    cases = list(broken(REQUESTS[operation]))
    assert cases or not REQUESTS[operation].members
    for params, path, constraint in cases:
        error = refusal(operation, params)
        assert error.code == "ValidationException", (path, constraint)
        found = [fault for fault in error.message.partition(" detected: ")[2].split("; ") if f" at '{path}' " in fault]
        assert any(constraint in fault for fault in found), (path, constraint, error.message)
        assert error.message.count(" at '") == len(found), (path, constraint, error.message)


@every_operation
def test_everything_wrong_is_told_at_once_in_the_models_order(operation: str) -> None:
    shape = REQUESTS[operation]
    cases = {name: next(broken(member), None) for name, member in shape.members.items()}
    params = {name: case.value for name, case in reversed(cases.items()) if case is not None}
    if not params:
        pytest.skip("nothing can be wrong with it")
    places = [name[0].lower() + name[1:] for name, case in cases.items() if case is not None]
    message = refusal(operation, params).message
    at = [message.find(f" at '{place}") for place in places]
    assert -1 not in at
    assert at == sorted(at)


# Whatever the value


class Odd:
    def __repr__(self) -> str:
        return HUSHED


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.binary(max_size=20)
    | st.binary(max_size=20).map(bytearray)
    | st.binary(max_size=20).map(memoryview)
    | st.datetimes()
    | st.just(Decimal(1))
    | st.builds(Odd)
    | st.just("\ud800")
    | st.builds(pow, st.just(10), st.just(5000))
)
keys = st.text(max_size=3) | st.integers() | st.none() | st.binary(max_size=2)
junk = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
        | st.frozensets(st.integers(), max_size=2)
    ),
    max_leaves=6,
)


@st.composite
def spoiled_requests(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw a good request, and anything in place of some of its members or of members of these."""
    operation, params = draw(any_good_request)
    for name in draw(st.lists(st.sampled_from(sorted(REQUESTS[operation].members) or ["x"]), max_size=3)):
        inner = params.get(name)
        if isinstance(inner, dict) and inner and draw(st.booleans()):
            inner[draw(st.sampled_from(list(inner)))] = draw(junk)
        elif isinstance(inner, list) and inner and draw(st.booleans()):
            inner[0] = draw(junk)
        else:
            params[name] = draw(junk)
    return operation, params


@given(st.sampled_from(sorted(REQUESTS)), junk)
def test_anything_for_a_request_is_accepted_or_refused(operation: str, params: Any) -> None:
    with contextlib.suppress(KmsError):
        assert isinstance(validate(operation, params), dict)


@given(spoiled_requests())
def test_anything_in_a_request_is_accepted_or_refused(call: tuple[str, Any]) -> None:
    with contextlib.suppress(KmsError):
        assert validate(*call).keys() <= call[1].keys()


@given(spoiled_requests())
def test_the_quick_way_takes_only_what_the_checks_take(call: tuple[str, Any]) -> None:
    operation, params = call
    quick, check, _ = _compiled(operation)
    try:
        accepted = quick(params)
    except KmsError:
        with pytest.raises(KmsError):
            check(params)
        return
    if accepted is not None:
        assert accepted == check(params)


def checked(operation: str, params: Any) -> object:
    try:
        return _compiled(operation)[1](params)
    except KmsError as error:
        return error


# What is secret


def secrets(shape: Shape, *, sensitive: bool = False) -> Any:
    """Fill a shape with values too long, secret wherever the model says so."""
    hidden = sensitive or shape.sensitive or shape.type == "blob"
    match shape.type:
        case "structure":
            return {name: secrets(member, sensitive=hidden) for name, member in shape.members.items()}
        case "list":
            assert shape.member is not None
            return [secrets(shape.member, sensitive=hidden)]
        case "blob":
            return (HUSHED * 30_000).encode()
        case "string":
            return HUSHED * 30_000 if hidden else "!"
        case _:
            return example(shape)


@every_operation
def test_neither_bytes_nor_secrets_are_printed(operation: str) -> None:
    params = secrets(REQUESTS[operation])
    error = checked(operation, params)
    if isinstance(error, Refused):
        assert HUSHED not in error.words()
        assert HUSHED not in str(refusal(operation, params))
    else:
        assert HUSHED not in str(params), "a secret as long as this one breaks its constraint"


@every_operation
@pytest.mark.parametrize("mistake", [HUSHED.encode(), [HUSHED.encode()], {HUSHED: HUSHED}, Odd(), [Odd()]])
def test_what_is_of_the_wrong_type_is_not_printed(operation: str, mistake: object) -> None:
    for name, shape in REQUESTS[operation].members.items():
        if shape.type not in {"blob", "map"}:
            error = checked(operation, example(REQUESTS[operation]) | {name: mistake})
            assert HUSHED not in (error.words() if isinstance(error, Refused) else str(error))
