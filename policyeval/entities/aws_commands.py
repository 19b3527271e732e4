"""The AWS CLI calls that fill a folder for `policyeval import`, as a shell script to read and then run."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

_HEAD = """\
#!/bin/sh
# Fills {folder} with what `policyeval import` reads: calls that only list and describe.
# Pipe it to sh with the credentials of one account. For several accounts run it once for
# each, every time with a folder of its own below the one to import.
# A call that fails leaves no file; the import then says what is missing.
set -u
home={home}
if test -z "$home"; then
    echo "policyeval: no Region: name one with --region, or set AWS_DEFAULT_REGION" >&2
    exit 1
fi
# STS is asked in a Region, and which partition's IAM and Organizations are asked follows from it.
export AWS_REGION="$home" AWS_DEFAULT_REGION="$home"
mkdir -p {folder} && cd {folder} || exit 1

get() {{ # FILE CALL...
    file=$1
    shift
    if aws "$@" --output json </dev/null >"$file.part"; then
        mv "$file.part" "$file"
    else
        rm -f "$file.part"
        echo "policyeval: no $file" >&2
        return 1
    fi
}}

list() {{ # QUERY CALL...
    query=$1
    shift
    aws "$@" --query "$query" --output text </dev/null | tr '\\t' '\\n' | grep -v '^None$'
}}

get sts-get-caller-identity.json sts get-caller-identity
get iam-get-account-authorization-details.json iam get-account-authorization-details
"""

_REGION = """\

for region in {regions}; do
    mkdir -p "$region"
    get "$region/kms-list-keys.json" kms list-keys --region "$region"
    get "$region/kms-list-aliases.json" kms list-aliases --region "$region"
    get "$region/ec2-describe-vpc-endpoints.json" ec2 describe-vpc-endpoints --region "$region"
    list 'Keys[].KeyId' kms list-keys --region "$region" | while read -r key; do
        get "$region/kms-describe-key-$key.json" kms describe-key --region "$region" --key-id "$key"
        get "$region/kms-get-key-policy-$key.json" \\
            kms get-key-policy --region "$region" --key-id "$key" --policy-name default
        get "$region/kms-list-key-policies-$key.json" kms list-key-policies --region "$region" --key-id "$key" &&
            grep -q '"AWS_RAM"' "$region/kms-list-key-policies-$key.json" &&
            get "$region/kms-get-key-policy-AWS_RAM-$key.json" \\
                kms get-key-policy --region "$region" --key-id "$key" --policy-name AWS_RAM
        get "$region/kms-list-grants-$key.json" kms list-grants --region "$region" --key-id "$key"
        get "$region/kms-list-resource-tags-$key.json" kms list-resource-tags --region "$region" --key-id "$key"
    done
done
"""

_ORGANIZATION = """\

# An account without an organization says so; only the management account and its delegates see the tree.
file=organizations-describe-organization.json
if reason=$(aws organizations describe-organization --output json </dev/null 2>&1 >"$file.part"); then
    mv "$file.part" "$file"
    test -z "$reason" || printf '%s\\n' "$reason" >&2
else
    rm -f "$file.part"
    case $reason in
    *AWSOrganizationsNotInUseException*) echo '{}' >"$file" ;;
    *) printf '%s\\n' "$reason" "policyeval: no $file" >&2 ;;
    esac
fi

policies() { # TARGET
    for type in SERVICE_CONTROL_POLICY RESOURCE_CONTROL_POLICY; do
        get "organizations-list-policies-for-target-$type-$1.json" \\
            organizations list-policies-for-target --target-id "$1" --filter "$type" || continue
        list 'Policies[?!AwsManaged].Id' organizations list-policies-for-target --target-id "$1" --filter "$type" |
            while read -r policy; do
                test -f "organizations-describe-policy-$policy.json" ||
                    get "organizations-describe-policy-$policy.json" organizations describe-policy --policy-id "$policy"
            done
    done
}

walk() { # PARENT
    policies "$1"
    get "organizations-list-accounts-for-parent-$1.json" organizations list-accounts-for-parent --parent-id "$1"
    list 'Accounts[].Id' organizations list-accounts-for-parent --parent-id "$1" |
        while read -r account; do policies "$account"; done
    get "organizations-list-organizational-units-for-parent-$1.json" \\
        organizations list-organizational-units-for-parent --parent-id "$1"
    list 'OrganizationalUnits[].Id' organizations list-organizational-units-for-parent --parent-id "$1" |
        while read -r unit; do walk "$unit"; done
}

if get organizations-list-roots.json organizations list-roots; then
    list 'Roots[].Id' organizations list-roots | while read -r root; do walk "$root"; done
fi
"""


def commands(regions: Iterable[str] = (), folder: str = ".") -> str:
    """Write the script.

    Args:
        regions: where to look for keys and VPC endpoints; the CLI's own Region when there is none.
        folder: what the script fills; the folder to give to `policyeval import`.

    """
    named = [shlex.quote(region) for region in regions]
    # What is configured comes last: `aws configure get` sees the file alone.
    default = '"${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region)}}"'
    head = _HEAD.format(folder=shlex.quote(folder), home=named[0] if named else default)
    return head + _REGION.format(regions=" ".join(named) or '"$home"') + _ORGANIZATION
