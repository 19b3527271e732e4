"""What was once written is read for ever: every vector of fixtures/vectors comes out as it says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from policyeval.errors import PolicyEvalError
from policyeval.kms.crypto.families import open_key
from policyeval.kms.crypto.importing import open_import
from policyeval.kms.crypto.sealing import open_sealed
from policyeval.kms.crypto.wrapping import unwrap
from policyeval.kms.errors import KmsError
from tests.kms.crypto import make_vectors
from tests.kms.crypto.keys import public, read

Case = dict[str, Any]


def cases(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", read(name)["cases"], ids=lambda case: case["name"])


def failure(error: PolicyEvalError) -> str:
    return error.code if isinstance(error, KmsError) else type(error).__name__


def expect(case: Case, outcome: str, opened: Any) -> None:
    """Call `opened`: it gives the bytes under the name `outcome`, or fails as the case says, with no words about it."""
    if outcome in case:
        assert opened().hex() == case[outcome]
        return
    with pytest.raises(PolicyEvalError) as refused:
        opened()
    assert failure(refused.value) == case["fails"]


@cases("blobs")
def test_blobs(case: Case) -> None:
    handle: Any = open_key("SYMMETRIC_DEFAULT", bytes.fromhex(read("blobs")["material"]))
    expect(case, "plaintext", lambda: handle.decrypt(bytes.fromhex(case["blob"]), case["context"]))


@cases("wrapped")
def test_material_at_rest(case: Case) -> None:
    root, wrapped = bytes.fromhex(case["root_key"]), bytes.fromhex(case["wrapped"])
    expect(case, "material", lambda: unwrap(root, wrapped, case["key_arn"], case["version"]))


@cases("sealed")
def test_sealed_texts(case: Case) -> None:
    expect(case, "payload", lambda: open_sealed(bytes.fromhex(case["key"]), case["purpose"], case["text"]))


@cases("signatures")
def test_signatures(case: Case) -> None:
    message, signature = bytes.fromhex(case["message"]), bytes.fromhex(case["signature"])
    public(case["spec"]).verify(case["algorithm"], message, "RAW", signature)


@cases("imports")
def test_imports(case: Case) -> None:
    key, at = bytes.fromhex(read("imports")["sealing_key"]), datetime.fromisoformat(case["at"])
    token, encrypted = bytes.fromhex(case["token"]), bytes.fromhex(case["encrypted"])
    expect(case, "material", lambda: open_import(key, case["key_arn"], case["spec"], token, encrypted, at).secret)


@pytest.mark.parametrize(
    ("name", "made"),
    [("blobs", make_vectors.make_blobs), ("wrapped", make_vectors.make_wrapped), ("sealed", make_vectors.make_sealed)],
)
def test_today_the_same_bytes_are_written(name: str, made: Any) -> None:
    assert read(name) == made()
