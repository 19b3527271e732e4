"""Which family the keys of a spec belong to, and what the KMS does with them: make, take in, open.

A key spec is a row here, a row in `policyeval.catalog.kms_specs` and its vectors. What has a row there
and none here is refused as unsupported (KMS 24).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, SECP256R1, SECP384R1, SECP521R1
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA65PrivateKey, MLDSA87PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM1024PrivateKey
from cryptography.hazmat.primitives.hashes import SHA224, SHA256, SHA384, SHA512

from policyeval.kms.crypto import ecc, ed25519, macs, ml_dsa, ml_kem, rsa, symmetric
from policyeval.kms.crypto.handles import Entropy, Family, Handle, KeyPair, PublicHandle
from policyeval.kms.crypto.refusals import unsupported

__all__ = ["admit", "generate", "open_key", "open_public"]

_FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "SYMMETRIC_DEFAULT": symmetric.FAMILY,
        "RSA_2048": rsa.family(2048),
        "RSA_3072": rsa.family(3072),
        "RSA_4096": rsa.family(4096),
        "ECC_NIST_P256": ecc.family("ECC_NIST_P256", SECP256R1()),
        "ECC_NIST_P384": ecc.family("ECC_NIST_P384", SECP384R1()),
        "ECC_NIST_P521": ecc.family("ECC_NIST_P521", SECP521R1()),
        "ECC_SECG_P256K1": ecc.family("ECC_SECG_P256K1", SECP256K1()),
        "ECC_NIST_EDWARDS25519": ed25519.FAMILY,
        "HMAC_224": macs.family("HMAC_224", SHA224()),
        "HMAC_256": macs.family("HMAC_256", SHA256()),
        "HMAC_384": macs.family("HMAC_384", SHA384()),
        "HMAC_512": macs.family("HMAC_512", SHA512()),
        "ML_DSA_44": ml_dsa.family("ML_DSA_44", MLDSA44PrivateKey),
        "ML_DSA_65": ml_dsa.family("ML_DSA_65", MLDSA65PrivateKey),
        "ML_DSA_87": ml_dsa.family("ML_DSA_87", MLDSA87PrivateKey),
        "ML_KEM_768": ml_kem.family("ML_KEM_768", MLKEM768PrivateKey),
        "ML_KEM_1024": ml_kem.family("ML_KEM_1024", MLKEM1024PrivateKey),
    }
)


def generate(spec: str, entropy: Entropy) -> KeyPair:
    """Make the material of a key, or of a data key pair.

    RSA and elliptic curves draw from the library's own generator, the others from `entropy`.

    Raises:
        KmsError: `UnsupportedOperationException` for a spec that cannot be computed here.

    """
    return _family(spec).generate(entropy)


def admit(spec: str, material: bytes) -> KeyPair:
    """Check material that is imported, and give it as we keep it: the same key always gives the same bytes.

    Raises:
        KmsError: `IncorrectKeyMaterialException`; `UnsupportedOperationException` for a spec that is never imported.

    """
    admits = _family(spec).admit
    if admits is None:
        raise unsupported()
    return admits(material)


def open_key(spec: str, secret: bytes) -> Handle:
    """Open a key; that is slow, so handles are kept.

    Args:
        spec: the key's spec.
        secret: what `generate` or `admit` gave for it.

    Raises:
        KmsError: `UnsupportedOperationException`.

    """
    return _family(spec).open_key(secret)


def open_public(spec: str, public: bytes) -> PublicHandle:
    """Open a public key; symmetric and HMAC keys have none.

    Raises:
        KmsError: `UnsupportedOperationException`.

    """
    opens = _family(spec).open_public
    if opens is None:
        raise unsupported()
    return opens(public)


def _family(spec: str) -> Family:
    family = _FAMILIES.get(spec)
    if family is None:
        raise unsupported()
    return family
