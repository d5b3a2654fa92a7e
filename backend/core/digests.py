"""Digests: SHA-256 written as unpadded base64url (43 characters), with `sha256:` before it for texts."""

import base64
import hashlib


def base64url(raw: bytes) -> str:
    """Unpadded base64url of raw bytes (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def sha256_bytes(content: bytes) -> str:
    """Name of a photo's bytes: 43 characters of base64url, no prefix."""
    return base64url(hashlib.sha256(content).digest())


def sha256_text(text: str) -> str:
    """Name of an exact text: `sha256:` and 43 characters. No canonical form exists: every byte counts.

    A lone surrogate, which JSON can smuggle in, is hashed as the bytes Python would keep for it.
    """
    return "sha256:" + sha256_bytes(text.encode("utf-8", "surrogatepass"))
