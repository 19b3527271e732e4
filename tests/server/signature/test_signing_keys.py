"""Signing keys are kept when they have verified something, and no answer ever is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from policyeval.server.canonical import Scope, signer
from policyeval.server.signature import SigningKeys
from policyeval.server.wire import WireError
from tests.server.signature.signing import NOW, SESSION, USER, Known, check, signed


def test_a_key_is_kept_for_each_secret_day_region_and_service() -> None:
    keys = SigningKeys()
    for _ in range(2):
        check(signed(), keys=keys)
        check(signed(identity=SESSION), keys=keys)
        check(signed(region="eu-central-1"), keys=keys)
        check(signed(service="sts"), service="sts", keys=keys)
        tomorrow = NOW + timedelta(days=1)
        check(signed(at=tomorrow), now=tomorrow, keys=keys)
    assert len(keys) == 5


def test_nothing_is_kept_for_who_cannot_sign() -> None:
    keys = SigningKeys()
    for identity in (replace(USER, secret="another"), replace(USER, access_key_id="AKIANOBODY")):  # noqa: S106 - of nobody
        with suppress(WireError):
            check(signed(identity=identity), keys=keys)
    with suppress(WireError):
        check(signed(region="mars-north-1"), keys=keys)
    assert len(keys) == 0


def test_there_are_never_more_than_so_many() -> None:
    keys, scope = SigningKeys(most=3), Scope("20260517", "us-east-1", "kms")
    for number in range(10):
        keys.keep(f"secret {number}", scope, signer("a secret", scope))
        assert len(keys) <= 3


def test_a_kept_key_says_nothing_of_the_next_request() -> None:
    keys, request = SigningKeys(), signed()
    check(request, keys=keys)
    with pytest.raises(WireError, match="InvalidSignatureException"):
        check(request._replace(body=b"{}"), keys=keys)
    with pytest.raises(WireError, match="Signature expired"):
        check(request, now=NOW + timedelta(minutes=6), keys=keys)
    with pytest.raises(WireError, match="UnrecognizedClientException"):
        check(request, known=Known(SESSION), keys=keys)


def test_a_kept_key_is_not_derived_again() -> None:
    keys, scope = SigningKeys(), Scope(f"{NOW:%Y%m%d}", "us-east-1", "kms")
    keys.keep(USER.secret, scope, signer("another secret", scope))
    with pytest.raises(WireError, match="InvalidSignatureException"):
        check(signed(), keys=keys)


def test_a_new_secret_counts_at_once() -> None:
    keys, old, new = SigningKeys(), signed(), replace(USER, secret="a new one")  # noqa: S106 - of nobody
    check(old, keys=keys)
    with pytest.raises(WireError, match="InvalidSignatureException"):
        check(old, known=Known(new), keys=keys)
    assert check(signed(identity=new), known=Known(new), keys=keys).identity is new


def test_secrets_are_not_shown() -> None:
    keys = SigningKeys()
    check(signed(identity=SESSION), keys=keys)
    assert repr(keys) == "SigningKeys(most=4096)"
