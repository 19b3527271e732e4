"""Every engine that is compared: where it lives, how it is called, and what to know when reading its numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Engine:
    """One row of the comparison.

    `module` and `function` name what gives the engine's `Run`; `before`, a function of the same module, is applied
    to each request before the clock starts. For node, `function` is the script's argument. `peer` names the pins.
    """

    name: str
    title: str
    module: str
    function: str
    peer: str | None
    note: str
    before: str | None = None

    @property
    def ours(self) -> bool:
        """Whether it is this project's."""
        return self.peer is None


OURS = "policyeval"
ENGINES = (
    Engine(
        OURS,
        "policyeval",
        "ours",
        "prepare",
        None,
        "from strings and dicts, building the `Request`, to `Decision.allowed`",
    ),
    Engine(
        "policyeval-built",
        "policyeval, request built before",
        "ours",
        "prepare_built",
        None,
        "the same `Request` objects, built off the clock",
        before="request_of",
    ),
    Engine(
        "policyeval-prepared",
        "policyeval, request prepared",
        "ours",
        "prepare_prepared",
        None,
        "`Authorizer.prepare` has read each request off the clock; on it statements, conditions and grants are asked",
        before="prepared_of",
    ),
    Engine(
        "policyeval-reasons",
        "policyeval, reasons read",
        "ours",
        "prepare_reasons",
        None,
        "and then reads `reason`, `layer` and `determining_statements`",
    ),
    Engine(
        "iam-simulate",
        "iam-simulate",
        "iam_simulate.mjs",
        "run",
        "iam-simulate",
        "`runSimulation`, policies validated once. It leaves `kms:EncryptionContext:*` out of the request, as keys that"
        " do not belong to the action, so no statement that asks for one can allow",
    ),
    Engine(
        "iam-simulate-unsafe",
        "iam-simulate, unsafe",
        "iam_simulate.mjs",
        "unsafe",
        "iam-simulate",
        "`runUnsafeSimulation`, which validates nothing and keeps all condition keys",
    ),
    Engine(
        "pmapper",
        "PMapper",
        "pmapper",
        "prepare",
        "principalmapper",
        "`local_check_authorization_full`, with the two aliases that Python 3.10 removed put back",
    ),
    Engine(
        "moto",
        "moto access control",
        "moto_iam",
        "prepare",
        "moto",
        "`IAMPolicy.is_action_permitted` on both policies. A statement whose condition does not hold denies, whatever"
        " its effect, and a condition whose key is missing holds: the Deny on drafts denies everything, and nothing is"
        " allowed",
    ),
    Engine("cedarpy", "cedarpy", "cedar", "prepare", "cedarpy", "`is_authorized`, parsed `PolicySet` and `Entities`"),
    Engine(
        "cedarpy-batch",
        "cedarpy, in batches",
        "cedar",
        "prepare_batch",
        "cedarpy",
        "`is_authorized_batch`, a round's requests in one call",
    ),
    Engine(
        "regorus-vm",
        "regorus, compiled",
        "rego",
        "prepare_vm",
        "gordon-to-regorus",
        "`Rvm` over a compiled `Program`; the regorus binding as published by `gordon-to`",
    ),
    Engine(
        "regorus",
        "regorus",
        "rego",
        "prepare_engine",
        "gordon-to-regorus",
        "`Engine.set_input` and `eval_rule`; likewise",
    ),
    Engine(
        "regopy", "regopy", "rego", "prepare_regopy", "regopy", "`query_bundle_entrypoint` over a bundle built once"
    ),
    Engine(
        "pycasbin",
        "pycasbin",
        "casbin_rows",
        "prepare",
        "pycasbin",
        "`Enforcer.enforce`; conditions are Python functions registered for the matcher",
    ),
)
