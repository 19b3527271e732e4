"""The common operations as methods, for one caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from policyeval.kms.caller import Caller


class DataKey(NamedTuple):
    """A data key, in plain for use at once and encrypted for keeping."""

    plaintext: bytes
    ciphertext: bytes

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "DataKey()"


class Service(Protocol):
    """What a client calls."""

    def call(self, caller: Caller, operation: str, params: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Do one operation."""
        ...


class Client:
    """The KMS as one caller sees it. Every method raises `KmsError` when it is refused.

    Keys are named as the API names them: by id, ARN, alias or alias ARN. `call` does every other operation.
    """

    def __init__(self, service: Service, caller: Caller) -> None:
        self._service = service
        self.caller = caller

    def call(self, operation: str, **params: object) -> dict[str, Any]:
        """Do an operation with the API's own members."""
        return self._service.call(self.caller, operation, params)

    def create_key(self, *, policy: str | None = None, description: str = "", **params: object) -> str:
        """Create a key and give its ARN; a symmetric one under the default key policy when nothing else is said."""
        if policy is not None:
            params["Policy"] = policy
        arn: str = self.call("CreateKey", Description=description, **params)["KeyMetadata"]["Arn"]
        return arn

    def encrypt(
        self, key_id: str, plaintext: bytes, encryption_context: Mapping[str, str] | None = None, **params: object
    ) -> bytes:
        """Encrypt up to 4096 bytes; more than that is for a data key."""
        context = encryption_context or {}
        made = self.call("Encrypt", KeyId=key_id, Plaintext=plaintext, EncryptionContext=context, **params)
        blob: bytes = made["CiphertextBlob"]
        return blob

    def decrypt(
        self, ciphertext: bytes, encryption_context: Mapping[str, str] | None = None, **params: object
    ) -> bytes:
        """Decrypt; a symmetric ciphertext names its own key."""
        context = encryption_context or {}
        opened = self.call("Decrypt", CiphertextBlob=ciphertext, EncryptionContext=context, **params)
        plaintext: bytes = opened["Plaintext"]
        return plaintext

    def generate_data_key(
        self, key_id: str, encryption_context: Mapping[str, str] | None = None, *, key_spec: str = "AES_256"
    ) -> DataKey:
        """Make a key to encrypt data with locally."""
        context = encryption_context or {}
        made = self.call("GenerateDataKey", KeyId=key_id, KeySpec=key_spec, EncryptionContext=context)
        return DataKey(made["Plaintext"], made["CiphertextBlob"])

    def sign(self, key_id: str, message: bytes, algorithm: str, *, message_type: str = "RAW") -> bytes:
        """Sign a message of up to 4096 bytes, or its digest."""
        made = self.call("Sign", KeyId=key_id, Message=message, SigningAlgorithm=algorithm, MessageType=message_type)
        signature: bytes = made["Signature"]
        return signature

    def verify(
        self, key_id: str, message: bytes, signature: bytes, algorithm: str, *, message_type: str = "RAW"
    ) -> None:
        """Verify a signature; a bad one is `KMSInvalidSignatureException`."""
        self.call(
            "Verify",
            KeyId=key_id,
            Message=message,
            Signature=signature,
            SigningAlgorithm=algorithm,
            MessageType=message_type,
        )

    def put_key_policy(self, key_id: str, policy: str) -> None:
        """Replace a key's policy."""
        self.call("PutKeyPolicy", KeyId=key_id, Policy=policy)

    def create_grant(self, key_id: str, grantee: str, operations: Sequence[str], **params: object) -> str:
        """Grant operations on a key and give the grant's id."""
        made = self.call("CreateGrant", KeyId=key_id, GranteePrincipal=grantee, Operations=list(operations), **params)
        grant_id: str = made["GrantId"]
        return grant_id

    def revoke_grant(self, key_id: str, grant_id: str) -> None:
        """Withdraw a grant."""
        self.call("RevokeGrant", KeyId=key_id, GrantId=grant_id)
