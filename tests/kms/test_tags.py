"""Tags put on keys, taken off and listed, and what policies see of them (KMS 16)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kms.estate import APP_A, NOBODY_A, Estate, allow

DENIED = "AccessDeniedException"


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in pairs.items()]


def listed(estate: Estate, key: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = estate.call("ListResourceTags", KeyId=key)["Tags"]
    return found


def test_tags_are_added_changed_and_taken_off() -> None:
    estate = Estate()
    key = estate.key(Tags=tags(team="x"))
    assert estate.call("TagResource", KeyId=key, Tags=tags(stage="test", team="y", empty="")) == {}
    assert listed(estate, key) == tags(empty="", stage="test", team="y")
    assert estate.call("UntagResource", KeyId=key, TagKeys=["team", "stage", "never-there"]) == {}
    assert listed(estate, key) == tags(empty="")


def test_keys_are_created_and_replicated_with_tags_that_can_be_put() -> None:
    estate, bad = Estate(), tags(owner="x & y")
    key = estate.key(MultiRegion=True, Tags=tags(owner="Größe 3", **{"a:b/c=d+e-f@g_h.i": "名前"}))
    assert len(listed(estate, key)) == 2
    assert estate.refused("CreateKey", Tags=bad) == ("TagException", "Invalid tag")
    assert estate.refused("ReplicateKey", KeyId=key, ReplicaRegion="eu-west-1", Tags=bad)[0] == "TagException"


def test_tag_keys_differ_by_case() -> None:
    estate = Estate()
    key = estate.key(Tags=tags(team="x"))
    estate.call("TagResource", KeyId=key, Tags=tags(Team="y"))
    assert listed(estate, key) == tags(Team="y", team="x")
    estate.call("UntagResource", KeyId=key, TagKeys=["TEAM"])
    assert len(listed(estate, key)) == 2


FIFTY = {f"t{number:02}": "" for number in range(50)}
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("a tag twice", "TagResource", {"Tags": tags(a="1") + tags(a="1")}, "Duplicate tag keys"),
    ("a tag in two cases", "TagResource", {"Tags": tags(a="1", A="2")}, "Duplicate tag keys"),
    ("AWS's own", "TagResource", {"Tags": tags(**{"aws:x": "1"})}, "Tags beginning with aws: are reserved"),
    ("AWS's own in capitals", "TagResource", {"Tags": tags(**{"AWS:x": "1"})}, "Tags beginning with aws: are reserved"),
    ("AWS's own taken off", "UntagResource", {"TagKeys": ["Aws:x"]}, "Tags beginning with aws: are reserved"),
    ("a mark that none has in its key", "TagResource", {"Tags": tags(**{"a*b": "1"})}, "Invalid tag"),
    ("a mark that none has in its value", "TagResource", {"Tags": tags(good="1", owner="x & y")}, "Invalid tag"),
    ("a line that ends", "TagResource", {"Tags": tags(owner="x\n")}, "Invalid tag"),
    ("fifty more than there was one", "TagResource", {"Tags": tags(**FIFTY)}, "Too many tags"),
]


@pytest.mark.parametrize(("operation", "params", "message"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_tags_that_are_not_taken(operation: str, params: dict[str, Any], message: str) -> None:
    estate = Estate()
    key = estate.key(Tags=tags(first="x"))
    before = estate.kms.store.revision
    assert estate.refused(operation, KeyId=key, **params) == ("TagException", message)
    assert estate.kms.store.revision is before
    assert estate.refused(operation, NOBODY_A, KeyId=key, **params)[0] == DENIED


def test_fifty_tags_are_taken_and_can_be_changed() -> None:
    estate = Estate()
    key = estate.key()
    estate.call("TagResource", KeyId=key, Tags=tags(**FIFTY))
    estate.call("TagResource", KeyId=key, Tags=tags(t00="changed"))
    assert estate.refused("TagResource", KeyId=key, Tags=tags(more=""))[1] == "Too many tags"


def test_tags_are_listed_in_pages() -> None:  # KMS 14
    estate = Estate()
    key, other = estate.key(Tags=tags(c="3", a="1", b="2")), estate.key()
    first = estate.call("ListResourceTags", KeyId=key, Limit=2)
    assert (first["Tags"], first["Truncated"]) == (tags(a="1", b="2"), True)
    rest = estate.call("ListResourceTags", KeyId=key, Limit=2, Marker=first["NextMarker"])
    assert rest == {"Tags": tags(c="3"), "Truncated": False}
    assert estate.refused("ListResourceTags", KeyId=other, Marker=first["NextMarker"])[0] == "InvalidMarkerException"
    code, message = estate.refused("ListResourceTags", KeyId=key, Limit=51)
    assert (code, message.rpartition(": ")[2]) == (
        "ValidationException",
        "Member must have value less than or equal to 50",
    )


def test_a_tag_opens_and_closes_a_key_at_once() -> None:
    estate = Estate(app_a=[allow("kms:Encrypt", Condition={"StringEquals": {"aws:ResourceTag/team": "x"}})])
    key = estate.key()
    encrypt = {"KeyId": key, "Plaintext": b"x"}
    assert estate.refused("Encrypt", APP_A, **encrypt)[0] == DENIED
    estate.call("TagResource", KeyId=key, Tags=tags(team="x"))
    assert estate.call("Encrypt", APP_A, **encrypt)
    estate.call("UntagResource", KeyId=key, TagKeys=["team"])
    assert estate.refused("Encrypt", APP_A, **encrypt)[0] == DENIED


CONDITIONS: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "the value of a tag",
        "TagResource",
        {"StringEquals": {"aws:RequestTag/team": "x"}},
        {"Tags": tags(team="x")},
        {"Tags": tags(team="y")},
    ),
    (
        "the keys of tags that are put",
        "TagResource",
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}},
        {"Tags": tags(team="x", stage="y")},
        {"Tags": tags(team="x", other="y")},
    ),
    (
        "the keys of tags that are taken off",
        "UntagResource",
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
        {"TagKeys": ["team"]},
        {"TagKeys": ["team", "other"]},
    ),
]


@pytest.mark.parametrize(
    ("operation", "condition", "good", "bad"), [pytest.param(*row[1:], id=row[0]) for row in CONDITIONS]
)
def test_a_condition_on_tags_decides(
    operation: str, condition: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]
) -> None:
    estate = Estate(app_a=[allow(f"kms:{operation}", Condition=condition)])
    key = estate.key()
    estate.call(operation, APP_A, KeyId=key, **good)
    assert estate.refused(operation, APP_A, KeyId=key, **bad)[0] == DENIED


def test_whose_keys_one_may_tag_hangs_on_their_tags() -> None:
    estate = Estate(app_a=[allow("kms:TagResource", Condition={"StringEquals": {"aws:ResourceTag/owner": "app"}})])
    own, others = estate.key(Tags=tags(owner="app")), estate.key(Tags=tags(owner="other"))
    estate.call("TagResource", APP_A, KeyId=own, Tags=tags(team="x"))
    assert estate.refused("TagResource", APP_A, KeyId=others, Tags=tags(owner="app"))[0] == DENIED


def test_tags_of_a_key_that_is_pending_deletion_stay() -> None:  # KMS 3
    estate = Estate()
    key = estate.key(Tags=tags(team="x"))
    estate.call("ScheduleKeyDeletion", KeyId=key)
    pending = ("KMSInvalidStateException", f"{key} is pending deletion.")
    assert estate.refused("TagResource", KeyId=key, Tags=tags(a="b")) == pending
    assert estate.refused("UntagResource", KeyId=key, TagKeys=["team"]) == pending
    assert listed(estate, key) == tags(team="x")
