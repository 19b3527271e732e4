"""Key policies as they are put: read, checked and refused in AWS's words (KMS 17, 18)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from policyeval.catalog.policies import aws_managed_key_policy, default_key_policy
from policyeval.errors import PolicySyntaxError
from policyeval.evaluator.operators import NULL, OPERATORS
from policyeval.kms.errors import KmsError
from policyeval.kms.principals import Names, is_there, kept
from policyeval.kms.storage import faults
from policyeval.kms.storage.store import Reading, Transaction
from policyeval.model.arn import is_account_id, split_arn
from policyeval.model.policy import NamedPolicy, Policy, PolicyType, PrincipalValue, Statement
from policyeval.model.records import PolicySource
from policyeval.syntax.policy import parse_policy

DEFAULT_NAME = "default"
_RESOURCE_SHARING = "AWS_RAM"
_MALFORMED = "MalformedPolicyDocumentException"
# AWS's list and its words; `kms:ResourceTag` is in no documentation. github.com/awsdocs/aws-kms-developer-guide/pull/47
_OF_IAM_POLICIES = ("aws:ResourceTag", "kms:ResourceTag", "kms:ResourceAliases")
_SINGLE_VALUED = (("kms:encryptioncontext:", "encryption context"), ("aws:requesttag/", "tag"))
# In whatever case: AWS does not say which it takes, and what the evaluator does not know never helps.
_OPERATOR = re.compile(rf"(ForAllValues:|ForAnyValue:)?(({'|'.join(OPERATORS)})(IfExists)?|{NULL})", re.IGNORECASE)


@lru_cache(maxsize=4096)
def named_policy(text: str) -> NamedPolicy:
    """Read a key policy that was accepted once; keys with one text share what is compiled."""
    return NamedPolicy("key policy", parse_policy(text, policy_type=PolicyType.KEY))


def default_text(partition: str, account: str) -> str:
    """Give the policy of a key that is created without one (KMS 18)."""
    return json.dumps(default_key_policy(partition, account), indent=2)


def managed_text(partition: str, service: str, region: str, account: str) -> str:
    """Give the fixed policy of an AWS managed key (K10)."""
    return json.dumps(aws_managed_key_policy(partition, service, region, account), indent=2)


def check_name(name: object) -> None:
    """Refuse every policy name but the one there is (KMS 17).

    Raises:
        KmsError: `NotFoundException`, or `ValidationException` for the name that AWS RAM uses.

    """
    if name == _RESOURCE_SHARING:
        raise KmsError("ValidationException", "The AWS_RAM policy can only be managed by the RAM service")
    if name not in {None, DEFAULT_NAME}:
        raise missing_policy()


def missing_policy() -> KmsError:
    """Say that a key has no policy of a name."""
    return KmsError("NotFoundException", "No such policy exists")


def check_policy(text: str, partition: str, iam: PolicySource, names: Names, most: int) -> None:
    """Refuse what AWS refuses of a key policy, whoever puts it.

    Args:
        text: the policy.
        partition: the key's.
        iam: who there is; principals of accounts that it does not describe are taken at their word.
        names: whose a unique id is.
        most: how many bytes it may have, in UTF-8.

    Raises:
        KmsError: `MalformedPolicyDocumentException` or `LimitExceededException`.

    """
    if len(text.encode(errors="surrogatepass")) > most:
        raise KmsError("LimitExceededException", f"The key policy exceeds the limit of {most} bytes.")
    try:
        policy = named_policy(text).policy
    except PolicySyntaxError as error:
        raise KmsError(_MALFORMED, _fault_of(error)) from error
    _check_conditions(policy)
    named = [statement.principal.values if statement.principal else () for statement in policy.statements]
    if not all(named):
        raise KmsError(_MALFORMED, "Policy contains a statement with no principal.")
    principals = [value for values in named for value in values]
    if not all(_is_valid(principal, partition, iam, names) for principal in principals):
        raise KmsError(_MALFORMED, "Policy contains a statement with one or more invalid principals.")


def _fault_of(error: PolicySyntaxError) -> str:
    """Say what is wrong in one line; AWS's own sentences for syntax are not documented."""
    first = error.diagnostics[0]
    place = first.place
    where = f" (line {place.line}, column {place.column})" if place is not None and place.line is not None else ""
    return f"{first.message}{where}"


