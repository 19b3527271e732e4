"""The one interface through which the KMS uses a key, whatever holds it.

Software implements it in this package; a hardware module or an external key store implements the
same protocols. A handle is safe for many threads, shows no material in its `repr`, cannot be
pickled, and its errors carry none. All of them raise `KmsError` with the API's code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, NoReturn, Protocol, TypeAlias, TypeVar

Entropy: TypeAlias = Callable[[int], bytes]
"""Gives as many random bytes as it is asked for."""

Context: TypeAlias = Mapping[str, str]
"""An encryption context."""

_Class = TypeVar("_Class")


class SymmetricKey(Protocol):
    """Encrypts into blobs that name their key (KMS 8)."""

    def encrypt(self, key_id: str, version: int, plaintext: bytes, context: Context, entropy: Entropy) -> bytes:
        """Encrypt into a blob that says which key, and which version of its material, opens it."""
        ...

    def decrypt(self, blob: bytes, context: Context) -> bytes:
        """Open a blob; `InvalidCiphertextException` when anything of it, or the context, is not what it was."""
        ...


class Encrypter(Protocol):
    """The public half of an asymmetric key that encrypts."""

    def encrypt(self, algorithm: str, plaintext: bytes) -> bytes:
        """Encrypt; `ValidationException` when there is more plaintext than the algorithm takes."""
        ...


class Decrypter(Protocol):
    """The private half of an asymmetric key that encrypts."""

    def decrypt(self, algorithm: str, ciphertext: bytes) -> bytes:
        """Decrypt, or raise `InvalidCiphertextException`."""
        ...


class Signer(Protocol):
    """The private half of a key that signs."""

    def sign(self, algorithm: str, message: bytes, message_type: str) -> bytes:
        """Sign a message (`RAW`), its digest (`DIGEST`) or its representative (`EXTERNAL_MU`)."""
        ...


class Verifier(Protocol):
    """The public half of a key that signs."""

    def verify(self, algorithm: str, message: bytes, message_type: str, signature: bytes) -> None:
        """Return when the signature is good, else raise `KMSInvalidSignatureException`."""
        ...


class Mac(Protocol):
    """A key that authenticates messages."""

    def generate(self, algorithm: str, message: bytes) -> bytes:
        """Compute the code of a message."""
        ...

    def verify(self, algorithm: str, message: bytes, mac: bytes) -> None:
        """Return when the code is the message's, else raise `KMSInvalidMacException`; takes constant time."""
        ...


class Agreement(Protocol):
    """A key that agrees on a secret with another one of its curve."""

    def derive(self, public_key: bytes) -> bytes:
        """Derive the secret shared with a peer's public key (SubjectPublicKeyInfo, DER).

        `ValidationException` when that is no key of the same curve.
        """
        ...


class Encapsulator(Protocol):
    """The public half of a key that encapsulates."""

    def encapsulate(self) -> Encapsulated:
        """Make a secret and the ciphertext from which the private half gets it back."""
        ...


class Decapsulator(Protocol):
    """The private half of a key that encapsulates."""

    def decapsulate(self, ciphertext: bytes) -> bytes:
        """Get the secret back; `InvalidCiphertextException` for a wrong length, and only for that (KMS 13)."""
        ...


class Encapsulated(NamedTuple):
    """What encapsulating gives."""

    secret: bytes
    ciphertext: bytes

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"Encapsulated({len(self.ciphertext)} bytes)"


class KeyPair(NamedTuple):
    """Material: raw bytes of a symmetric key, PKCS#8 (DER) of a private one; its SubjectPublicKeyInfo (DER)."""

    secret: bytes
    public: bytes | None

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"KeyPair({len(self.secret)} bytes)"


Handle: TypeAlias = SymmetricKey | Decrypter | Signer | Mac | Agreement | Decapsulator
"""A key that was opened; which protocols it keeps follows from its spec."""

PublicHandle: TypeAlias = Encrypter | Verifier | Encapsulator
"""A public key that was opened."""


class Family(NamedTuple):
    """How the keys of one spec are made, taken in and opened.

    Attributes:
        generate: makes material.
        open_key: makes a handle of material that this family gave.
        open_public: makes a handle of a public key that this family gave; None where there are none.
        admit: checks material from outside and gives it as we keep it, or raises
            `IncorrectKeyMaterialException`; None where there is no importing it.

    """

    generate: Callable[[Entropy], KeyPair]
    open_key: Callable[[bytes], Handle]
    open_public: Callable[[bytes], PublicHandle] | None = None
    admit: Callable[[bytes], KeyPair] | None = None


def discreet(handle: type[_Class]) -> type[_Class]:
    """Make a class of handles that shows nothing and cannot be pickled or copied."""

    def __repr__(_self: object) -> str:  # noqa: N807 - it becomes the class's
        return f"<{handle.__name__}>"

    def __reduce_ex__(_self: object, _protocol: object) -> NoReturn:  # noqa: N807 - likewise
        message = "a key cannot be pickled or copied"
        raise TypeError(message)

    handle.__repr__ = __repr__  # type: ignore[method-assign]
    handle.__reduce_ex__ = __reduce_ex__  # type: ignore[method-assign]
    return handle
