"""Fills a database file with as many keys and grants as asked for, quickly: past the store, in bulk."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from policyeval.kms.crypto.wrapping import wrap
from policyeval.kms.records import Key, Material
from policyeval.kms.storage.root_key import RootKey
from policyeval.kms.storage.rows import FILED_GRANT, KEY, MATERIAL, row_of_grant, row_of_key, row_of_material
from policyeval.kms.storage.sqlite import SqliteStore
from policyeval.model.grant import Grant
from tests.kms.storage.samples import NOW

REGION = "us-east-1"
# The most that a key may have: the key that is given back has half of all grants, up to so many.
MOST_OF_A_KEY = 50_000
PRINCIPALS = 1000
OPERATIONS = frozenset({"Decrypt", "DescribeKey", "GenerateDataKey"})
POLICY = (
    '{"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow",'
    '"Principal":{"AWS":"arn:aws:iam::%s:root"},"Action":"kms:*","Resource":"*"}]}'
)


def fill(  # noqa: PLR0913 - what to fill it with, by name
    path: Path, root_key: RootKey, *, keys: int, grants: int, account: str, grantee: str
) -> str:
    """Make a file with keys of one account and grants on them; give the ARN of the key with the most.

    `grantee` has one grant on that key; every other grant is to one of a thousand other principals.
    """
    SqliteStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        connection.execute("BEGIN")
        made = [_key(number, account) for number in range(keys)]
        _insert(connection, "keys", f"id, {KEY}", ((number, *row_of_key(key)) for number, key in enumerate(made, 1)))
        secrets = _wrapped(made, root_key.read())
        _insert(connection, "secrets", "id, wrapped", secrets)
        materials = ((number, number, *row_of_material(_material(key))) for number, key in enumerate(made, 1))
        _insert(connection, "materials", f"key, secret, {MATERIAL}", materials)
        given = _grants(made, grants, account, grantee)
        _insert(connection, "grants", f"key, {FILED_GRANT}", ((row, *row_of_grant(grant)) for row, grant in given))
        connection.execute("COMMIT")
    return made[0].arn


def _insert(connection: sqlite3.Connection, table: str, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(columns.split(", ")))
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 - constants


def _key(number: int, account: str) -> Key:
    key_id = str(uuid.UUID(bytes=_digest("key", number)[:16]))
    return Key(
        arn=f"arn:aws:kms:{REGION}:{account}:key/{key_id}",
        account=account,
        region=REGION,
        key_id=key_id,
        created=NOW,
        policy=POLICY % account,
        material=1,
        material_id=_digest("material", number).hex(),
    )


def _material(key: Key) -> Material:
    return Material(key.arn, 1, key.material_id or "", None, NOW)


def _wrapped(keys: list[Key], root_key: bytes) -> Iterator[tuple[int, bytes]]:
    for number, key in enumerate(keys, 1):
        yield number, wrap(root_key, os.urandom(32), key.arn, 1, os.urandom)


def _grants(keys: list[Key], count: int, account: str, grantee: str) -> Iterator[tuple[int, Grant]]:
    """Give grants with the number of their key's row, in the order in which the table keeps them."""
    most = min(MOST_OF_A_KEY, count // 2)
    others = len(keys) - 1 or 1
    share, rest = divmod(count - most, others)
    for row, key in enumerate(keys, 1):
        size = most if row == 1 else share + (row - 2 < rest)
        for place, grant_id in enumerate(sorted(_digest(key.key_id, number).hex() for number in range(size))):
            principal = f"arn:aws:iam::{account}:role/worker-{(row + place) % PRINCIPALS}"
            mine = row == 1 and place == size // 2
            yield (
                row,
                Grant(
                    key.arn,
                    grant_id,
                    OPERATIONS,
                    grantee_principal=grantee if mine else principal,
                    retiring_principal=f"arn:aws:iam::{account}:role/admin",
                    issuing_account=f"arn:aws:iam::{account}:root",
                    context_subset={"tenant": str(place)} if not mine and place % 2 else None,
                    creation_date=NOW,
                    tokens=frozenset({grant_id[:16]}),
                ),
            )


def _digest(name: str, number: int) -> bytes:
    return hashlib.sha256(f"{name} {number}".encode()).digest()
