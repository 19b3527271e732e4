"""The AWS Encryption SDK: a file in chunks, encrypted under one account's key and decrypted in another by AssumeRole."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from policyeval.server.testing import LocalEndpoint
from tests.server.conftest import ADMIN, ADMIN_B, APP_B

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what its own dependencies deprecate
    import aws_encryption_sdk
    from aws_encryption_sdk.exceptions import DecryptKeyError, GenerateKeyError
    from aws_encryption_sdk.identifiers import CommitmentPolicy

CONTEXT = {"tenant": "blue"}
CHUNK = 64 * 1024


def _provider(key: str, *credentials: str | None) -> Any:
    """Make the SDK's key provider, as a program does that runs against AWS."""
    session = botocore.session.get_session()
    session.set_credentials(*credentials)
    return aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key], botocore_session=session)


def _as_role(endpoint: LocalEndpoint, key: str) -> Any:
    """Become the role of account B, as its administrator."""
    given = endpoint.client("sts", as_=ADMIN_B).assume_role(RoleArn=APP_B, RoleSessionName="reader")["Credentials"]
    return _provider(key, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _copy(mode: str, source: Path, target: Path, **how: Any) -> dict[str, str]:
    client = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
    with (
        source.open("rb") as read,
        target.open("wb") as written,
        client.stream(mode=mode, source=read, **how) as stream,
    ):
        while chunk := stream.read(CHUNK):
            written.write(chunk)
        context: dict[str, str] = stream.header.encryption_context
    return context


@pytest.mark.parametrize("size", [0, 1, 4096, 3 * 1024 * 1024 + 17])
def test_a_file_of_any_size_goes_from_one_account_to_another(
    endpoint: LocalEndpoint, kms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    plain, sealed, opened = (tmp_path / name for name in ("plain", "sealed", "opened"))
    plain.write_bytes(hashlib.shake_128(b"figures").digest(size))
    owner = _provider(key, *endpoint.credentials(ADMIN))
    _copy("e", plain, sealed, key_provider=owner, encryption_context=CONTEXT)

    with pytest.raises(DecryptKeyError):  # account B has no part in it yet
        _copy("d", sealed, opened, key_provider=_as_role(endpoint, key))
    kms.create_grant(
        KeyId=key, GranteePrincipal=APP_B, Operations=["Decrypt"], Constraints={"EncryptionContextSubset": CONTEXT}
    )
    found = _copy("d", sealed, opened, key_provider=_as_role(endpoint, key))
    assert CONTEXT.items() <= found.items()
    assert opened.read_bytes() == plain.read_bytes()
    with pytest.raises(GenerateKeyError):  # to decrypt is all that was granted
        _copy("e", plain, sealed, key_provider=_as_role(endpoint, key), encryption_context=CONTEXT)
