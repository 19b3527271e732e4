"""Handles keep their material to themselves, keep the protocols, and serve many threads."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.crypto import families, handles
from policyeval.kms.crypto.families import generate, open_key, open_public
from policyeval.kms.crypto.handles import KeyPair
from policyeval.kms.errors import KmsError
from tests.kms.crypto.keys import entropy, pair, private, public

SUPPORTED = [spec.name for spec in KEY_SPECS.values() if spec.supported]
every_spec = pytest.mark.parametrize("spec", SUPPORTED)


def made(spec: str) -> KeyPair:
    return pair(spec) if KEY_SPECS[spec].public_key else generate(spec, entropy())


@every_spec
def test_a_handle_shows_nothing_and_cannot_be_pickled_or_copied(spec: str) -> None:
    keys = made(spec)
    opened = [open_key(spec, keys.secret)] + ([open_public(spec, keys.public)] if keys.public else [])
    for handle in opened:
        assert repr(handle) == f"<{type(handle).__name__}>"
        assert not hasattr(handle, "__dict__")
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="a key cannot be pickled or copied"):
                attempt(handle)


@every_spec
def test_what_holds_a_secret_leaves_it_out_of_its_repr(spec: str) -> None:
    keys = made(spec)
    assert repr(keys) == f"KeyPair({len(keys.secret)} bytes)"
    if KEY_SPECS[spec].encapsulation:
        assert repr(public(spec).encapsulate()) == f"Encapsulated({KEY_SPECS[spec].ciphertext} bytes)"


def test_a_refusal_carries_no_material_and_no_cause() -> None:
    secret = b"0123456789abcdef0123456789abcdef"
    symmetric: Any = open_key("SYMMETRIC_DEFAULT", secret)
    mac: Any = open_key("HMAC_256", secret)
    attempts: list[Any] = [
        lambda: symmetric.decrypt(symmetric.encrypt("k", 1, b"x", {}, entropy())[:-1] + b"?", {}),
        lambda: mac.verify("HMAC_SHA_256", b"m", bytes(32)),
        lambda: private("RSA_2048").decrypt("RSAES_OAEP_SHA_256", bytes(256)),
        lambda: families.admit("SYMMETRIC_DEFAULT", secret + b"?"),
        lambda: families.admit("ECC_NIST_P256", secret),
    ]
    for attempt in attempts:
        with pytest.raises(KmsError) as refused:
            attempt()
        told = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
        assert "0123456789abcdef" not in told
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__ or refused.value.__context__ is None


@every_spec
def test_a_handle_has_the_verbs_of_its_usages(spec: str) -> None:
    verbs = {
        "ENCRYPT_DECRYPT": {"decrypt"},
        "SIGN_VERIFY": {"sign"},
        "GENERATE_VERIFY_MAC": {"generate", "verify"},
        "KEY_AGREEMENT": {"derive"},
        "ENCAPSULATE_DECAPSULATE": {"decapsulate"},
    }
    handle = open_key(spec, made(spec).secret)
    wanted = set[str]().union(*(verbs[usage] for usage in KEY_SPECS[spec].usages))
    assert wanted <= {name for name in dir(handle) if not name.startswith("_")}


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256"])
def test_a_key_without_a_public_half_has_none_to_open(spec: str) -> None:
    with pytest.raises(KmsError) as refused:
        open_public(spec, b"")
    assert refused.value.code == "UnsupportedOperationException"


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_EDWARDS25519", "ML_KEM_768", "ML_DSA_44"])
def test_a_generated_pair_belongs_together_and_is_new(spec: str) -> None:
    source = entropy()
    one, other = generate(spec, source), generate(spec, source)
    assert one.secret != other.secret
    assert one.public != other.public
    handle: Any = open_key(spec, one.secret)
    verifier: Any = open_public(spec, one.public or b"")
    if KEY_SPECS[spec].signing:
        algorithm = KEY_SPECS[spec].signing[0]
        verifier.verify(algorithm, b"m", "RAW", handle.sign(algorithm, b"m", "RAW"))
    else:
        sent = verifier.encapsulate()
        assert handle.decapsulate(sent.ciphertext) == sent.secret


@pytest.fixture
def often_switched() -> Any:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("often_switched")
def test_many_threads_share_a_handle() -> None:
    symmetric: Any = open_key("SYMMETRIC_DEFAULT", bytes(32))
    mac: Any = open_key("HMAC_256", bytes(32))
    code = mac.generate("HMAC_SHA_256", b"m")
    key, ring = private("ECC_NIST_P256"), public("ECC_NIST_P256")

    def work(number: int) -> bool:
        source, plaintext, context = entropy(str(number)), str(number).encode(), {"n": str(number)}
        mac.verify("HMAC_SHA_256", b"m", code)
        ring.verify("ECDSA_SHA_256", plaintext, "RAW", key.sign("ECDSA_SHA_256", plaintext, "RAW"))
        blob = symmetric.encrypt("k", number, plaintext, context, source)
        return bool(symmetric.decrypt(blob, context) == plaintext)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(400)))


def test_the_protocols_need_no_cryptography() -> None:
    # A hardware module keeps them without it.
    code = f"import sys, {handles.__name__}; print('cryptography' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
