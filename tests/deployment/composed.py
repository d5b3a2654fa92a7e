"""docker/ as data: what compose.yaml and the Dockerfile say, for tests that hold them against the rest."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
HOST = "samar.example.go.id"


@cache
def compose() -> dict[str, Any]:
    text = (DOCKER / "compose.yaml").read_text("utf-8")
    text = re.sub(r"\$\{SAMAR_HOST[^}]*\}", HOST, text)
    assert "$" not in text, "only SAMAR_HOST is asked for"
    return dict(yaml.safe_load(text))


def services() -> dict[str, dict[str, Any]]:
    return dict(compose()["services"])


def ours() -> dict[str, dict[str, Any]]:
    """The services that run our own image."""
    return {name: service for name, service in services().items() if service["image"] == "samar"}


@cache
def dockerfile() -> list[tuple[str, str]]:
    """Its instructions in order: ("COPY", "backend /srv/samar/backend")."""
    lines = (DOCKER / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    told = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [(word, " ".join(rest.split())) for word, rest in told]


def instructions(word: str) -> list[str]:
    return [rest for name, rest in dockerfile() if name == word]


def image_command() -> list[str]:
    return list(json.loads(instructions("CMD")[-1]))


def health_command() -> list[str]:
    (check,) = instructions("HEALTHCHECK")
    return list(json.loads(check[check.index("CMD ") + 4 :]))


def option(command: list[str], name: str) -> str:
    """`8000` of `--port 8000`, `/data` of `-dir=/data`."""
    for word, after in zip(command, [*command[1:], ""], strict=True):
        if word == name:
            return after
        if word.startswith(f"{name}="):
            return word.removeprefix(f"{name}=")
    raise AssertionError(f"{name} is not among {command}")
