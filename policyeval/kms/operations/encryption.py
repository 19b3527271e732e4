"""Encrypt, Decrypt and ReEncrypt.

A symmetric ciphertext names its key, so that `KeyId` may be left out; what the key then decides is
said of "the resource associated with this ciphertext", in the same words whether there is such a key or
not (KMS 8, 27). A dry run does the whole of the work before it says that it would have succeeded.

Not supported: `Recipient`, attestation documents of enclaves, is an `UnsupportedOperationException` here
and in `data_keys` and `exchange`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.call import Call, Conditions, Found, Params, Response
from policyeval.kms.crypto.blobs import Header, read_header
from policyeval.kms.crypto.refusals import incompatible, invalid_ciphertext, too_long
from policyeval.kms.errors import KmsError
from policyeval.kms.operations.row import Asked, Operation, cryptographic
from policyeval.kms.records import Key
from policyeval.kms.states import USABLE, check_state
from policyeval.kms.vault import find_material

SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
"""The key spec, and the one algorithm of its keys, which is also the default of every parameter."""

_NO_CONDITIONS: Final[Conditions] = {}
_NO_CONTEXT: Final[Mapping[str, str]] = {}
_DENIED: Final = "AccessDeniedException"


def encrypt(call: Call) -> Response:
    """Encrypt up to 4096 bytes, under RSA as many as it takes (KMS 6)."""
    params, key = call.params, call.key
    algorithm = params.get("EncryptionAlgorithm", SYMMETRIC)
    blob = encrypt_under(call, key, algorithm, params["Plaintext"], params.get("EncryptionContext"))
    call.would_succeed()
    return {"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": algorithm}


def encrypt_under(call: Call, key: Key, algorithm: str, plaintext: bytes, context: Mapping[str, str] | None) -> bytes:
    """Encrypt under a key's current material.

    Raises:
        KmsError: `ValidationException`: too much for the algorithm, or a context that it has no place for;
            `InvalidKeyUsageException`.

    """
    if key.spec != SYMMETRIC:
        return _encrypt_asymmetric(call, key, algorithm, plaintext, context)
    _check_encrypts(call, key, algorithm)
    handle = call.core.vault.current(key, call.reading)
    # mypy knows handles as Any: which protocol they keep follows from the spec.
    blob: bytes = handle.encrypt(key.key_id, key.material, plaintext, context or _NO_CONTEXT, call.core.entropy)
    return blob


def _encrypt_asymmetric(
    call: Call, key: Key, algorithm: str, plaintext: bytes, context: Mapping[str, str] | None
) -> bytes:
    limit = KEY_SPECS[key.spec].max_plaintext.get(algorithm)
    if limit is not None and len(plaintext) > limit:
        raise too_long(algorithm, key.spec, limit)
    _check_encrypts(call, key, algorithm)
    _check_no_context(context)
    blob: bytes = call.core.vault.public(key, call.reading).encrypt(algorithm, plaintext)
    return blob


def decrypt(call: Call) -> Response:
    """Decrypt what a key of this KMS encrypted, or its public key elsewhere."""
    params = call.params
    if "Recipient" in params:
        raise no_recipient()
    algorithm, context = params.get("EncryptionAlgorithm", SYMMETRIC), params.get("EncryptionContext")
    ignored = _ignores_ciphertext(params)
    blob = None if ignored else params["CiphertextBlob"]
    source = _find_source(call, "kms:Decrypt", params.get("KeyId"), blob, algorithm)
    _ask_source(call, "kms:Decrypt", source, _algorithm_key(params), context)
    if ignored:
        call.would_succeed()
    key = source.found.key
    check_state(key, USABLE)
    plaintext, material_id = _open(call, source, params["CiphertextBlob"], algorithm, context)
    call.would_succeed()
    response = {"KeyId": key.arn, "Plaintext": plaintext, "EncryptionAlgorithm": algorithm}
    if material_id is not None:
        response["KeyMaterialId"] = material_id
    return response


def re_encrypt(call: Call) -> Response:
    """Decrypt under one key and encrypt under another, or the same with another context; both are asked."""
    params = call.params
    source_algorithm = params.get("SourceEncryptionAlgorithm", SYMMETRIC)
    algorithm = params.get("DestinationEncryptionAlgorithm", SYMMETRIC)
    source_context, context = params.get("SourceEncryptionContext"), params.get("DestinationEncryptionContext")
    ignored = _ignores_ciphertext(params)
    source, destination = _ask_both(call, source_algorithm, ignored=ignored)
    if ignored:
        call.would_succeed()
    check_state(source.found.key, USABLE)
    check_state(destination, USABLE)
    plaintext, material_id = _open(call, source, params["CiphertextBlob"], source_algorithm, source_context)
    blob = encrypt_under(call, destination, algorithm, plaintext, context)
    call.would_succeed()
    response = {
        "CiphertextBlob": blob,
        "SourceKeyId": source.found.key.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": source_algorithm,
        "DestinationEncryptionAlgorithm": algorithm,
    }
    if material_id is not None:
        response["SourceKeyMaterialId"] = material_id
    if destination.spec == SYMMETRIC:
        response["DestinationKeyMaterialId"] = destination.material_id
    return response


def _ask_both(call: Call, source_algorithm: str, *, ignored: bool) -> tuple[_Source, Key]:
    """Ask for the source, then for the destination.

    What is wrong with the destination is said only to who may use the source: to others it would tell a source that
    exists from one that does not.
    """
    params = call.params
    blob = None if ignored else params["CiphertextBlob"]
    source = _find_source(call, "kms:ReEncryptFrom", params.get("SourceKeyId"), blob, source_algorithm)
    destination = _found_or_not(call, params["DestinationKeyId"])
    same = isinstance(destination, Found) and destination.key.arn == source.found.key.arn
    conditions: Conditions = {"kms:ReEncryptOnSameKey": same, **_algorithm_key(params, "Source")}
    _ask_source(call, "kms:ReEncryptFrom", source, conditions, params.get("SourceEncryptionContext"))
    if isinstance(destination, KmsError):
        raise destination
    conditions = {"kms:ReEncryptOnSameKey": same, **_algorithm_key(params, "Destination")}
    call.ask("kms:ReEncryptTo", destination, conditions, params.get("DestinationEncryptionContext"))
    return source, destination.key


def _found_or_not(call: Call, key_id: str) -> Found | KmsError:
    try:
        return call.find(key_id, "kms:ReEncryptTo", aliases=True)
    except KmsError as error:
        return error


# The key of a ciphertext.


class _Source(NamedTuple):
    """The key that decrypts, what the ciphertext says of it, and whether the ciphertext alone named it."""

    found: Found
    header: Header | None
    unnamed: bool = False


def _find_source(call: Call, action: str, key_id: str | None, blob: bytes | None, algorithm: str) -> _Source:
    if blob is None or algorithm != SYMMETRIC:
        if key_id is None:
            raise _key_id_needed(action)
        return _Source(call.find(key_id, action, aliases=True), None)
    if key_id is None:
        return _find_by_ciphertext(call, action, read_header(blob))
    header = _header(blob)
    try:
        return _Source(call.find(key_id, action, aliases=True), header)
    except KmsError:
        # "A short key ID is also acceptable" for a key of another account: it says what the ciphertext does.
        if header is None or header.key_id != key_id:
            raise
    return _find_by_ciphertext(call, action, header)


def _header(blob: bytes) -> Header | None:
    try:
        return read_header(blob)
    except KmsError:
        return None


def _find_by_ciphertext(call: Call, action: str, header: Header) -> _Source:
    found = call.find_by_id(header.key_id)
    if found is None:
        # Anybody can write a key id into a blob: who does learns no more than of a key that is closed to him.
        raise KmsError(_DENIED, _of_ciphertext(call.veiled(action).message, action))
    return _Source(found, header, True)  # noqa: FBT003 - a keyword costs


def _ask_source(
    call: Call, action: str, source: _Source, conditions: Conditions, context: Mapping[str, str] | None
) -> None:
    if not source.unnamed:
        call.ask(action, source.found, conditions, context)
        return
    try:
        call.ask(action, source.found, conditions, context)
    except KmsError as error:
        words = _of_ciphertext(error.message, action, source.found.key.arn)
        raise KmsError(_DENIED, words, error.decision) from None


def _of_ciphertext(sentence: str, action: str, arn: str = "") -> str:
    """Say it of the ciphertext's key, without naming it (KMS 27)."""
    start, _, rest = sentence.partition(f"{action} on ")
    rest = rest.removeprefix(f"resource: {arn}").removeprefix("this resource")
    return f"{start}{action} on the resource associated with this ciphertext{rest}"


