"""An organization as `aws organizations …` prints it, in the entities format. No file is read here."""

from __future__ import annotations

from policyeval.catalog.policies import managed_policy
from policyeval.entities.aws_files import ExportFiles, Json, Output, document, without_empty

_TYPES = {
    "SERVICE_CONTROL_POLICY": "service_control_policies",
    "RESOURCE_CONTROL_POLICY": "resource_control_policies",
}


class OrganizationExport:
    """The tree, and the policies that are attached along it."""

    def __init__(self, files: ExportFiles) -> None:
        self._files = files
        self._enabled: set[str] = set()

    def section(self) -> Output | None:
        """Give the `organization:` entry; None where there is none, or when the tree was not printed."""
        organization = (self._described() or {}).get("Organization")
        if organization is None:
            return None
        roots = self._files.listed("organizations-list-roots.json", "the list-roots output", "Roots")
        if not roots:
            return None
        # One that is being disabled may still be in force.
        self._enabled = {kind["Type"] for kind in roots[0].get("PolicyTypes", ())}
        return {
            "id": organization["Id"],
            "management_account": organization.get("MasterAccountId"),
            "root": self._unit(roots[0]),
        }

    def is_none(self) -> bool:
        """Tell whether the account is known to be in no organization."""
        described = self._described()
        return described is not None and described.get("Organization") is None

    def _described(self) -> Output | None:
        return self._files.output("organizations-describe-organization.json", "the describe-organization output")

    def attached(self, target: str) -> Output:
        """Give what is attached to a root, a unit or an account, by its section."""
        return without_empty({section: self._policies(kind, target) for kind, section in _TYPES.items()})

    def _unit(self, unit: Output) -> Output:
        parent = str(unit["Id"])
        accounts = self._of(parent, "list-accounts-for-parent", "Accounts")
        units = self._of(parent, "list-organizational-units-for-parent", "OrganizationalUnits")
        return {
            "id": parent,
            **without_empty(
                {
                    "name": unit.get("Name"),
                    **self.attached(parent),
                    "accounts": sorted(str(account["Id"]) for account in accounts),
                    "units": [self._unit(child) for child in sorted(units, key=lambda child: str(child["Id"]))],
                }
            ),
        }

    def _of(self, parent: str, call: str, key: str) -> list[Output]:
        what = f"the {call} output for {parent}"
        return self._files.listed(f"organizations-{call}-{parent}.json", what, key) or []

    def _policies(self, kind: str, target: str) -> list[Json]:
        name = f"organizations-list-policies-for-target-{kind}-{target}.json"
        # Where a type is not enabled nothing is attached ("Disabling a policy type", Organizations user guide): what is
        # attached was in force when it was printed, whatever the root's output says or leaves out.
        if kind not in self._enabled and name not in self._files.names:
            return []
        listed = self._files.listed(name, f"the list-policies-for-target output for {target}, {kind},", "Policies")
        return [self._policy(policy) for policy in sorted(listed or (), key=lambda policy: str(policy["Id"]))]

    def _policy(self, policy: Output) -> Json:
        if managed_policy(policy["Arn"]) is not None:
            return policy["Arn"]
        name = f"organizations-describe-policy-{policy['Id']}.json"
        described = self._files.output(name, f"the describe-policy output for {policy['Id']}", "Policy")
        if described is None:  # without it nothing can be decided: its ARN is refused until it is described
            return policy["Arn"]
        return {"name": policy["Name"], "document": document(described["Policy"]["Content"])}
