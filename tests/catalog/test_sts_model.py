"""The snapshot of STS's model is botocore's, and what the code relies on in it is so."""

from __future__ import annotations

import botocore

from policyeval.catalog.sts_model import sts_model
from tests.catalog.make_kms_model import OF_STS, STS_HOME, render_sts

MODEL = sts_model()


def test_the_snapshot_is_what_the_maker_makes_of_the_installed_botocore() -> None:
    assert STS_HOME.read_text(encoding="utf-8") == render_sts(), "run `python -m tests.catalog.make_kms_model`"


def test_the_snapshot_names_the_botocore_it_is_of() -> None:
    assert MODEL.botocore == botocore.__version__


def test_it_has_the_four_operations() -> None:
    assert tuple(MODEL.operations) == OF_STS
    assert {name: sorted(operation.input.required) for name, operation in MODEL.operations.items()} == {
        "AssumeRole": ["RoleArn", "RoleSessionName"],
        "GetCallerIdentity": [],
        "GetFederationToken": ["Name"],
        "GetSessionToken": [],
    }


def test_errors_go_by_their_codes_on_the_wire() -> None:
    assert MODEL.errors["MalformedPolicyDocument"] == 400
    assert MODEL.errors["RegionDisabledException"] == 403
    assert "MalformedPolicyDocumentException" not in MODEL.errors
    assert {code for operation in MODEL.operations.values() for code in operation.errors} == set(MODEL.errors)


def test_an_inline_policy_for_a_role_has_no_length_of_its_own_and_one_for_a_federated_user_has() -> None:
    assert MODEL.operations["AssumeRole"].input.members["Policy"].max is None
    assert MODEL.operations["GetFederationToken"].input.members["Policy"].max == 2048