# Opening.


def _open(
    call: Call, source: _Source, blob: bytes, algorithm: str, context: Mapping[str, str] | None
) -> tuple[bytes, str | None]:
    """Give what was encrypted, and the id of the material that opened it, which symmetric keys alone tell."""
    key, header = source.found.key, source.header
    if header is not None and header.key_id != key.key_id:
        message = "The key ID in the request does not identify a CMK that can perform this operation."
        raise KmsError("IncorrectKeyException", message)
    _check_encrypts(call, key, algorithm)
    vault, reading = call.core.vault, call.reading
    if key.spec != SYMMETRIC:
        _check_no_context(context)
        return vault.current(key, reading).decrypt(algorithm, blob), None
    if header is None:
        raise invalid_ciphertext()
    if header.version == key.material:
        return vault.current(key, reading).decrypt(blob, context or _NO_CONTEXT), key.material_id
    handle = vault.version(key, header.version, reading)
    material = find_material(key, header.version, reading)
    return handle.decrypt(blob, context or _NO_CONTEXT), material.id if material is not None else None


# What both sides need.


def _check_encrypts(call: Call, key: Key, algorithm: str) -> None:
    call.check_usage(key, "ENCRYPT_DECRYPT")
    if algorithm not in KEY_SPECS[key.spec].encryption:
        raise incompatible(algorithm, key.spec)


