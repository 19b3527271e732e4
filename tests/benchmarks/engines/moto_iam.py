"""moto's access control: `IAMPolicy` on both policies, the pair combined here.

moto itself never asks a key policy. Both halves are asked with the condition values, which favours it;
without a principal, since with one every statement that names another account denies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module

from tests.benchmarks.engines.contract import Run
from tests.benchmarks.workload import IDENTITY_POLICY, KEY_POLICY, Raw


def prepare() -> Run:
    """Parse both policies once."""
    access_control = import_module("moto.iam.access_control")
    identity = access_control.IAMPolicy(json.dumps(IDENTITY_POLICY)).is_action_permitted
    key = access_control.IAMPolicy(json.dumps(KEY_POLICY)).is_action_permitted
    permitted = access_control.PermissionResult.PERMITTED

    def run(raws: Sequence[Raw]) -> list[bool]:
        answers = []
        for _, action, resource, encryption_context, context in raws:
            keys = {f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()}
            keys.update(context)
            answers.append(
                identity(action, resource, None, keys) is permitted and key(action, resource, None, keys) is permitted
            )
        return answers

    return run
