"""The snapshot of the service model is botocore's, and what the code relies on in it is so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import botocore
import pytest

from policyeval.catalog import kms
from policyeval.catalog.kms_model import Operation, Shape, kms_model
from tests.catalog.make_kms_model import HOME, render

MODEL = kms_model()

every_operation = pytest.mark.parametrize("operation", MODEL.operations.values(), ids=lambda operation: operation.name)


def _within(shape: Shape) -> Iterator[Shape]:
    yield shape
    for part in (*shape.members.values(), shape.member, shape.key, shape.value):
        if part is not None:
            yield from _within(part)


def test_the_snapshot_is_what_the_maker_makes_of_the_installed_botocore() -> None:
    assert HOME.read_text(encoding="utf-8") == render(), "run `python -m tests.catalog.make_kms_model`"


def test_the_snapshot_names_the_botocore_it_is_of() -> None:
    assert MODEL.botocore == botocore.__version__


def test_the_snapshot_is_small_and_has_no_documentation() -> None:
    text = HOME.read_text(encoding="utf-8")
    assert len(text) < 64_000
    assert "documentation" not in text
    assert "<p>" not in text


def test_the_library_reads_the_model_without_botocore() -> None:
    code = (
        "import sys; from policyeval.catalog.kms_model import kms_model; kms_model(); print('botocore' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_the_model_is_read_once() -> None:
    assert kms_model() is kms_model()


def test_the_operations_are_those_of_the_permissions_where_reencrypt_asks_for_two() -> None:
    actions = {f"kms:{name}".lower() for name in MODEL.operations} - {"kms:reencrypt"}
    assert actions | {"kms:reencryptfrom", "kms:reencryptto"} == set(kms.OPERATIONS)


@every_operation
def test_every_error_of_an_operation_has_a_status(operation: Operation) -> None:
    assert operation.errors
    assert set(operation.errors) <= MODEL.errors.keys()


def test_errors_are_the_clients_but_for_three() -> None:
    assert {name for name, status in MODEL.errors.items() if status != 400} == {
        "DependencyTimeoutException",
        "KeyUnavailableException",
        "KMSInternalException",
    }
    assert set(MODEL.errors.values()) == {400, 500}


def test_fourteen_operations_answer_with_nothing() -> None:
    assert sum(operation.output is None for operation in MODEL.operations.values()) == 14


@every_operation
def test_required_members_are_members(operation: Operation) -> None:
    for shape in _within(operation.input):
        assert shape.required <= shape.members.keys()


def test_secrets_are_marked() -> None:
    shapes = {
        shape.name for operation in MODEL.operations.values() for shape in _within(operation.input) if shape.sensitive
    }
    assert shapes == {
        "KeyStorePasswordType",
        "PlaintextType",
        "XksProxyAuthenticationAccessKeyIdType",
        "XksProxyAuthenticationRawSecretAccessKeyType",
    }


@pytest.mark.parametrize(
    ("operation", "member", "expected"),
    [
        ("Encrypt", "Plaintext", {"type": "blob", "min": 1, "max": 4096, "sensitive": True}),
        ("Encrypt", "KeyId", {"type": "string", "min": 1, "max": 2048, "sensitive": False}),
        ("CreateAlias", "AliasName", {"pattern": "^[a-zA-Z0-9:/_-]+$", "max": 256}),
        ("GenerateDataKey", "KeySpec", {"enum": ("AES_256", "AES_128")}),
        ("GenerateRandom", "NumberOfBytes", {"type": "integer", "min": 1, "max": 1024}),
        ("ImportKeyMaterial", "ValidTo", {"type": "timestamp"}),
    ],
)
def test_a_member_is_as_the_api_reference_has_it(operation: str, member: str, expected: dict[str, object]) -> None:
    shape = MODEL.operations[operation].input.members[member]
    assert {key: getattr(shape, key) for key in expected} == expected


@every_operation
def test_requests_keep_to_what_validation_relies_on(operation: Operation) -> None:
    assert operation.input.type == "structure"
    for shape in _within(operation.input):
        if shape.type == "map":
            assert shape.key is not None
            assert shape.value is not None
            for part in (shape.key, shape.value):
                assert (part.type, part.min, part.max, part.pattern, part.enum) == ("string", None, None, None, ())
        elif shape.type == "list":
            assert shape.member is not None
            assert shape.member.type in {"string", "structure"}
        elif shape.type == "integer":
            assert shape.min is not None
            assert shape.max is not None


@every_operation
def test_the_model_cannot_be_changed(operation: Operation) -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        operation.input.members["More"] = operation.input  # type: ignore[index]
