"""The store of bytes: a few words for the rest of the house; what stands behind them is chosen by EVIDENCE_STORE,
the durable disk (`evidence.disk`) or an S3 bucket (`evidence.bucket`).

Keys are write-once: whoever writes a key writes the same bytes, or has made the key up at random. Nothing is ever
listed to find out what is there: every key is in a row before its bytes are in the store.
"""

import secrets
from datetime import datetime
from typing import BinaryIO, Protocol, cast

from django.core.files.storage import storages

from backend.evidence.errors import NothingKept, StoreFull, StoreUnavailable
from backend.evidence.rules import Trouble


class Store(Protocol):
    """What a store does. Each raises StoreUnavailable; `keep` also StoreFull, `read` and `open` NothingKept."""

    def keep(self, key: str, content: bytes) -> None: ...

    def read(self, key: str) -> bytes: ...

    def open_kept(self, key: str) -> BinaryIO: ...

    def remove(self, key: str) -> None: ...

    def address(self, key: str, *, media_type: str, name: str) -> str | None: ...

    def remove_forgotten(self, *, unfinished_before: datetime, pieces_before: datetime) -> None: ...

    def prepare(self) -> None: ...

    def trouble(self, cause: BaseException | None) -> Trouble | None: ...


def keep(key: str, content: bytes) -> None:
    """Bytes under a key, there for good when this returns. Raises StoreFull, StoreUnavailable."""
    _store().keep(key, content)


def open_kept(key: str) -> BinaryIO:
    """A readable file. Raises NothingKept, StoreUnavailable."""
    return _store().open_kept(key)


def read_kept(key: str) -> bytes:
    """All bytes under a key. Raises NothingKept, StoreUnavailable."""
    return _store().read(key)


def remove(key: str) -> None:
    """Forget the bytes; nothing happens when there are none. Raises StoreUnavailable."""
    _store().remove(key)


def address(key: str, *, media_type: str, name: str) -> str | None:
    """Where a browser may fetch these bytes itself for a few minutes, as a file of that type and name; None when
    it has to come through us."""
    return _store().address(key, media_type=media_type, name=name)


def remove_forgotten(*, unfinished_before: datetime, pieces_before: datetime) -> None:
    """Forget what killed writers left: half-written files, and pieces no row ever spoke of. A disk looks for
    them; in a bucket a lifecycle rule on `pieces/` does it."""
    _store().remove_forgotten(unfinished_before=unfinished_before, pieces_before=pieces_before)


def prepare() -> None:
    """Make what is large and connects to nobody yet: before a server forks, so that its processes share it."""
    _store().prepare()


def check() -> Trouble | None:
    """Write, read, write again and delete one small object; None when all went as it should. For the start of a
    server: what is wrong is better said then than to the first phone."""
    store, key, content = _store(), f"check/{secrets.token_hex(8)}", secrets.token_bytes(1024)
    step = Trouble.NOT_WRITABLE
    try:
        store.keep(key, content)
        step = Trouble.NOT_READABLE
        if store.read(key) != content:
            return Trouble.OTHER_BYTES
        step = Trouble.CANNOT_DELETE
        written_over = _can_be_written_over(store, key)
        store.remove(key)
        if written_over or _is_there(store, key):
            return Trouble.WRITTEN_OVER if written_over else Trouble.CANNOT_DELETE
    except StoreFull:
        return Trouble.FULL
    except StoreUnavailable as problem:
        return store.trouble(problem.__cause__) or step
    return None


def _can_be_written_over(store: Store, key: str) -> bool:
    try:
        store.keep(key, b"other bytes")
    except StoreUnavailable:
        return False
    return store.read(key) == b"other bytes"


def _is_there(store: Store, key: str) -> bool:
    try:
        store.read(key)
    except NothingKept:
        return False
    return True


def _store() -> Store:
    return cast(Store, storages["evidence"])
