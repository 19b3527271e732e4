"""Every rule: its code and its module below this folder, sorted by code. Rules are loaded when asked for."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policyeval.lint.rule import Rule

TABLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A101": "actions.invalid_service_in_action",
        "A102": "actions.invalid_action",
        "A103": "actions.wildcard_matches_no_action",
        "A104": "actions.action_without_service",
        "A105": "actions.space_in_action",
        "A106": "actions.malformed_action",
        "A107": "actions.unsupported_action_in_policy",
        "A401": "actions.wildcard_in_service_name",
        "A402": "actions.retired_service",
        "A403": "actions.redundant_action",
        "A404": "actions.action_case",
        "A405": "actions.dependent_action_missing",
        "A406": "actions.unlisted_action",
        "A407": "actions.repeated_wildcard",
        "C103": "conditions.invalid_global_condition_key",
        "C104": "conditions.invalid_service_condition_key",
        "C105": "conditions.invalid_service_in_condition_key",
        "C107": "conditions.missing_qualifier",
        "C113": "conditions.invalid_service_principal_format",
        "C201": "conditions.string_like_operator_with_arn_condition_keys",
        "C204": "conditions.deny_with_unsupported_tag_condition_key_for_service",
        "C205": "conditions.deny_notaction_with_unsupported_tag_condition_key_for_service",
        "C301": "conditions.type_mismatch",
        "C306": "conditions.wildcard_without_like_operator",
        "C401": "conditions.equivalent_to_null_false",
        "C407": "conditions.allow_with_unsupported_tag_condition_key_for_service",
        "C408": "conditions.allow_notaction_with_unsupported_tag_condition_key_for_service",
        "R101": "arns.invalid_arn_prefix",
        "R102": "arns.missing_arn_field",
        "R103": "arns.invalid_partition",
        "R104": "arns.invalid_service_in_arn",
        "R105": "arns.invalid_arn_service_case",
        "R106": "arns.invalid_arn_region",
        "R107": "arns.invalid_arn_account",
        "R108": "arns.missing_arn_region",
        "R109": "arns.missing_arn_account",
        "R110": "arns.arn_region_not_allowed",
        "R111": "arns.arn_account_not_allowed",
        "R112": "arns.invalid_arn_resource",
        "R113": "arns.unsupported_resource_in_policy",
        "R114": "arns.space_in_resource",
        "R301": "arns.action_acts_on_none_of_these",
        "R302": "arns.resource_that_no_action_acts_on",
        "R303": "arns.star_for_several_fields",
        "R304": "arns.unknown_resource_type",
        "R305": "arns.bucket_arn_ends_in_slash",
        "R401": "arns.redundant_resource",
        "R402": "arns.repeated_wildcard_in_resource",
        "R403": "arns.retired_service_in_arn",
        "S101": "syntax.json_syntax",
        "S102": "syntax.byte_order_mark",
        "S103": "syntax.trailing_text",
        "S104": "syntax.too_deep",
        "S105": "syntax.duplicate_key",
        "S106": "syntax.duplicate_key_case",
        "S107": "syntax.wrong_type",
        "S108": "syntax.unknown_element",
        "S109": "syntax.empty_string",
        "S111": "syntax.missing_statement",
        "S112": "syntax.empty_statement",
        "S113": "syntax.missing_effect",
        "S114": "syntax.invalid_effect",
        "S115": "syntax.missing_action",
        "S116": "syntax.missing_resource",
        "S117": "syntax.missing_principal",
        "S118": "syntax.invalid_version",
        "S119": "syntax.both_forms",
        "S120": "syntax.duplicate_sid",
        "S121": "syntax.invalid_sid",
        "S122": "syntax.empty_negation",
        "S131": "syntax.scp_size",
        "S301": "syntax.missing_version",
        "S302": "syntax.old_version",
        "S303": "syntax.unique_sids_recommended",
        "S304": "syntax.identity_policy_size",
        "S305": "syntax.resource_policy_size",
        "S306": "syntax.trust_policy_size",
        "S401": "syntax.empty_sid",
        "S402": "syntax.empty_array_action",
        "S403": "syntax.empty_array_resource",
        "S404": "syntax.empty_array_principal",
        "S405": "syntax.empty_object_principal",
        "S406": "syntax.empty_object_condition",
        "S407": "syntax.empty_array_condition",
        "S408": "syntax.empty_array_for_all_values",
        "S409": "syntax.empty_array_for_any_value",
        "S410": "syntax.empty_array_if_exists",
        "W201": "permissive.pass_role_star_in_resource",
        "W202": "permissive.pass_role_star_in_action_and_resource",
        "W203": "permissive.pass_role_not_action_and_star_in_resource",
        "W204": "permissive.pass_role_not_resource",
        "W205": "permissive.pass_role_star_in_action_and_not_resource",
        "W206": "permissive.pass_role_not_action_and_not_resource",
        "W207": "permissive.full_admin",
        "W208": "permissive.allow_with_not_action",
        "W209": "permissive.allow_with_not_resource",
        "W210": "permissive.escalation_by_own_permissions",
        "W211": "permissive.escalation_by_running_code",
        "W212": "permissive.escalation_by_credentials",
        "W213": "permissive.public_principal",
        "W214": "permissive.boundary_removal",
        "W301": "permissive.create_slr_star_in_resource",
        "W302": "permissive.create_slr_star_in_action_and_resource",
        "W303": "permissive.create_slr_not_action_and_star_in_resource",
        "W304": "permissive.create_slr_not_resource",
        "W305": "permissive.create_slr_star_in_action_and_not_resource",
        "W306": "permissive.create_slr_not_action_and_not_resource",
        "W401": "permissive.service_wildcard",
        "W402": "permissive.open_cross_account_trust",
        "X101": "files.unreadable_file",
        "X102": "files.file_too_large",
        "X103": "files.not_text",
        "X201": "files.unused_suppression",
        "X202": "files.expired_suppression",
    }
)


def load(code: str) -> Rule:
    """Give the rule of a code, which must be in the table."""
    rule: Rule = import_module(f"{__package__}.{TABLE[code]}").RULE
    return rule


def load_all(codes: Iterable[str] = TABLE) -> tuple[Rule, ...]:
    """Give the rules of these codes; all of them if not told."""
    return tuple(load(code) for code in codes)
