"""`policyeval serve` as a process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Event
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "policyeval", "serve"]
PATIENCE = 300  # seconds, for a machine that is busy: the AWS CLI alone takes two each time
# The access keys of fixtures/sharing.yaml.
ALICE = {"aws_access_key_id": "AKIAALICEEXAMPLE0001", "aws_secret_access_key": "alices-secret-for-tests-only"}
BOB = {"aws_access_key_id": "AKIABOBEXAMPLE000001", "aws_secret_access_key": "bobs-secret-for-tests-only"}


class Served:
    """A server that runs, with what it said when it started."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self._log = log
        self.banner: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            self.banner.append(line.rstrip("\n"))
            if line.startswith("export "):
                break
        else:
            raise AssertionError(self.stop())
        self.exports: Mapping[str, str] = dict(re.findall(r"(AWS_\w+)=(\S+)", self.banner[-1]))
        self.url = self.exports["AWS_ENDPOINT_URL"]

    def client(self, service: str = "kms", **more: Any) -> Any:
        """Make a boto3 client from what was exported; it tries once."""
        named = {
            "aws_access_key_id": self.exports.get("AWS_ACCESS_KEY_ID"),
            "aws_secret_access_key": self.exports.get("AWS_SECRET_ACCESS_KEY"),
            "endpoint_url": self.url,
            "region_name": "us-east-1",
            "config": Config(retries={"total_max_attempts": 1}),
        }
        return boto3.client(service, **named | more)

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self._log.read_text(encoding="utf-8")

    def hang_up(self, told: str) -> None:
        """Have it read its entities file again, and wait until it has told so."""
        before = self.log.count(told)
        self.process.send_signal(signal.SIGHUP)
        while self.log.count(told) == before:
            assert self.process.poll() is None
            Event().wait(0.01)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Stop it; give its exit code and its log."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, self.log


@contextmanager
def serve(*arguments: str, port: int = 0, folder: Path = ROOT) -> Iterator[Served]:
    """Run it for the length of the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with NamedTemporaryFile() as log:  # a pipe that nobody reads would fill, and the server wait
        process = subprocess.Popen(
            [*PROGRAM, "--port", str(port), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield Served(process, Path(log.name))
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def refused(*arguments: str, folder: Path = ROOT, **environment: str) -> tuple[int, str]:
    """Run what does not start; give its exit code and what it said."""
    run = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert run.stdout == ""
    return run.returncode, run.stderr
