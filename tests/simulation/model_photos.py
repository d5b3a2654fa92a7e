"""The photos of the model's server: announced, received by compare-and-set, verified, stored, swept."""

from dataclasses import dataclass, field, replace

from fieldsync.wire import sha256_bytes
from tests.simulation.papers import JSON

GENERATIONS_MAX = 3
PLACE = "/api/v1/uploads/"


@dataclass
class Photo:
    """An announced photo. `pieces` are the bytes of the present generation so far."""

    visit: str
    inspector: str
    sha256: str
    size: int
    state: str = "need"
    reason: str = ""
    generation: int = 0
    failures: int = 0
    pieces: list[bytes] = field(default_factory=list)
    key: str = ""
    backup: int | None = None

    @property
    def offset(self) -> int:
        return sum(map(len, self.pieces))


@dataclass(frozen=True)
class Reply:
    """An answer to a piece: the status and the headers a phone looks at."""

    status: int
    offset: int | None = None
    photo_state: str | None = None
    epoch: str | None = None


class PhotoRoom:
    """The half of ModelServer that knows photos. A token is its device's name."""

    devices: dict[str, str]
    photos: dict[str, Photo]
    objects: dict[str, bytes]
    epoch: str

    def _announce(self, user: str, device: str, one: JSON) -> JSON:
        photo = self.photos.get(one["id"])
        if photo is None:
            photo = self.photos[one["id"]] = Photo(one["visit"], user, one["sha256"], one["size"])
            if key := self._kept_already(photo):
                photo.state, photo.key = "stored", key
                return {"photo": one["id"], "state": "have"}
        told = {"photo": one["id"], "state": photo.state}
        if photo.inspector != user:
            return {**told, "state": "bad", "reason": "not-yours"}
        if photo.state == "need":
            return {**told, "offset": photo.offset, "url": f"{PLACE}{one['id']}.{photo.generation}"}
        return {**told, "reason": photo.reason} if photo.state == "bad" else told

    def _kept_already(self, new: Photo) -> str:
        """The same bytes, kept for the same inspector: the key under which they lie."""
        alike = (p.key for p in self.photos.values() if p.state == "stored" and p.sha256 == new.sha256)
        hers = {p.key for p in self.photos.values() if p.inspector == new.inspector}
        return next((key for key in alike if key in hers), "")

    def piece(self, token: str, url: str, offset: int, content: bytes) -> Reply:
        """PATCH: compare-and-set on the offset; the last piece is verified, and only then is the photo stored."""
        reply = self._piece(self.devices[token], url.removeprefix(PLACE), offset, content)
        return replace(reply, epoch=self.epoch)

    def _piece(self, user: str, name: str, offset: int, content: bytes) -> Reply:
        photo_id, _, generation = name.rpartition(".")
        photo = self.photos.get(photo_id)
        if photo is None or int(generation) > photo.generation:
            return Reply(404)
        if photo.inspector != user:
            return Reply(403)
        if int(generation) < photo.generation or photo.state == "bad":
            return Reply(410)
        if photo.state == "stored":
            return Reply(409, photo.size)
        if not self._fits(photo, offset) or photo.offset + len(content) > photo.size:
            return Reply(409, photo.offset)
        if content:
            photo.pieces.append(content)
        return self._settle(photo_id, photo) if photo.offset == photo.size else Reply(204, photo.offset)

    def _fits(self, photo: Photo, offset: int) -> bool:
        return offset == photo.offset

    def _settle(self, name: str, photo: Photo) -> Reply:
        content = b"".join(photo.pieces)
        photo.pieces = []
        if not self._is_the_announced(photo, content):
            photo.failures += 1
            self._renew(photo)
            if photo.failures >= GENERATIONS_MAX:
                photo.state, photo.reason = "bad", "wrong-hash"
            return Reply(410)
        photo.state, photo.key = "stored", f"photos/{name}.{photo.generation}"
        self.objects[photo.key] = content
        return Reply(204, photo.size, "stored")

    def _is_the_announced(self, photo: Photo, content: bytes) -> bool:
        return sha256_bytes(content) == photo.sha256

    def _renew(self, photo: Photo) -> None:
        photo.generation += 1

    def expire(self, name: str) -> None:
        """An upload nobody went on with is ended; the photo is still wanted, under a new address."""
        photo = self.photos[name]
        if photo.state == "need":
            photo.generation += 1
            photo.pieces = []

    def sweep(self) -> None:
        """Forget the objects that nobody refers to."""
        used = self._in_use()
        self.objects = {key: content for key, content in self.objects.items() if key in used}

    def _in_use(self) -> set[str]:
        return {photo.key for photo in self.photos.values()}


@dataclass(frozen=True)
class Onlooker:
    """told by (id, digest): (visit, attempt, checklist, doc, slot) · photos by id: (state, bytes) ·
    drafts by (visit, device): (rev, doc) · lists by inspector, by (kind, id): {"seq", …facts}."""

    told: dict[tuple[str, str], tuple[str, int, str, str, str]]
    photos: dict[str, tuple[str, bytes]]
    drafts: dict[tuple[str, str], tuple[int, str | None]]
    lists: dict[str, dict[tuple[str, str], JSON]]
    broken: list[str]
