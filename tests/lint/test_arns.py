"""ARNs of policies, and the types of resource they name."""

from __future__ import annotations

import pytest

from policyeval.lint.arns import ArnFields, arn_fields, has_fields, named_by, resource_types


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("arn:aws:s3:::bucket", ArnFields("aws", "s3", "", "", "bucket")),
        ("arn:aws:logs:*:*:log-group:a:*", ArnFields("aws", "logs", "*", "*", "log-group:a:*")),
        ("arn:aws:iam::*:user/${aws:username}", ArnFields("aws", "iam", "", "*", "user/*")),
        ("arn:${aws:Partition}:s3:::b", ArnFields("*", "s3", "", "", "b")),
        ("arn:aws:s3:::b/${aws:username, 'a:b'}", ArnFields("aws", "s3", "", "", "b/*")),
        ("arn:aws:s3:::${open", ArnFields("aws", "s3", "", "", "*")),
        ("arn:aws:kms:*", None),
        ("*", None),
        ("bucket", None),
        ("", None),
        ("ARN:aws:s3:::bucket", None),
    ],
)
def test_an_arn_is_split_and_a_variable_is_a_star(text: str, fields: ArnFields | None) -> None:
    assert arn_fields(text) == fields


@pytest.mark.parametrize(
    ("text", "whole"),
    [("arn:aws:s3:::b", True), ("arn:aws:kms:*", False), ("arn:aws:s3:${a:b:c}:", False), ("*", False)],
)
def test_the_colons_of_a_variable_make_no_field(text: str, *, whole: bool) -> None:
    assert has_fields(text) is whole


@pytest.mark.parametrize(
    ("text", "resources"),
    [
        ("arn:aws:kms:*:*:key/abc", {"key/*"}),
        ("arn:aws:kms:*:*:*", {"key/*", "alias/*"}),
        ("arn:aws:kms:*:*:nothing", set()),
        ("arn:aws:nosuch:*:*:thing", set()),
        ("arn:aws:catalog:*:*:portfolio/p", {"portfolio/*"}),
        ("arn:aws:states:*:*:statemachine:x", set()),
    ],
)
def test_an_arn_names_the_types_that_end_as_it_does(text: str, resources: set[str]) -> None:
    fields = arn_fields(text)
    assert fields is not None
    assert {kind.resource for kind in named_by(fields)} == resources


def test_what_aws_takes_without_listing_it_is_a_type_too() -> None:
    assert any(kind.resource.startswith("view/AWSServiceView") for kind in resource_types("resource-explorer-2"))
