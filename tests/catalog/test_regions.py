"""The list of Regions is botocore's."""

from __future__ import annotations

from policyeval.catalog.regions import regions
from tests.catalog.make_regions import HOME, render


def test_the_list_is_what_the_maker_makes_of_the_installed_botocore() -> None:
    assert HOME.read_text(encoding="utf-8") == render(), "run `python -m tests.catalog.make_regions`"


def test_a_region_is_in_one_partition() -> None:
    names = [name for partition in regions().values() for name in partition]
    assert len(names) == len(set(names))


def test_partitions_have_their_regions() -> None:
    assert "eu-central-1" in regions()["aws"]
    assert regions()["aws-cn"] == {"cn-north-1", "cn-northwest-1"}
    assert "us-gov-west-1" in regions()["aws-us-gov"]
    assert not any(name.endswith("-global") for partition in regions().values() for name in partition)
