"""Services that AWS has retired: no page describes their actions any more, and AWS still takes them in policies.

A name that the service data lacks is a mistake, unless it is one of these. Source: the prefixes that
AWS managed policies still name, that the service authorization reference has left out, and that
ValidatePolicy does not report; read 2026-11-25 against the data of 2026-10-27.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["RETIRED_SERVICES"]

RETIRED_SERVICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "catalog-user": "AWS Service Catalog, end users",
        "codestar": "AWS CodeStar",
        "crowd": "Amazon Mechanical Turk Crowd",
        "datazonecontrol": "Amazon DataZone, preview",
        "deepcomposer": "AWS DeepComposer",
        "deeplens": "AWS DeepLens",
        "deepracer": "AWS DeepRacer",
        "ec2-reports": "Amazon EC2 Reports",
        "evidently": "Amazon CloudWatch Evidently",
        "iot1click": "AWS IoT 1-Click",
        "iotevents": "AWS IoT Events",
        "iotroborunner": "AWS IoT RoboRunner",
        "mobilehub": "AWS Mobile Hub",
        "sumerian": "Amazon Sumerian",
        "zocalo": "Amazon Zocalo",
    }
)
"""What AWS called them, by the prefix of their actions."""
