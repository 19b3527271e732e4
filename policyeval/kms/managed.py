"""AWS managed keys: they appear when a service first asks, and nobody but AWS changes them (K10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from policyeval.catalog.policies import PREDEFINED, managed_via
from policyeval.kms.caller import Caller
from policyeval.kms.key_policy import managed_text
from policyeval.kms.names import Name
from policyeval.kms.records import Alias, Key
from policyeval.kms.storage.store import Transaction
from policyeval.kms.vault import Vault
from policyeval.model.arn import split_arn

ALIAS_PREFIX = "alias/aws/"
# "AWS managed keys" of the KMS guide: rotated every year, which nobody can change.
ROTATION_PERIOD = 365


def appears(name: Name, operation: str, caller: Caller, region: str) -> bool:
    """Tell whether a call lets the key of an alias appear: its service calls on behalf of the alias's account.

    So does whoever describes a key by an alias that AWS has predefined (DescribeKey of the API reference).
    """
    alias = name.alias or ""
    if not alias.startswith(ALIAS_PREFIX) or not caller.account:  # a service in its own name is of no account
        return False
    if name.arn != f"arn:{caller.partition}:kms:{region}:{caller.account}:{alias}":
        return False
    service = alias.removeprefix(ALIAS_PREFIX)
    if caller.via_service is not None:
        return caller.via_service == managed_via(service, region)
    return operation == "DescribeKey" and service in PREDEFINED


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
