"""Keys for tests: what is written once and kept, because making it is slow or never the same, and entropy that is no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from hashlib import shake_128
from itertools import count
from pathlib import Path
from typing import Any

from policyeval.kms.crypto.families import open_key, open_public
from policyeval.kms.crypto.handles import KeyPair

VECTORS = Path(__file__).resolve().parents[3] / "fixtures" / "vectors"


def read(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


@cache
def pair(spec: str) -> KeyPair:
    """The key pair of a spec that fixtures/vectors/keys.json holds."""
    row = read("keys")["keys"][spec]
    public = row.get("public")
    return KeyPair(bytes.fromhex(row["secret"]), None if public is None else bytes.fromhex(public))


@cache
def private(spec: str) -> Any:
    return open_key(spec, pair(spec).secret)


@cache
def public(spec: str) -> Any:
    return open_public(spec, pair(spec).public or b"")


def entropy(seed: str = "") -> Callable[[int], bytes]:
    """Bytes that are the same in every run, and different at every call."""
    numbers = count()
    return lambda size: shake_128(f"{seed} {next(numbers)}".encode()).digest(size)
