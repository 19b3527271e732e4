"""Rego engines: regorus two ways, and regopy (rego-cpp). One module of Rego for all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module

from tests.benchmarks.engines.contract import Run
from tests.benchmarks.workload import A, B, Raw

MODULE = f"""
package keys

import rego.v1

default allow := false

allow if {{
    not denied
    key_allows
    identity_allows
}}

use := {{"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"}}

# UseKeysForDocuments
identity_allows if {{
    input.action in use
    startswith(input.resource, "arn:aws:kms:us-east-1:{A}:key/")
    strings.any_prefix_match(input.encryption_context.document, {{"invoices/", "contracts/"}})
}}

# LookAtKeys
identity_allows if {{
    input.action == "kms:DescribeKey"
    parts := split(input.resource, ":")
    parts[2] == "kms"
    parts[4] == "{A}"
    startswith(parts[5], "key/")
}}

# LeaveDraftsAlone
denied if {{
    startswith(input.action, "kms:")
    input.encryption_context.stage == "draft"
}}

# TheAccountItself
key_allows if {{
    input.account == "{A}"
    startswith(input.action, "kms:")
}}

# SharedWithB
key_allows if {{
    input.account == "{B}"
    input.action in {{"kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"}}
    input.encryption_context.tenant in {{"blue", "green"}}
    startswith(input.encryption_context.stage, "prod-")
}}

# KnownTenantsOnly
denied if {{
    input.action in use
    not known_tenant
}}

known_tenant if input.encryption_context.tenant in {{"blue", "green", "red"}}
"""
RULE = "data.keys.allow"


def _input(raw: Raw) -> dict[str, object]:
    principal, action, resource, encryption_context, context = raw
    return {
        "account": principal.split(":")[4],
        "principal": principal,
        "action": action,
        "resource": resource,
        "encryption_context": encryption_context,
        "context": context,
    }


def prepare_engine() -> Run:
    """regorus's own binding: `Engine`, the input as a dict."""
    engine = import_module("regorus").Engine()
    engine.add_policy("keys.rego", MODULE)

    def run(raws: Sequence[Raw]) -> list[bool]:
        answers = []
        for raw in raws:
            engine.set_input(_input(raw))
            answers.append(engine.eval_rule(RULE) is True)
        return answers

    return run


def prepare_vm() -> Run:
    """regorus's virtual machine: the module compiled to a program, the input as JSON."""
    regorus = import_module("regorus")
    program = regorus.Program.compile_from_modules("{}", [("keys.rego", MODULE)], [RULE])
    machine = regorus.Rvm()
    machine.load_program(program)

    def run(raws: Sequence[Raw]) -> list[bool]:
        answers = []
        for raw in raws:
            machine.set_input_json(json.dumps(_input(raw)))
            answers.append(machine.execute() == "true")
        return answers

    return run


def prepare_regopy() -> Run:
    """regopy: the module compiled to a bundle with one entry point."""
    interpreter = import_module("regopy").Interpreter()
    interpreter.add_module("keys", MODULE)
    bundle = interpreter.build(None, ["keys/allow"])

    def run(raws: Sequence[Raw]) -> list[bool]:
        answers = []
        for raw in raws:
            interpreter.set_input(_input(raw))
            answers.append(interpreter.query_bundle_entrypoint(bundle, "keys/allow").results[0].expressions[0] is True)
        return answers

    return run
