"""What callers bring as signature, ciphertext, peer's key or material is good, or refused with a code of the API.

The first byte chooses a key and what to do with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from policyeval.catalog.kms_specs import KEY_SPECS, UNSUPPORTED_ALGORITHMS
from policyeval.kms.crypto.families import admit
from policyeval.kms.errors import KmsError
from tests.kms.crypto.keys import private, public

FINE = ()
WORDS = (
    b"\x30\x44\x02\x20",
    b"\x30\x45\x02\x21\x00",
    b"\x30\x81",
    b"\x30\x82\x04\xbd",
    b"\x02\x01\x00",
    b"\x02\x01\x01",
    b"\x30\x80",
    b"\x00" * 32,
    b"\xff" * 32,
    bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"),
    bytes.fromhex("300d06092a864886f70d0101010500"),
    bytes.fromhex("034200") + b"\x04",
    bytes.fromhex("034200") + b"\x02",
    bytes.fromhex("04203077020101"),
)
MESSAGE = b"a message"  # that of fixtures/vectors/signatures.json, from which the corpus is

Answer = TypeVar("Answer")
Use = Callable[[bytes], None]


def run(data: bytes) -> None:
    USES[data[0] % len(USES) if data else 0](data[1:])


def _verifies(spec: str, algorithm: str) -> Use:
    def use(signature: bytes) -> None:
        _ask(lambda: public(spec).verify(algorithm, MESSAGE, "RAW", signature), "KMSInvalidSignatureException")

    return use


def _decrypts(spec: str, algorithm: str) -> Use:
    return lambda ciphertext: _ask(lambda: private(spec).decrypt(algorithm, ciphertext), "InvalidCiphertextException")


def _decapsulates(spec: str) -> Use:
    return lambda ciphertext: _ask(lambda: private(spec).decapsulate(ciphertext), "InvalidCiphertextException")


def _derives(spec: str) -> Use:
    def use(peer: bytes) -> None:
        secret = _ask(lambda: private(spec).derive(peer), "ValidationException")
        assert secret is None or len(secret) == KEY_SPECS[spec].secret

    return use


def _admits(spec: str) -> Use:
    def use(material: bytes) -> None:
        taken = _ask(lambda: admit(spec, material), "IncorrectKeyMaterialException")
        assert taken is None or admit(spec, taken.secret) == taken

    return use


def _ask(question: Callable[[], Answer], code: str) -> Answer | None:
    try:
        return question()
    except KmsError as error:
        assert error.code == code, error.code
        return None


def _uses() -> Sequence[Use]:
    specs = [spec for spec in KEY_SPECS.values() if spec.supported]
    return (
        *(_verifies(spec.name, name) for spec in specs for name in spec.signing if name not in UNSUPPORTED_ALGORITHMS),
        *(_decrypts("RSA_2048", name) for name in KEY_SPECS["RSA_2048"].encryption),
        *(_decapsulates(spec.name) for spec in specs if spec.encapsulation),
        *(_derives(spec.name) for spec in specs if spec.agreement),
        *(_admits(spec.name) for spec in specs if spec.importable),
    )


USES = _uses()
