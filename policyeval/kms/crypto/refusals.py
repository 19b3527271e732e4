"""The refusals of cryptography: AWS's codes, and its words where it has any (KMS 6, 7, 9, 13)."""

from __future__ import annotations

from policyeval.kms.errors import KmsError


def invalid_ciphertext() -> KmsError:
    """Say that a ciphertext does not open; never why, which would help who is trying."""
    return KmsError("InvalidCiphertextException")


def invalid_signature() -> KmsError:
    """Say that a signature is not the message's."""
    return KmsError("KMSInvalidSignatureException")


def invalid_mac() -> KmsError:
    """Say that a code is not the message's."""
    return KmsError("KMSInvalidMacException")


def wrong_material(spec: str) -> KmsError:
    """Say that imported material is no key of this spec; the words are ours, and tell nothing of it."""
    return KmsError("IncorrectKeyMaterialException", f"The key material is not valid for key spec {spec}.")


def invalid_digest(algorithm: str) -> KmsError:
    """Say that a digest, or a representative, is not as long as the algorithm's."""
    return KmsError("ValidationException", f"Digest is invalid length for algorithm {algorithm}.")


def too_long(algorithm: str, spec: str, limit: int) -> KmsError:
    """Say that RSA cannot encrypt that much; `limit` is in bytes."""
    message = f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {limit} bytes."
    return KmsError("ValidationException", message)


def incompatible(algorithm: str, spec: str) -> KmsError:
    """Say that keys of a spec know no such algorithm."""
    return KmsError("InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {spec}.")


def wrong_message_type(algorithm: str, message_type: str) -> KmsError:
    """Say that an algorithm takes no messages of a type; AWS documents the rule and not its words."""
    message = f"Message type {message_type} is incompatible with algorithm {algorithm}."
    return KmsError("ValidationException", message)


def invalid_import_token() -> KmsError:
    """Say that an import token is none of ours, or another key's."""
    return KmsError("InvalidImportTokenException")


def expired_import_token() -> KmsError:
    """Say that an import token is too old."""
    return KmsError("ExpiredImportTokenException")


def unsupported() -> KmsError:
    """Say that this cannot be computed here (KMS 24)."""
    return KmsError("UnsupportedOperationException")


def invalid_public_key(spec: str) -> KmsError:
    """Say that a peer's public key is none of this spec's; AWS documents the code and not its words."""
    return KmsError("ValidationException", f"The public key is not a valid key of key spec {spec}.")
