"""The seal: every line's hash covers the line and the seal before it."""

import json
from typing import Any

from backend.core.digests import sha256_text

FIRST_SEAL = "sha256:" + "0" * 43


def seal(previous: str, line: dict[str, Any]) -> str:
    """Hash of a line chained to the one before; `line` holds JSON values only."""
    return sha256_text(previous + "\n" + json.dumps(line, sort_keys=True, ensure_ascii=False))
