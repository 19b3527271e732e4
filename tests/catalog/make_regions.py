"""Makes `policyeval/catalog/data/regions.json` of the partitions that the installed botocore knows.

Run `python -m tests.catalog.make_regions`, and read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path

import botocore
import botocore.loaders

HOME = Path(__file__).resolve().parents[2] / "policyeval" / "catalog" / "data" / "regions.json"


def render() -> str:
    """Write the Regions of each partition, a line a partition; `aws-global` and its like are no Regions."""
    partitions = botocore.loaders.Loader().load_data("partitions")["partitions"]
    rows = {row["id"]: sorted(name for name in row["regions"] if not name.endswith("-global")) for row in partitions}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(regions)}" for name, regions in rows.items())
    return f'{{\n"botocore": {json.dumps(botocore.__version__)},\n"partitions": {{\n{lines}\n}}\n}}\n'


if __name__ == "__main__":
    HOME.write_text(render(), encoding="utf-8")