def _is_valid(principal: PrincipalValue, partition: str, iam: PolicySource, names: Names) -> bool:
    """Tell whether AWS would take a principal: one that exists, where that can be known."""
    if principal.kind != "AWS" or principal.value == "*" or is_account_id(principal.value):
        return True
    value = names.shown(principal.value)  # a unique id does not tell its account, who has it does
    arn = split_arn(value)
    return arn is not None and arn.partition == partition and is_there(value, arn, iam)


def kept_policy(text: str, iam: PolicySource, names: Names, transaction: Transaction) -> str:
    """Give what is kept of a key policy: its users and roles by their unique ids (S12), all else as it was put."""

    def keep(principal: str) -> str:
        unique_id = kept(principal, iam)
        if (arn := names.shown(unique_id)) != unique_id:
            transaction.put_setting(_name_of(unique_id), arn.encode())
        return unique_id

    return _renamed(named_policy(text).policy.statements, text, keep)


def shown_policy(text: str, names: Names) -> str:
    """Give what is shown of a key policy that is kept.

    Raises:
        StorageError: it is not what was put.

    """
    return _renamed(_stored(text).policy.statements, text, names.shown)


def policy_in_force(text: str, iam: PolicySource, names: Names, reading: Reading) -> NamedPolicy:
    """Read a key policy that is kept, for decisions.

    A Deny of a unique id that nobody has any more is read as a Deny of the name that it stood for, unless a unique id
    shows that the name is somebody else's by now.

    Raises:
        StorageError: it is not what was put.

    """

    def find(principal: str) -> str:
        try:
            name = (reading.setting(_name_of(principal)) or b"").decode()
        except UnicodeDecodeError as error:
            raise faults.damaged() from error
        return name if name and kept(name, iam) == name and names.shown(principal) == principal else principal

    stored = _stored(text)
    denying = [
        statement
        for statement in stored.policy.statements
        if statement.effect == "Deny" and statement.principal is not None and not statement.principal.negated
    ]
    return named_policy(_renamed(denying, text, find)) if denying else stored


def _stored(text: str) -> NamedPolicy:
    try:
        return named_policy(text)
    except PolicySyntaxError as error:  # it was accepted when it was put
        raise faults.damaged() from error


def _name_of(unique_id: str) -> str:
    """Name the setting that tells what the ARN was of who had a unique id."""
    return f"name of {unique_id}"


def _renamed(statements: Iterable[Statement], text: str, name: Callable[[str], str]) -> str:
    values = [value for statement in statements if statement.principal for value in statement.principal.values]
    for value in sorted(values, key=lambda value: value.place.start, reverse=True):
        if value.kind == "AWS" and (other := name(value.value)) != value.value:
            text = f"{text[: value.place.start]}{json.dumps(other)}{text[value.place.end :]}"
    return text


def _check_conditions(policy: Policy) -> None:
    """Refuse what no key policy may ask for.

    These are operators that do not exist, `ForAllValues` where it holds for requests without the key (K12), and keys
    that work in IAM policies only (K6).
    """
    unfit = {name.lower() for name in _OF_IAM_POLICIES}
    for statement in policy.statements:
        for condition in statement.conditions:
            if _OPERATOR.fullmatch(condition.operator) is None:
                raise KmsError(_MALFORMED, f"Invalid Condition type : {condition.operator}.")
            key = condition.key.lower()
            if key.partition("/")[0] in unfit:
                message = f"These condition keys are not permitted in a key policy: {', '.join(_OF_IAM_POLICIES)}"
                raise KmsError(_MALFORMED, message)
            what = next((what for prefix, what in _SINGLE_VALUED if key.startswith(prefix)), None)
            if what is not None and condition.operator.startswith("ForAllValues:"):
                message = (
                    "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key "
                    f"matches requests without the specified {what} or with an unspecified {what}. "
                    "To fix, remove ForAllValues."
                )
                raise KmsError(_MALFORMED, message)
