"""The stores of these tests: every test has the disk; `bucket` is a real S3 server, `faulty` one that misbehaves."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from backend.evidence import bucket as s3
from backend.settings import evidence_store
from tests.backend.faults import Faulty
from tests.seaweed import Seaweed, seaweed

__all__ = ["seaweed"]


class Kept:
    """A part of the bucket that is this test's own, and what lies there."""

    def __init__(self, server: Seaweed, prefix: str) -> None:
        self.server, self.prefix = server, prefix

    @property
    def keys(self) -> list[str]:
        mine = [key for key in self.server.objects() if key.startswith(f"{self.prefix}/")]
        return [key.removeprefix(f"{self.prefix}/") for key in mine]


@pytest.fixture
def bucket(seaweed: Seaweed, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Kept:
    prefix = secrets.token_hex(4)
    chosen(settings, monkeypatch, {**seaweed.environment, "S3_PREFIX": prefix})
    return Kept(seaweed, prefix)


@pytest.fixture
def faulty(
    bucket: Kept, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Faulty]:
    """The same bucket behind a proxy that does as it is told; two tries of half a second, so that tests are short."""
    hasty = {
        "retries": {"mode": "standard", "total_max_attempts": 2},
        "connect_timeout": 1,
        "read_timeout": 0.5,
    }
    monkeypatch.setattr(s3, "PATIENCE", hasty)
    with Faulty(bucket.server.endpoint) as store, caplog.at_level("CRITICAL"):
        chosen(settings, monkeypatch, {"S3_ENDPOINT": store.url})
        yield store


def chosen(settings: Any, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """The store that settings make of these variables."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence_store("s3")}
