"""Everything a phone keeps: what its own browser would tell about it, and what lies on its disk."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Keys and values of every database, cache and storage of the origin; bytes as {"bytes": base64}.
READ_ALL = """async () => {
  const base64 = (buffer) => {
    let text = "";
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const plain = async (value) => {
    if (value instanceof ArrayBuffer) return { bytes: base64(value) };
    if (ArrayBuffer.isView(value)) {
      return { bytes: base64(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength)) };
    }
    if (value instanceof Blob) return { bytes: base64(await value.arrayBuffer()), blob: value.type };
    if (value instanceof CryptoKey) return { key: value.algorithm.name, extractable: value.extractable };
    if (Array.isArray(value)) return Promise.all(value.map(plain));
    if (value instanceof Date) return value.toISOString();
    if (value && typeof value === "object") {
      const members = await Promise.all(Object.entries(value).map(async ([name, one]) => [name, await plain(one)]));
      return Object.fromEntries(members);
    }
    return typeof value === "bigint" ? String(value) : value;
  };
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const databases = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    const stores = {};
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([asked(rows.getAllKeys()), asked(rows.getAll())]);
      stores[store] = [];
      for (const [at, key] of keys.entries()) stores[store].push([await plain(key), await plain(values[at])]);
    }
    database.close();
    databases[name] = stores;
  }
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    kept[name] = {};
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      kept[name][request.url] = { bytes: base64(await answer.arrayBuffer()) };
    }
  }
  const rows = (storage) => Object.fromEntries(Object.keys(storage).map((key) => [key, storage.getItem(key)]));
  const [local, session] = [rows(localStorage), rows(sessionStorage)];
  return { databases, caches: kept, local, session, cookies: document.cookie };
}"""


@dataclass(frozen=True)
class Kept:
    """databases: name -> store -> [(key, value)] · caches: name -> address -> bytes · local, session: key -> text ·
    disk: path in the profile -> bytes."""

    databases: dict[str, dict[str, list[tuple[Any, Any]]]]
    caches: dict[str, dict[str, bytes]]
    local: dict[str, str]
    session: dict[str, str]
    cookies: str
    disk: dict[str, bytes]

    def names(self) -> set[str]:
        """What somebody who opens the browser's inspector can read without unlocking anything."""
        stores = {store for stores in self.databases.values() for store in stores}
        addresses = {address for cache in self.caches.values() for address in cache}
        return {*self.databases, *stores, *self.caches, *addresses, *self.local, *self.session}

    def where(self, wanted: str | bytes) -> list[str]:
        """The places that hold it in clear, as UTF-8, UTF-16 or base64; files of the app itself do not count."""
        needles = forms(wanted)
        return [place for place, content in self._places() if any(needle in content for needle in needles)]

    def _places(self) -> Iterator[tuple[str, bytes]]:
        for name, stores in self.databases.items():
            for store, rows in stores.items():
                for key, value in rows:
                    yield f"{name}/{store}/{key}", flat([key, value])
        yield "localStorage", flat(self.local)
        yield "sessionStorage", flat(self.session)
        yield "cookies", self.cookies.encode()
        yield from self.disk.items()


def read(page: Any, profile: Path) -> Kept:
    told = page.evaluate(READ_ALL)
    databases = {
        name: {
            store: [(unpacked(key), unpacked(value)) for key, value in rows] for store, rows in stores.items()
        }
        for name, stores in told["databases"].items()
    }
    return Kept(
        databases, unpacked(told["caches"]), told["local"], told["session"], told["cookies"], on_disk(profile)
    )


def on_disk(profile: Path) -> dict[str, bytes]:
    """Every file of the profile but those that came with the browser, or are the app's own in its caches."""
    found = {}
    for path in sorted(profile.rglob("*")):
        name = path.relative_to(profile).as_posix()
        if not path.is_file() or "/CacheStorage/" in name or "/ScriptCache/" in name:
            continue
        try:
            found[name] = path.read_bytes()
        except OSError:  # the browser has just removed it
            continue
    return found


def forms(wanted: str | bytes) -> list[bytes]:
    if isinstance(wanted, bytes):
        return [wanted, base64.b64encode(wanted).rstrip(b"=")[:-2]]
    return [wanted.encode(), wanted.encode("utf-16-le"), json.dumps(wanted)[1:-1].encode()]


def unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    if isinstance(value, dict):
        if set(value) <= {"bytes", "blob"} and "bytes" in value:
            return base64.b64decode(value["bytes"])
        return {name: unpacked(one) for name, one in value.items()}
    return value


def flat(value: Any) -> bytes:
    """All texts and bytes in a value, one after the other."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        return b"\n".join(flat(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return b"\n".join(flat(part) for part in value)
    return str(value).encode()
