"""Answers that standards give, each with its source: the library computes them, and so does what we made of it."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from policyeval.kms.crypto.families import generate, open_key, open_public
from policyeval.kms.crypto.importing import _unwrap
from policyeval.kms.crypto.prf import keyed, prf
from tests.kms.crypto.keys import entropy, pair

# RFC 4231, 4.2 and 4.3: keys of 20 bytes of 0b, and "Jefe".
HMACS = {
    "HMAC_224": (
        "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
        "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
    ),
    "HMAC_256": (
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    "HMAC_384": (
        "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    ),
    "HMAC_512": (
        "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ),
}


@pytest.mark.parametrize("spec", HMACS)
def test_hmac_is_that_of_rfc_4231(spec: str) -> None:
    algorithm = spec.replace("HMAC_", "HMAC_SHA_")
    texts = ((b"\x0b" * 20, b"Hi There"), (b"Jefe", b"what do ya want for nothing?"))
    for (key, message), code in zip(texts, HMACS[spec], strict=True):
        handle: Any = open_key(spec, key)
        assert handle.generate(algorithm, message).hex() == code


def test_a_message_key_is_hkdf_expand_of_rfc_5869() -> None:
    # RFC 5869, A.1; a shorter output is the beginning of a longer one.
    prk = bytes.fromhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    info = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9")
    key = prf(keyed(prk), info + b"\x01")
    assert key.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    assert key == HKDFExpand(SHA256(), 32, info).derive(prk)


@pytest.mark.parametrize(
    ("seed", "public", "message", "signature"),
    [
        # RFC 8032, 7.1, TEST 1 and TEST 2.
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ],
)
def test_ed25519_is_that_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    made = generate("ECC_NIST_EDWARDS25519", lambda _size: bytes.fromhex(seed))
    handle: Any = open_key("ECC_NIST_EDWARDS25519", made.secret)
    verifier: Any = open_public("ECC_NIST_EDWARDS25519", made.public or b"")
    assert (made.public or b"").hex().endswith(public)
    assert handle.sign("ED25519_SHA_512", bytes.fromhex(message), "RAW").hex() == signature
    verifier.verify("ED25519_SHA_512", bytes.fromhex(message), "RAW", bytes.fromhex(signature))


@pytest.mark.parametrize(
    ("material", "wrapped"),
    [
        # RFC 5649, 6: a key of 20 bytes, and one of 7.
        (
            "c37b7e6492584340bed12207808941155068f738",
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
        ),
        ("466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f"),
    ],
)
def test_material_that_comes_in_two_steps_is_wrapped_as_in_rfc_5649(material: str, wrapped: str) -> None:
    key: Any = load_der_private_key(pair("RSA_2048").secret, None)
    public = load_der_public_key(pair("RSA_2048").public or b"")
    assert isinstance(public, RSAPublicKey)
    wrapping_key = bytes.fromhex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8")
    encrypted = public.encrypt(wrapping_key, OAEP(MGF1(SHA256()), SHA256(), None)) + bytes.fromhex(wrapped)
    assert _unwrap(key, "RSA_AES_KEY_WRAP_SHA_256", encrypted).hex() == material


def test_a_blob_is_what_its_page_says_step_by_step() -> None:
    # docs/ciphertext.md, with the library alone.
    material, key_id, plaintext = bytes(range(32)), b"k-1", b"attack at dawn"
    handle: Any = open_key("SYMMETRIC_DEFAULT", material)
    nonce = entropy("page")(16)
    header = b"\x01" + (7).to_bytes(4, "big") + nonce + (3).to_bytes(2, "big") + key_id
    context = b""
    for name, value in (("Stage", "prod"), ("tenant", "bläu")):
        first, second = name.encode(), value.encode()
        context += len(first).to_bytes(4, "big") + len(second).to_bytes(4, "big") + first + second
    message_key = HKDFExpand(SHA256(), 32, b"policyeval blob 1 " + nonce).derive(material)
    blob = header + AESGCM(message_key).encrypt(bytes(12), plaintext, header + context)
    assert handle.encrypt("k-1", 7, plaintext, {"tenant": "bläu", "Stage": "prod"}, entropy("page")) == blob
