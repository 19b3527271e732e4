"""The list of Regions is botocore's."""

from __future__ import annotations

import botocore.loaders
from botocore.endpoint_provider import EndpointProvider

from policyeval.catalog.regions import IAM_REGIONS, regions
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


def test_iam_is_called_in_the_region_that_botocore_signs_for() -> None:
    loader = botocore.loaders.Loader()
    rules = loader.load_service_model("iam", "endpoint-rule-set-1")
    provider = EndpointProvider(rules, loader.load_data("partitions"))
    for partition, names in regions().items():
        for name in names:
            endpoint = provider.resolve_endpoint(Region=name, UseFIPS=False, UseDualStack=False)
            (scheme,) = endpoint.properties.get("authSchemes") or [{"signingRegion": name}]
            assert scheme["signingRegion"] == IAM_REGIONS[partition]
    assert IAM_REGIONS.keys() == regions().keys()
