"""The machine and the versions that numbers came from."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from policyeval import __version__


def facts(command: str) -> dict[str, str]:
    """Name what a reader needs to repeat the run."""
    return {
        "Date": datetime.now(UTC).date().isoformat(),
        "Command": command,
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "System": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Node": _node(),
        "policyeval": __version__,
    }


def busy() -> str | None:
    """Warn when something else uses the machine, None when it is quiet or cannot be known."""
    try:
        load = os.getloadavg()[0]
    except OSError:
        return None
    return f"the machine is busy (load {load:.1f}): take the numbers with care" if load > 1 else None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        return "none"
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
