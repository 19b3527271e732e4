"""AWS managed keys: they appear when a service first asks, and nobody but AWS changes them (K10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from policyeval.catalog.policies import PREDEFINED, managed_via
from policyeval.kms.key_policy import managed_text
from policyeval.kms.names import Name
from policyeval.kms.records import Alias, Key
from policyeval.kms.storage.store import Transaction
from policyeval.kms.vault import Vault
from policyeval.model.arn import split_arn

ALIAS_PREFIX = "alias/aws/"
# "AWS managed keys" of the KMS guide: rotated every year, which nobody can change.
ROTATION_PERIOD = 365


def serves(name: Name, via_service: str | None, region: str) -> bool:
    """Tell whether the service that calls is the one whose key an alias names."""
    if name.alias is None or not name.alias.startswith(ALIAS_PREFIX) or via_service is None:
        return False
    return via_service == managed_via(name.alias.removeprefix(ALIAS_PREFIX), region)


def is_predefined(name: Name) -> bool:
    """Tell whether an alias is one of those that describing it gives a key (DescribeKey of the API reference)."""
    alias = name.alias or ""
    return alias.startswith(ALIAS_PREFIX) and alias.removeprefix(ALIAS_PREFIX) in PREDEFINED


def description_of(service: str) -> str:
    """Describe a service's AWS managed key."""
    return f"Default key that protects my {service.upper()} data when no other key is defined"


def create_managed(name: Name, region: str, now: datetime, transaction: Transaction, vault: Vault) -> Key:
    """Create the key that an alias of AWS's names, and the alias."""
    service = (name.alias or "").removeprefix(ALIAS_PREFIX)
    arn = split_arn(name.arn)
    partition = arn.partition if arn is not None else "aws"
    key_id = vault.new_key_id()
    key_arn = f"arn:{partition}:kms:{region}:{name.account}:key/{key_id}"
    material = vault.generate(key_arn, key_id, "SYMMETRIC_DEFAULT", 1, now)
    key = Key(
        arn=key_arn,
        account=name.account,
        region=region,
        key_id=key_id,
        created=now,
        policy=managed_text(partition, service, region, name.account),
        manager="AWS",
        description=description_of(service),
        material=1,
        material_id=material.id,
        rotation_period=ROTATION_PERIOD,
        next_rotation=now + timedelta(days=ROTATION_PERIOD),
    )
    transaction.put_key(key)
    transaction.put_material(material)
    transaction.put_alias(Alias(name.arn, name.account, region, f"{ALIAS_PREFIX}{service}", key_arn, now, now))
    return key
