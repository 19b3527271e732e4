"""The table of key specs says what the service model says, and what the keys themselves show."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from policyeval.catalog.kms_specs import KEY_SPECS, MAX_PLAINTEXT, UNSUPPORTED_ALGORITHMS, KeySpec
from policyeval.kms.crypto.families import _FAMILIES, generate, open_key, open_public
from policyeval.kms.errors import KmsError
from tests.kms.crypto.keys import entropy, pair

every_spec = pytest.mark.parametrize("spec", KEY_SPECS.values(), ids=lambda spec: spec.name)
with_public_key = pytest.mark.parametrize(
    "spec", [spec.name for spec in KEY_SPECS.values() if spec.supported and spec.public_key]
)


@pytest.fixture(scope="module")
def enums() -> dict[str, list[str]]:
    shapes = Loader().load_service_model("kms", "service-2")["shapes"]
    return {name: shape["enum"] for name, shape in shapes.items() if "enum" in shape}


def test_it_has_the_models_specs_and_usages(enums: dict[str, list[str]]) -> None:
    assert set(KEY_SPECS) == set(enums["KeySpec"])
    assert {usage for spec in KEY_SPECS.values() for usage in spec.usages} == set(enums["KeyUsageType"])
    assert {spec.name for spec in KEY_SPECS.values() if spec.key_pair} == set(enums["DataKeyPairSpec"])


@pytest.mark.parametrize(
    ("enum", "usage"),
    [
        ("EncryptionAlgorithmSpec", "ENCRYPT_DECRYPT"),
        ("SigningAlgorithmSpec", "SIGN_VERIFY"),
        ("MacAlgorithmSpec", "GENERATE_VERIFY_MAC"),
        ("KeyAgreementAlgorithmSpec", "KEY_AGREEMENT"),
        ("EncapsulationAlgorithmSpec", "ENCAPSULATE_DECAPSULATE"),
    ],
)
def test_every_algorithm_of_the_model_has_a_spec_and_no_other_is_named(
    enum: str, usage: str, enums: dict[str, list[str]]
) -> None:
    assert {name for spec in KEY_SPECS.values() for name in spec.algorithms(usage)} == set(enums[enum])


@every_spec
def test_a_spec_has_algorithms_for_each_of_its_usages_and_for_no_other(spec: KeySpec) -> None:
    for usage in ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"):
        assert bool(spec.algorithms(usage)) is (usage in spec.usages)
    assert set(spec.max_plaintext) == set(spec.encryption)
    assert spec.name == "SYMMETRIC_DEFAULT" or spec.default_usage is None


@pytest.mark.parametrize(
    ("spec", "algorithm", "limit"),
    [
        ("SYMMETRIC_DEFAULT", "SYMMETRIC_DEFAULT", MAX_PLAINTEXT),
        ("RSA_2048", "RSAES_OAEP_SHA_1", 214),
        ("RSA_2048", "RSAES_OAEP_SHA_256", 190),
        ("RSA_3072", "RSAES_OAEP_SHA_1", 342),
        ("RSA_3072", "RSAES_OAEP_SHA_256", 318),
        ("RSA_4096", "RSAES_OAEP_SHA_1", 470),
        ("RSA_4096", "RSAES_OAEP_SHA_256", 446),
    ],
)
def test_a_plaintext_has_the_limit_that_the_guide_gives(spec: str, algorithm: str, limit: int) -> None:
    assert KEY_SPECS[spec].max_plaintext[algorithm] == limit


@every_spec
def test_what_is_supported_has_a_family_and_nothing_else_has(spec: KeySpec) -> None:
    assert spec.supported is (spec.name in _FAMILIES)
    if spec.supported:
        family = _FAMILIES[spec.name]
        assert spec.importable is (family.admit is not None)
        assert (spec.public_key is not None) is (family.open_public is not None)


@pytest.mark.parametrize("spec", ["SM2", "ML_KEM_512"])
def test_what_is_not_supported_is_refused_and_never_faked(spec: str) -> None:
    for attempt in (lambda: generate(spec, entropy()), lambda: open_key(spec, b""), lambda: open_public(spec, b"")):
        with pytest.raises(KmsError) as refused:
            attempt()
        assert (refused.value.code, refused.value.message) == ("UnsupportedOperationException", "")


def test_the_only_supported_spec_with_an_algorithm_that_is_not_is_ed25519() -> None:
    some = {
        spec.name
        for spec in KEY_SPECS.values()
        if spec.supported and UNSUPPORTED_ALGORITHMS & {*spec.signing, *spec.encryption}
    }
    assert some == {"ECC_NIST_EDWARDS25519"}


@with_public_key
def test_a_public_key_is_as_long_as_the_table_says(spec: str) -> None:
    assert len(pair(spec).public or b"") == KEY_SPECS[spec].public_key


@pytest.mark.parametrize("spec", [spec for spec in KEY_SPECS.values() if spec.material], ids=lambda spec: spec.name)
def test_raw_material_is_entropy_and_as_long_as_the_table_says(spec: KeySpec) -> None:
    made = generate(spec.name, entropy())
    assert made == (entropy()(spec.material or 0), None)


@pytest.mark.parametrize("spec", ["ML_KEM_768", "ML_KEM_1024"])
def test_a_private_ml_kem_key_is_written_as_its_seed_so_that_all_are_of_one_length(spec: str) -> None:
    assert len(pair(spec).secret) == 86
    assert pair(spec).secret.endswith(entropy(spec)(64))
