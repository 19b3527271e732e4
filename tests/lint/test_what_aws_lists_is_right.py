"""What the service authorization reference lists, no rule finds fault with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policyeval.catalog.service_data import Service, service_data
from policyeval.catalog.service_principals import SERVICE_PRINCIPALS
from policyeval.lint.rule import Level
from policyeval.lint.rules.arns._acting import named_by_text, types_of
from policyeval.lint.rules.principals.misspelt_service import _meant
from policyeval.lint.rules.table import load_all

DATA = service_data()
RULES = [rule for rule in load_all() if rule.types is None]
ACTION_RULES = [rule for rule in RULES if rule.level is Level.ACTION_TEXT]
RESOURCE_RULES = [rule for rule in RULES if rule.level is Level.RESOURCE_TEXT]

FILLED = {"Partition": "aws", "Region": "eu-central-1"}


def _services() -> Iterator[Service]:
    for prefix in sorted(DATA.services):
        service = DATA.service(prefix)
        assert service is not None
        yield service


def _example(arn: str) -> str:
    """Fill the variable parts of a pattern in, accounts with an account id, all else with a word."""
    *fields, account, resource = arn.split(":", 5)
    account = re.sub(r"\$\{[^}]*\}", "111122223333", account)
    return re.sub(r"\$\{([^}]*)\}", lambda part: FILLED.get(part[1], "example"), ":".join([*fields, account, resource]))


def test_every_action_is_right() -> None:
    actions = (f"{service.prefix}:{name}" for service in _services() for name in service.action_names.values())
    assert [(rule.code, flaw) for action in actions for rule in ACTION_RULES for flaw in rule.check(action)] == []


def test_no_service_is_taken_for_a_slip_of_another() -> None:
    # What AWS's managed policies name, and is neither a service of the data nor among those that are suggested.
    others = {
        "agentless.inspector2",
        "custom.rds-preview",
        "datazonecontrol",
        "ec2-images",
        "ops.athena",
        "qconnect",
        "vmie",
    }
    names = {*DATA.services, *SERVICE_PRINCIPALS, *others}
    assert [name for name in sorted(names) if _meant(f"{name}.amazonaws.com")] == []
    assert _meant("alexa-appkit.amazon.com") is None


def test_every_arn_is_right() -> None:
    arns = (arn for service in _services() for kind in service.resource_types.values() for arn in kind.arns)
    texts = (_example(arn) for arn in arns if "${Vendor}" not in arn)
    assert [(rule.code, text, flaw) for text in texts for rule in RESOURCE_RULES for flaw in rule.check(text)] == []


def test_every_arn_is_right_with_stars_for_what_varies() -> None:
    arns = (arn for service in _services() for kind in service.resource_types.values() for arn in kind.arns)
    texts = (re.sub(r"(\$\{[^}]*\})+", "*", arn) for arn in arns)
    assert [(rule.code, text, flaw) for text in texts for rule in RESOURCE_RULES for flaw in rule.check(text)] == []


def test_every_action_acts_on_its_resources() -> None:
    for service in _services():
        for folded, name in service.action_names.items():
            action, acted_on = service.action(folded), types_of(f"{service.prefix}:{name}")
            assert action is not None
            kinds = [service.resource_types[resource.type] for resource in action.resources]
            for arn in (_example(arn) for kind in kinds for arn in kind.arns) if acted_on is not None else ():
                assert acted_on is not None
                assert not acted_on.isdisjoint(named_by_text(arn)), (service.prefix, name, arn)
