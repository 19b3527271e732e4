"""The endpoint: what a raw client and what boto3 reach, beside a socket that answers a constant and beside moto's server.

Alone: `python -m tests.benchmarks.measure endpoint 9 1000`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile, TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import boto3

from policyeval.server.testing import AccessKeyPair
from tests.benchmarks.peers import PeerMissingError, default_cache, install
from tests.server.process import ROOT, serve
from tests.server.raw import asks, sign

RAW, OURS, CONSTANT, MOTO = "raw", "boto3", "boto3, constant", "boto3, moto"
PEER = "moto-server"
PLAINTEXT = bytes(1024)
CONTEXT = {"tenant": "blue", "stage": "prod-1", "document": "invoices/7"}
# boto3 takes a few times as long as a raw client.
SHARE = 4
# Requests to one server before the next has its turn: what slows the machine down for a second slows all of them down.
TURN = 50


def throughput(rounds: int, count: int, *, beside_moto: bool = True) -> dict[str, Any]:
    """Measure Encrypt of 1 KiB, requests a second in one connection; each server has a process of its own.

    Ours keeps everything in a folder: every request is verified, authorized, encrypted and in a chained trail.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        served = stack.enter_context(serve("--data", str(Path(folder, "data"))))
        ours, constant = served.client(), _client(f"http://127.0.0.1:{stack.enter_context(_constant())}")
        key = ours.create_key()["KeyMetadata"]["Arn"]
        pair = AccessKeyPair(served.exports["AWS_ACCESS_KEY_ID"], served.exports["AWS_SECRET_ACCESS_KEY"])
        clients = {OURS: (ours, key), CONSTANT: (constant, key)}
        skipped = None
        if beside_moto:
            try:
                moto = _client(stack.enter_context(_moto()))
                clients[MOTO] = (moto, moto.create_key()["KeyMetadata"]["Arn"])
            except PeerMissingError as error:
                skipped = str(error)
        seen: dict[str, list[float]] = {name: [] for name in (RAW, *clients)}
        for number in range(rounds + 1):  # the first only warms up
            rates = {RAW: _raw(served.url, pair, key, count), **_in_turn(clients, count // SHARE)}
            if number:
                for name, rate in rates.items():
                    seen[name].append(rate)
    return {**{name: median(rates) for name, rates in seen.items()}, "skipped": skipped}


def _raw(url: str, pair: AccessKeyPair, key: str, count: int) -> float:
    """Send one signed request again and again; every time it is verified anew."""
    text = base64.b64encode(PLAINTEXT).decode()
    body = json.dumps({"KeyId": key, "Plaintext": text, "EncryptionContext": CONTEXT}).encode()
    given = [*sign(pair, f"{url}/", body, asks("Encrypt")), ("Content-Length", str(len(body)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in given)
    request = f"POST / HTTP/1.1\r\n{head}\r\n".encode() + body
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start = perf_counter()
        for _ in range(count):
            connection.sendall(request)
            answer = connection.recv(65536)
            while not answer.endswith(b"}"):
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 "), answer
        return count / (perf_counter() - start)


def _in_turn(clients: Mapping[str, tuple[Any, str]], count: int) -> dict[str, float]:
    """Have each client of boto3 ask for `count` encryptions under a key; give its requests a second."""
    taken = dict.fromkeys(clients, 0.0)
    turns = max(1, count // TURN)
    for _ in range(turns):
        for name, (client, key) in clients.items():
            start = perf_counter()
            for _ in range(TURN):
                client.encrypt(KeyId=key, Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)
            taken[name] += perf_counter() - start
    return {name: turns * TURN / seconds for name, seconds in taken.items()}


def _client(url: str) -> Any:
    named = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "none", "region_name": "us-east-1"}
    return boto3.client("kms", endpoint_url=url, **named)


@contextmanager
def _constant() -> Iterator[int]:
    with _process([sys.executable, "-m", "tests.benchmarks.constant"], r"^(\d+)$") as port:
        yield int(port)


@contextmanager
def _moto() -> Iterator[str]:
    home = install(PEER, default_cache())
    with _process([*home.command, "-m", "moto.server", "-p", "0"], r"Running on (http://[\d.:]+)") as url:
        yield url


@contextmanager
def _process(command: list[str], told: str) -> Iterator[str]:
    """Run a server, and wait until it tells where it is."""
    with NamedTemporaryFile() as log:  # a pipe that nobody reads would fill, and the server wait
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            while (found := re.search(told, Path(log.name).read_text(encoding="utf-8"), re.MULTILINE)) is None:
                if process.poll() is not None:
                    message = f"`{' '.join(command[1:])}` ended with {process.returncode}"
                    raise PeerMissingError(message)
                sleep(0.05)
            yield found[1]
        finally:
            process.kill()
            process.wait()