def _check_no_context(context: Mapping[str, str] | None) -> None:
    """Refuse what an asymmetric ciphertext would not be bound to (KMS 7); AWS documents the rule and not its words."""
    if context:
        message = "EncryptionContext is supported only for symmetric encryption KMS keys."
        raise KmsError("ValidationException", message)


def no_recipient() -> KmsError:
    """Say that no enclave is answered: its attestation document cannot be checked here."""
    return KmsError("UnsupportedOperationException", "Recipient is not supported.")


def _ignores_ciphertext(params: Params) -> bool:
    return params.get("DryRun", False) and "IGNORE_CIPHERTEXT" in params.get("DryRunModifiers", ())


def _key_id_needed(action: str) -> KmsError:
    """Say that nothing names the key; AWS documents the rule and not its words."""
    member = "KeyId" if action == "kms:Decrypt" else "SourceKeyId"
    when = "the encryption algorithm is asymmetric or the ciphertext is ignored"
    return KmsError("ValidationException", f"{member} is required when {when}.")


def _algorithm_key(params: Params, side: str = "") -> Conditions:
    algorithm = params.get(f"{side}EncryptionAlgorithm")
    return {"kms:EncryptionAlgorithm": algorithm} if algorithm is not None else _NO_CONDITIONS


OPERATIONS: Final = (
    cryptographic("Encrypt", encrypt, _algorithm_key),
    Operation("Decrypt", decrypt, Asked.ITSELF, cryptographic=True),
    Operation("ReEncrypt", re_encrypt, Asked.ITSELF, cryptographic=True),
)
