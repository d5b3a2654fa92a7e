"""An S3 bucket, of any maker that knows conditional writes and SHA-256 checksums (both standard since 2024).

Nothing is ever listed. Set a lifecycle rule that removes what lies under `pieces/` for 30 days: pieces that a killed
process wrote and no row speaks of; all others are removed by their names.
"""

import hashlib
import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any, BinaryIO

from botocore import exceptions
from botocore.config import Config
from storages.backends.s3 import S3Storage

from backend.evidence.errors import NothingKept, StoreFull, StoreUnavailable
from backend.evidence.rules import Trouble

log = logging.getLogger("samar.store")

ADDRESS_HOLDS = timedelta(minutes=5)
CONNECTIONS_MAX = 50
# At most three tries of at most seven seconds, with short waits between: what takes longer is told to the phone.
PATIENCE: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 5,
    "retries": {"mode": "standard", "total_max_attempts": 3},
}

FULL = {
    "InsufficientCapacity",
    "NoSpaceLeftOnDevice",
    "QuotaExceeded",
    "ServiceQuotaExceeded",
    "StorageFull",
    "XMinioAdminBucketQuotaExceeded",
    "XMinioStorageFull",
}
ABSENT = {"NoSuchKey", "404", "NotFound"}
WRONG_KEY = {
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "ExpiredToken",
    "AuthorizationHeaderMalformed",
}
INSUFFICIENT_STORAGE, EXISTS_ALREADY = 507, 412


class Bucket(S3Storage):
    """One client for all threads.

    public_endpoint   where browsers reach the store, when that is another address than ours to it
    """

    def __init__(self, *, public_endpoint: str = "", **options: Any) -> None:
        self.public_endpoint = public_endpoint
        # A server with an address of its own has no name for each bucket.
        style = "path" if options.get("endpoint_url") else "auto"
        config = Config(
            s3={"addressing_style": style},
            signature_version="s3v4",
            max_pool_connections=CONNECTIONS_MAX,
            **PATIENCE,
        )
        super().__init__(client_config=config, **options)

    def keep(self, key: str, content: bytes) -> None:
        checksum = b64encode(hashlib.sha256(content).digest()).decode()
        try:
            with _told_as_problems("put", key):
                self._client.put_object(
                    **self._named(key), Body=content, ChecksumSHA256=checksum, IfNoneMatch="*"
                )
        except StoreUnavailable as problem:
            if _status(problem.__cause__) != EXISTS_ALREADY:
                raise
            # Ours, by an attempt whose answer was lost, or by somebody who had the same bytes.
            if not self._holds(key, content, checksum):
                raise

    def read(self, key: str) -> bytes:
        with _told_as_problems("get", key):
            content: bytes = self._client.get_object(**self._named(key))["Body"].read()
            return content

    def open_kept(self, key: str) -> BinaryIO:
        return BytesIO(self.read(key))

    def remove(self, key: str) -> None:
        with _told_as_problems("delete", key):
            self._client.delete_object(**self._named(key))

    def address(self, key: str, *, media_type: str, name: str) -> str:
        """Signed with our key, for this object only. As an attachment: a picture in a page is shown all the same,
        and nothing opens as a page of the store's own address."""
        shown = {
            "ResponseContentType": media_type,
            "ResponseContentDisposition": f'attachment; filename="{name}"',
        }
        address: str = self._public_client.generate_presigned_url(
            "get_object",
            Params={**self._named(key), **shown},
            ExpiresIn=int(ADDRESS_HOLDS.total_seconds()),
        )
        return address

    def remove_forgotten(self, *, unfinished_before: datetime, pieces_before: datetime) -> None:
        """The lifecycle rule does it."""

    def prepare(self) -> None:
        """A client takes some 35 MB; its connections are made by its first requests."""
        assert self._client
        assert self._public_client

    def trouble(self, cause: BaseException | None) -> Trouble | None:
        if isinstance(cause, exceptions.ConnectionError | exceptions.HTTPClientError):
            return Trouble.CANNOT_CONNECT
        if isinstance(cause, exceptions.FlexibleChecksumError):
            return Trouble.OTHER_BYTES
        code = _code(cause)
        if code in WRONG_KEY:
            return Trouble.WRONG_KEY
        return Trouble.NO_SUCH_BUCKET if code == "NoSuchBucket" else None

    @property
    def _client(self) -> Any:
        return self.bucket.meta.client

    @cached_property
    def _public_client(self) -> Any:
        if not self.public_endpoint:
            return self._client
        return self._create_session().client(
            "s3", region_name=self.region_name, endpoint_url=self.public_endpoint, config=self.client_config
        )

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(key)}

    def _holds(self, key: str, content: bytes, checksum: str) -> bool:
        with _told_as_problems("head", key):
            kept = self._client.head_object(**self._named(key), ChecksumMode="ENABLED").get("ChecksumSHA256")
        return kept == checksum if kept else self.read(key) == content


@contextmanager
def _told_as_problems(what: str, key: str) -> Iterator[None]:
    try:
        yield
    except (exceptions.BotoCoreError, exceptions.ClientError, OSError) as error:
        code, status = _code(error), _status(error)
        if code in ABSENT:
            raise NothingKept() from error
        if status != EXISTS_ALREADY:
            log.error("the store failed to %s %s: %s", what, key, error)
        full = code in FULL or status == INSUFFICIENT_STORAGE
        raise (StoreFull() if full else StoreUnavailable()) from error


def _code(error: BaseException | None) -> str:
    return (
        str(error.response.get("Error", {}).get("Code", ""))
        if isinstance(error, exceptions.ClientError)
        else ""
    )


def _status(error: BaseException | None) -> int:
    told = error.response.get("ResponseMetadata", {}) if isinstance(error, exceptions.ClientError) else {}
    return int(told.get("HTTPStatusCode", 0))
