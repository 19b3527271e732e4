"""The peers, installed by the benchmark into the user's cache, each into a folder of its own. Never by users.

Versions are pinned in `pins/`, what they depend on included. A peer that does not install is skipped with a line
that says why.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).parent / "pins"
SECONDS = 300  # for one installation


class PeerMissingError(Exception):
    """A peer cannot be installed or started; the message says why."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a peer is installed: `command` starts its interpreter, `folder` is where node starts."""

    command: tuple[str, ...]
    folder: Path


def default_cache() -> Path:
    """Give the folder that peers are installed in."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "policyeval-benchmarks")


def install(peer: str, cache: Path) -> Home:
    """Install a peer unless it is there.

    Raises:
        PeerMissingError: it cannot be installed here.

    """
    npm = (PINS / f"{peer}.json").exists()
    pins = PINS / f"{peer}{'.json' if npm else '.txt'}"
    digest = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"{peer}-{digest}"
    ready = folder / ".ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (_npm if npm else _pip)(pins, folder)
        ready.touch()
    if npm:
        return Home((_tool("node"), "--expose-gc"), folder)
    return Home((str(_python(folder)),), folder)


def versions(peer: str) -> str:
    """Name what is pinned as the peer itself, with its version."""
    if (PINS / f"{peer}.json").exists():
        pinned = json.loads((PINS / f"{peer}.json").read_text(encoding="utf-8"))["dependencies"]
        return next(f"{name} {version}" for name, version in pinned.items() if name.endswith(f"/{peer}"))
    lines = (PINS / f"{peer}.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{peer}==")).replace("==", " ")


def _pip(pins: Path, folder: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)], folder)
    _run(
        [str(_python(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pins)],
        folder,
    )


def _npm(pins: Path, folder: Path) -> None:
    shutil.copy(pins, folder / "package.json")
    _run([_tool("npm"), "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], folder)


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        message = f"`{name}` is not installed"
        raise PeerMissingError(message)
    return found


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerMissingError(str(error)) from error
    if done.returncode != 0:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise PeerMissingError(said[-1] if said else f"`{command[0]}` ended with {done.returncode}")
