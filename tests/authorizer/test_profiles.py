"""Profiles: what a caller and a resource are taken for before anything is known of them."""

from __future__ import annotations

from policyeval.authorizer.profiles import Caller, Target
from policyeval.model.arn import split_arn
from tests.authorizer.estates import BUCKET, KEY, A


def facts(profile: Caller | Target) -> dict[str, object]:
    slots = (name for kind in type(profile).__mro__ for name in getattr(kind, "__slots__", ()))
    return {name: getattr(profile, name) for name in slots}


def test_a_caller_is_nobody_in_particular() -> None:
    keys = {"aws:principaltype": "Anonymous"}
    assert facts(Caller("someone", "AWS", keys)) == {
        "account": "",
        "account_arn": "",
        "boundary": None,
        "caller_type": "AWS",
        "described": True,
        "grantees": (),
        "has_boundary": False,
        "has_everything": False,
        "identity": None,
        "is_role": False,
        "is_root": False,
        "is_session": False,
        "keys": keys,
        "label": "someone",
        "name": "someone",
        "organization_known": True,
        "partition": "aws",
        "sides": {},
        "record": None,
        "scps": None,
        "service_linked": False,
        "session_arn": None,
        "temporary": False,
        "unique_id": None,
    }


def test_a_resource_is_what_its_arn_says() -> None:
    whatever = {
        "account": A,
        "described": False,
        "is_key": False,
        "is_role": False,
        "key": None,
        "keys": {},
        "organization_known": True,
        "partition": "aws",
        "sides": {},
        "policy": None,
        "rcp_exempt": False,
        "rcps": None,
        "record": None,
        "region": "",
        "untold": (),
    }
    role = f"arn:aws:iam::{A}:role/app"
    for arn, own in ((BUCKET, {}), (KEY, {"is_key": True, "region": "us-east-1"}), (role, {"is_role": True})):
        parts = split_arn(arn)
        assert facts(Target(arn, A, parts)) == {**whatever, "arn": arn, "parts": parts, **own}
    assert facts(Target("*", A, None)) == {**whatever, "arn": "*", "parts": None, "partition": ""}
