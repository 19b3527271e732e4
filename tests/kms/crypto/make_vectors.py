"""Make fixtures/vectors: `python -m tests.kms.crypto.make_vectors`.

Everything comes from fixed inputs, so that a second run changes nothing; keys.json is read and
only what it lacks is made, because keys of RSA and of curves cannot be made twice, nor their signatures.
A vector that changes is a format that changed: then there are two formats, and both are read.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from policyeval.catalog.kms_specs import KEY_SPECS, UNSUPPORTED_ALGORITHMS
from policyeval.kms.crypto import blobs, sealing, wrapping
from policyeval.kms.crypto.families import generate
from policyeval.kms.crypto.importing import _purpose
from policyeval.kms.crypto.prf import keyed
from tests.kms.crypto.keys import VECTORS, entropy, pair, private, read

Case = dict[str, Any]
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:us-east-1:111122223333:key/{KEY_ID}"


def make_keys() -> dict[str, Any]:
    path = VECTORS / "keys.json"
    keys = read("keys")["keys"] if path.exists() else {}
    for spec in KEY_SPECS.values():
        if spec.supported and spec.public_key and spec.name not in keys:
            made = generate(spec.name, entropy(spec.name))
            keys[spec.name] = {"secret": made.secret.hex(), "public": (made.public or b"").hex()}
    return {"about": "key pairs for tests: PKCS #8 and SubjectPublicKeyInfo, DER, in hex", "keys": keys}


def make_blobs() -> dict[str, Any]:
    material = bytes(range(32))

    def made(key_id: str, version: int, plaintext: bytes, context: dict[str, str]) -> bytes:
        return blobs.encrypt(keyed(material), key_id, version, plaintext, context, entropy(f"{key_id} {version}"))

    blue = {"tenant": "blue", "Stage": "prod"}
    blob = made(KEY_ID, 3, b"attack at dawn", blue)
    id_at = 23
    refused = "InvalidCiphertextException"
    opens: list[tuple[str, bytes, dict[str, str], str]] = [
        ("a blob with a context", blob, blue, b"attack at dawn".hex()),
        ("a context has no order", blob, {"Stage": "prod", "tenant": "blue"}, b"attack at dawn".hex()),
        ("one byte, no context", made(KEY_ID, 1, b"\0", {}), {}, "00"),
        ("4096 bytes under the longest key id", made("k" * 256, 2**32 - 1, bytes(4096), {}), {}, bytes(4096).hex()),
        ("a key id of an entity file", made("mrk-ключ 🔑", 1, b"x", {"é": ""}), {"é": ""}, b"x".hex()),
    ]
    fails: list[tuple[str, bytes, dict[str, str]]] = [
        ("another value in the context", blob, {"tenant": "red", "Stage": "prod"}),
        ("a name in the context in another case", blob, {"tenant": "blue", "stage": "prod"}),
        ("a pair less in the context", blob, {"tenant": "blue"}),
        ("a pair more in the context", blob, {**blue, "a": ""}),
        ("no context", blob, {}),
        ("name and value have moved into each other", blob, {"tenantb": "lue", "Stage": "prod"}),
        ("another material version", blob[:4] + b"\4" + blob[5:], blue),
        ("another key id", blob[:id_at] + b"2" + blob[id_at + 1 :], blue),
        ("another format", b"\2" + blob[1:], blue),
        ("the last byte is missing", blob[:-1], blue),
        ("a byte too many", blob + b"\0", blue),
        ("the tag is another", blob[:-1] + bytes([blob[-1] ^ 1]), blue),
        ("cut within the tag", blob[: id_at + len(KEY_ID) + 15], blue),
        ("cut within the header", blob[:10], blue),
        ("nothing", b"", blue),
        ("a key id longer than the blob", blob[: id_at - 2] + b"\1\0" + blob[id_at:], blue),
        ("a key id of no bytes", blob[: id_at - 2] + b"\0\0" + blob[id_at:], blue),
        ("a key id of 257 bytes", blob[: id_at - 2] + b"\1\1" + b"k" * 400, blue),
        ("a key id that is no UTF-8", blob[:id_at] + b"\xff" + blob[id_at + 1 :], blue),
    ]
    cases: list[Case] = [
        {"name": name, "blob": data.hex(), "context": context, "plaintext": plaintext}
        for name, data, context, plaintext in opens
    ]
    cases += [{"name": name, "blob": data.hex(), "context": context, "fails": refused} for name, data, context in fails]
    return {"about": "docs/ciphertext.md; bytes in hex", "material": material.hex(), "cases": cases}


def make_wrapped() -> dict[str, Any]:
    root = bytes(range(100, 132))
    wrapped = wrapping.wrap(root, b"material", ARN, 2, entropy("wrap"))
    good = {"root_key": root.hex(), "key_arn": ARN, "version": 2, "wrapped": wrapped.hex()}
    changes: dict[str, Case] = {
        "another root key": {"root_key": bytes(32).hex()},
        "a root key of 31 bytes": {"root_key": root[1:].hex()},
        "another key": {"key_arn": ARN.replace("us-east-1", "us-east-2")},
        "an older version": {"version": 1},
        "another format": {"wrapped": "02" + wrapped.hex()[2:]},
        "a byte is missing": {"wrapped": wrapped[:-1].hex()},
        "too short for a tag": {"wrapped": wrapped[:32].hex()},
        "nothing": {"wrapped": ""},
    }
    cases: list[Case] = [{"name": "wrapped material", **good, "material": b"material".hex()}]
    cases += [{"name": name, **good, **change, "fails": "WrongKeyError"} for name, change in changes.items()]
    return {"about": "material at rest; bytes in hex", "cases": cases}


def make_sealed() -> dict[str, Any]:
    key = bytes(range(50, 82))
    text = sealing.seal(key, "grant", b"grant-id", entropy("seal"))
    good = {"key": key.hex(), "purpose": "grant", "text": text}
    changes: dict[str, Case] = {
        "another key": {"key": bytes(32).hex()},
        "another purpose": {"purpose": "marker"},
        "cut": {"text": text[:-4]},
        "padded": {"text": text + "="},
        "a space in it": {"text": text[:8] + " " + text[8:]},
        "no letter of the alphabet": {"text": "é" + text[1:]},
        "nothing": {"text": ""},
    }
    cases: list[Case] = [{"name": "a sealed text", **good, "payload": b"grant-id".hex()}]
    cases.append(
        {
            "name": "a sealed nothing",
            "key": key.hex(),
            "purpose": "",
            "text": sealing.seal(key, "", b"", entropy("none")),
            "payload": "",
        }
    )
    cases += [{"name": name, **good, **change, "fails": "SealError"} for name, change in changes.items()]
    return {"about": "grant tokens and markers; bytes in hex, the text as it is", "cases": cases}


def make_signatures() -> dict[str, Any]:
    path = VECTORS / "signatures.json"
    before = (
        {(each["spec"], each["algorithm"]): each["signature"] for each in read("signatures")["cases"]}
        if path.exists()
        else {}
    )
    cases = []
    for spec in KEY_SPECS.values():
        for algorithm in spec.signing if spec.supported else ():
            if algorithm not in UNSUPPORTED_ALGORITHMS:
                signature = (
                    before.get((spec.name, algorithm)) or private(spec.name).sign(algorithm, b"a message", "RAW").hex()
                )
                cases.append(
                    {
                        "name": f"{algorithm} by {spec.name}",
                        "spec": spec.name,
                        "algorithm": algorithm,
                        "message": b"a message".hex(),
                        "signature": signature,
                    }
                )
    return {"about": "signatures of the keys of keys.json over a RAW message; bytes in hex", "cases": cases}


def make_imports() -> dict[str, Any]:
    """Import tokens over the committed RSA keys; OAEP is random, so a case that is there stays."""
    if (VECTORS / "imports.json").exists():
        return dict(read("imports"))
    key, now = bytes(range(7, 39)), datetime(2026, 1, 31, 12, tzinfo=UTC)
    day = timedelta(hours=24)

    def token(algorithm: str, wrapping_spec: str) -> bytes:
        end = int((now + day).timestamp())
        payload = end.to_bytes(8, "big") + bytes([len(algorithm)]) + algorithm.encode() + pair(wrapping_spec).secret
        return sealing.seal_bytes(key, _purpose(ARN), payload, entropy(f"{algorithm} {wrapping_spec}"))

    def wrapped(algorithm: str, wrapping_spec: str, material: bytes) -> bytes:
        digest = SHA1() if algorithm.endswith("_1") else SHA256()  # noqa: S303 - the algorithm is called so
        public = load_der_public_key(pair(wrapping_spec).public or b"")
        assert isinstance(public, RSAPublicKey)
        oaep = OAEP(MGF1(digest), digest, None)
        if algorithm.startswith("RSAES"):
            return public.encrypt(material, oaep)
        aes = bytes(range(32))
        return public.encrypt(aes, oaep) + aes_key_wrap_with_padding(aes, material)

    def case(name: str, spec: str, algorithm: str, wrapping_spec: str, inside: bytes, **more: Any) -> Case:
        facts = {"spec": spec, "key_arn": ARN, "at": now.isoformat(), "token": token(algorithm, wrapping_spec).hex()}
        return {"name": name, **facts, "encrypted": wrapped(algorithm, wrapping_spec, inside).hex(), **more}

    direct, steps = "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_256"
    thirty_two = bytes(range(32))
    symmetric = case("", "SYMMETRIC_DEFAULT", direct, "RSA_2048", thirty_two)
    cases = [
        {**symmetric, "name": "a symmetric key", "material": thirty_two.hex()},
        {
            **symmetric,
            "name": "in the last second",
            "at": (now + day - timedelta(seconds=1)).isoformat(),
            "material": thirty_two.hex(),
        },
        case("with SHA-1", "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSA_3072", thirty_two, material=thirty_two.hex()),
        case("an HMAC key longer than its code", "HMAC_384", direct, "RSA_2048", bytes(128), material=bytes(128).hex()),
        case(
            "a private key on a curve, directly",
            "ECC_NIST_P384",
            direct,
            "RSA_2048",
            pair("ECC_NIST_P384").secret,
            material=pair("ECC_NIST_P384").secret.hex(),
        ),
        case(
            "a private key of P-521 under a larger key",
            "ECC_NIST_P521",
            direct,
            "RSA_4096",
            pair("ECC_NIST_P521").secret,
            material=pair("ECC_NIST_P521").secret.hex(),
        ),
        case(
            "a private RSA key in two steps",
            "RSA_3072",
            steps,
            "RSA_2048",
            pair("RSA_3072").secret,
            material=pair("RSA_3072").secret.hex(),
        ),
        case(
            "in two steps with SHA-1",
            "ECC_SECG_P256K1",
            "RSA_AES_KEY_WRAP_SHA_1",
            "RSA_2048",
            pair("ECC_SECG_P256K1").secret,
            material=pair("ECC_SECG_P256K1").secret.hex(),
        ),
        {**symmetric, "name": "after a day", "at": (now + day).isoformat(), "fails": "ExpiredImportTokenException"},
        {
            **symmetric,
            "name": "the token of another key",
            "key_arn": ARN.replace("us-east-1", "us-east-2"),
            "fails": "InvalidImportTokenException",
        },
        {
            **symmetric,
            "name": "a token cut short",
            "token": symmetric["token"][:-2],
            "fails": "InvalidImportTokenException",
        },
        {
            **symmetric,
            "name": "wrapped under another key",
            "encrypted": wrapped(direct, "RSA_3072", thirty_two).hex(),
            "fails": "InvalidCiphertextException",
        },
        {
            **symmetric,
            "name": "wrapped by another algorithm",
            "encrypted": wrapped("RSAES_OAEP_SHA_1", "RSA_2048", thirty_two).hex(),
            "fails": "InvalidCiphertextException",
        },
        {**symmetric, "name": "nothing wrapped", "encrypted": "", "fails": "InvalidCiphertextException"},
        case(
            "31 bytes for a symmetric key",
            "SYMMETRIC_DEFAULT",
            direct,
            "RSA_2048",
            bytes(31),
            fails="IncorrectKeyMaterialException",
        ),
        case(
            "33 bytes for a symmetric key",
            "SYMMETRIC_DEFAULT",
            direct,
            "RSA_2048",
            bytes(33),
            fails="IncorrectKeyMaterialException",
        ),
        case(
            "an HMAC key shorter than its code",
            "HMAC_384",
            direct,
            "RSA_2048",
            bytes(47),
            fails="IncorrectKeyMaterialException",
        ),
        case(
            "an HMAC key of more than 1024 bits",
            "HMAC_224",
            direct,
            "RSA_2048",
            bytes(129),
            fails="IncorrectKeyMaterialException",
        ),
        case(
            "a key on another curve",
            "ECC_NIST_P256",
            direct,
            "RSA_2048",
            pair("ECC_SECG_P256K1").secret,
            fails="IncorrectKeyMaterialException",
        ),
        case(
            "an RSA key of another size",
            "RSA_4096",
            steps,
            "RSA_2048",
            pair("RSA_3072").secret,
            fails="IncorrectKeyMaterialException",
        ),
        case(
            "an RSA key for a curve",
            "ECC_NIST_P256",
            steps,
            "RSA_2048",
            pair("RSA_2048").secret,
            fails="IncorrectKeyMaterialException",
        ),
        case(
            "a public key",
            "ECC_NIST_P256",
            steps,
            "RSA_2048",
            pair("ECC_NIST_P256").public or b"",
            fails="IncorrectKeyMaterialException",
        ),
    ]
    return {"about": "imported key material; bytes in hex", "sealing_key": key.hex(), "cases": cases}


def main() -> None:
    VECTORS.mkdir(exist_ok=True)
    makers = {
        "keys": make_keys,
        "blobs": make_blobs,
        "wrapped": make_wrapped,
        "sealed": make_sealed,
        "signatures": make_signatures,
        "imports": make_imports,
    }
    for name, make in makers.items():
        text = json.dumps(make(), indent=1, ensure_ascii=False) + "\n"
        (VECTORS / f"{name}.json").write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}.json: {len(text):,} characters\n")


if __name__ == "__main__":
    main()
