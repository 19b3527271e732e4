"""PMapper: its local policy simulation, which takes key policies and their owner."""

from __future__ import annotations

import collections
import collections.abc
from collections.abc import Sequence
from importlib import import_module

from tests.benchmarks.engines.contract import Run
from tests.benchmarks.workload import IDENTITY_POLICY, KEY_POLICY, PRINCIPALS, A, Raw


def prepare() -> Run:
    """Describe each role as a node; condition keys go in as one dict."""
    # Its release is older than the removal of these aliases from Python 3.10.
    for name in ("Mapping", "MutableMapping"):
        setattr(collections, name, getattr(collections.abc, name))
    common = import_module("principalmapper.common")
    check = import_module("principalmapper.querying.query_interface").local_check_authorization_full
    policy = common.Policy(f"arn:aws:iam::{A}:policy/Documents", "Documents", IDENTITY_POLICY)
    nodes = {
        arn: common.Node(arn, f"AROA{number:017}", [policy], None, {}, None, 0, False, False, None, False, None)  # noqa: FBT003
        for number, arn in enumerate(PRINCIPALS)
    }

    def run(raws: Sequence[Raw]) -> list[bool]:
        answers = []
        for principal, action, resource, encryption_context, context in raws:
            keys = {f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()}
            keys.update(context)
            answers.append(check(nodes[principal], action, resource, keys, KEY_POLICY, A))
        return answers

    return run
