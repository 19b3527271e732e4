"""The ways to write a policy in a file, and what each becomes: a `NamedPolicy` with places.

Inline, `{name, document}`, `{file: path}`, a JSON text (as `aws kms get-key-policy` prints it),
or the ARN of a managed policy.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import lru_cache

from policyeval.catalog.policies import AWS_MANAGED_POLICIES, FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS, managed_policy
from policyeval.entities.fields import PolicyMark
from policyeval.entities.reading import Spot, read_tree
from policyeval.entities.secrets import Span
from policyeval.entities.suggest import did_you_mean, near
from policyeval.errors import system_reason
from policyeval.model.arn import Arn, split_arn
from policyeval.model.policy import NamedPolicy, Policy, PolicyType
from policyeval.model.source import Diagnostic
from policyeval.syntax import tree
from policyeval.syntax.policy import policy_from_node
from policyeval.syntax.python_reader import from_python

ReadFile = Callable[[str], str]
_TEXTS = ("document", "file")
_WRAPPER_KEYS = ("name", *_TEXTS)


def built_in(document: Mapping[str, object], kind: PolicyType, name: str, arn: str | None = None) -> NamedPolicy:
    """Make a policy of a document that ships with policyeval."""
    node, _ = from_python(document)
    faults: list[Diagnostic] = []
    policy = policy_from_node(node, kind, faults) if node is not None else None
    if policy is None:  # the catalog's own tests keep this from happening
        message = f"the built-in policy `{name}` cannot be read"
        raise ValueError(message)
    return NamedPolicy(name, policy, arn)


# Clients of STS name policies: what they make up, and partitions that there are not, must not fill the memory.
@lru_cache(maxsize=1024)
def aws_managed(arn: str) -> NamedPolicy | None:
    """Give one of the policies of AWS that ship, in whatever partition it is named."""
    document = managed_policy(arn)
    return built_in(document, type_of_arn(arn), arn.rpartition("/")[2].removeprefix("p-"), arn) if document else None


def full_aws_access() -> NamedPolicy:
    """Give the SCP that AWS attaches where nothing else is attached."""
    return _shipped(FULL_AWS_ACCESS)


def rcp_full_aws_access() -> NamedPolicy:
    """Give the RCP that AWS attaches everywhere, always (S3)."""
    return _shipped(RCP_FULL_AWS_ACCESS)


def _shipped(arn: str) -> NamedPolicy:
    found = aws_managed(arn)
    if found is None:
        raise KeyError(arn)
    return found


def type_of_arn(arn: str) -> PolicyType:
    """Tell what kind of managed policy an ARN names: AWS Organizations says so in it."""
    if "/resource_control_policy/" in arn:
        return PolicyType.RCP
    return PolicyType.SCP if "/service_control_policy/" in arn else PolicyType.IDENTITY


_KINDS = {
    PolicyType.RCP: "a resource control policy",
    PolicyType.SCP: "a service control policy",
    PolicyType.IDENTITY: "an identity-based policy",
}


class PolicyReader:
    """Reads the policies of one set of documents; the same file is read once."""

    def __init__(self, read_file: ReadFile | None) -> None:
        self.faults: list[Diagnostic] = []
        self.secrets: list[Span] = []
        self._read_file = read_file
        self._files: dict[tuple[str, PolicyType | None], NamedPolicy | None] = {}
        self.managed: dict[str, NamedPolicy] = {}

    def read(self, node: tree.Node, kind: PolicyType | None, default_name: str, spot: Spot) -> NamedPolicy | None:
        """Read a policy that may not be an ARN; None when it is no policy, with the faults noted."""
        if isinstance(node, tree.Text):
            return self._named(self._text(node, kind, spot), default_name)
        if isinstance(node, tree.Mapping):
            keys = {key.value for key, _ in node.entries}
            if not keys.isdisjoint(_WRAPPER_KEYS):
                return self._wrapper(node, kind, default_name, spot)
            return self._named(policy_from_node(node, kind, self.faults, spot.pointer), default_name)
        if not isinstance(node, tree.Null):
            self._fault(node, spot, f"a policy must be an object, not {node.kind}")
        elif spot.path[:1] == ("changes",):
            self._fault(node, spot, "a policy has no value", "what would be no more stands under `remove`")
        else:
            self._fault(node, spot, "a policy has no value")
        return None

    def attached(
        self, node: tree.Node, kind: PolicyType, default_name: str, spot: Spot, account: str | None = None
    ) -> NamedPolicy | None:
        """Read a policy that may also be the ARN of a managed one, of that account or of AWS."""
        if isinstance(node, tree.Text) and not _is_json(node.value):
            return self._by_arn(node, kind, spot, account)
        return self.read(node, kind, default_name, spot)

    def check(self, node: tree.Node, mark: PolicyMark, spot: Spot) -> None:
        """Note what is wrong inside a policy whose file is wrong elsewhere; names it gives are not looked up."""
        if not mark.attached or not isinstance(node, tree.Text) or _is_json(node.value):
            self.read(node, mark.kind, "", spot)

    def _by_arn(self, node: tree.Text, kind: PolicyType, spot: Spot, account: str | None) -> NamedPolicy | None:
        arn = node.value
        found = self.managed.get(arn) or aws_managed(arn)
        fields = split_arn(arn)
        if fields is None:
            self._fault(node, spot, f"`{arn}` is neither a policy nor the ARN of one", "a file is `{file: path}`")
        elif found is None:
            self._fault(node, spot, f"no policy `{arn}` is described", self._instead(fields))
        elif type_of_arn(arn) is not kind:
            self._fault(node, spot, f"`{arn}` is {_KINDS[type_of_arn(arn)]}, not {_KINDS.get(kind, 'a policy')}")
        elif account is not None and fields.account not in {account, "aws"}:
            self._fault(node, spot, f"`{arn}` belongs to another account than `{account}`")
        else:
            return found
        return None

    def _instead(self, arn: Arn) -> str:
        """Say what was meant: a policy of nearly the same name, since ARNs are all alike."""
        named = {known.rpartition("/")[2]: known for known in (*AWS_MANAGED_POLICIES, *self.managed)}
        like = near(arn.resource.rpartition("/")[2], named)
        if like is not None:
            return f"did you mean `{named[like]}`?"
        if arn.account == "aws":
            return "few of AWS's policies ship: describe it under `policies`, as `{arn: ..., document: {...}}`"
        return "describe it under `policies`"

    def _text(self, node: tree.Text, kind: PolicyType | None, spot: Spot) -> Policy | None:
        """Read a JSON text inside the file; its places count from its own start."""
        if not _is_json(node.value):
            self._fault(node, spot, f"`{_short(node.value)}` is no policy document", "a file is `{file: path}`")
            return None
        root = read_tree(node.value, f"{spot.document.name or ''}#{spot.pointer}", "json", self.faults)
        return policy_from_node(root, kind, self.faults) if root is not None else None

    def _wrapper(
        self, node: tree.Mapping, kind: PolicyType | None, default_name: str, spot: Spot
    ) -> NamedPolicy | None:
        if not any(key.value in _TEXTS for key, _ in node.entries):
            message = "a policy that has a `name` has its text under `document`, or in a `file`"
            self._fault(node, spot, message, "write `{name: ..., document: {...}}`")
            return None
        entries: dict[str, tree.Node] = {}
        for key, value in node.entries:
            if key.value not in _WRAPPER_KEYS:
                hint = did_you_mean(key.value, _WRAPPER_KEYS) or "known keys: name, document, file"
                self._fault(key, spot.at(key.value), f"unknown key `{key.value}` beside a policy document", hint)
            elif key.value in entries:
                self._fault(key, spot.at(key.value), f"`{key.value}` is given twice")
            else:
                entries[key.value] = value
        if "document" in entries and "file" in entries:
            self._fault(node, spot, "a policy has either a `document` or a `file`")
            return None
        name = self._word(entries.get("name"), spot.at("name"))
        if "file" in entries:
            path = self._word(entries["file"], spot.at("file"))
            return self._file(path, name, kind, spot.at("file")) if path is not None else None
        return self.read(entries["document"], kind, name or default_name, spot.at("document"))

    def _word(self, node: tree.Node | None, spot: Spot) -> str | None:
        if node is None or isinstance(node, tree.Text):
            return node.value if node is not None else None
        self._fault(node, spot, f"`{spot.path[-1]}` must be a string, not {node.kind}")
        return None

    def _file(self, path: str, name: str | None, kind: PolicyType | None, spot: Spot) -> NamedPolicy | None:
        path = relative_to(spot.document.name, path)
        if (path, kind) not in self._files:
            self._files[path, kind] = None
            text = self.text_of(path, spot)
            root = read_tree(text, path, None, self.faults) if text is not None else None
            policy = policy_from_node(root, kind, self.faults) if root is not None else None
            self._files[path, kind] = self._named(policy, path)
        found = self._files[path, kind]
        return found if found is None or name is None else NamedPolicy(name, found.policy)

    def text_of(self, path: str, spot: Spot) -> str | None:
        """Read another file that a spot names; a failure is a fault there."""
        hint = None
        try:
            if self._read_file is None:
                reason, hint = "this text may not name files", "give `read_file`, or load it from a file"
            elif "\0" in path:
                reason = "no file has a null character in its name"
            else:
                return self._read_file(path)
        except UnicodeDecodeError:
            reason = "it is not UTF-8"
        except OSError as error:
            reason = system_reason(error)
        self.faults.append(spot.fault(f"cannot read `{path}`: {reason}", hint))
        return None

    def _named(self, policy: Policy | None, name: str) -> NamedPolicy | None:
        return NamedPolicy(name, policy) if policy is not None else None

    def _fault(self, node: tree.Node, spot: Spot, message: str, hint: str | None = None) -> None:
        self.faults.append(Diagnostic(message, hint, node.place(spot.pointer)))


def relative_to(name: str | None, path: str) -> str:
    """Resolve a path in a file against where that file is."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name or ""), path))


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 - enough to recognize it
