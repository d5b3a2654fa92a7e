"""The whole at scale, as compose.yaml would start it, with real phones in front of it."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import certifi
import httpx
import pytest

from fieldsync import sign_in
from fieldsync.demo.field import Inspector
from fieldsync.store.records import Photo
from fieldsync.wire import Pending
from tests.bench.slow_phones import ANSWER_SECONDS_MAX, Upload, trickle
from tests.deployment.composed import option, ours
from tests.deployment.conftest import Door, hired
from tests.deployment.front import installed
from tests.deployment.test_lines import announced
from tests.deployment.whole import Whole, eventually
from tests.world import PASSWORD

ORDERS = 6
ASKING_AT_ONCE = 40
ASKED_EACH = 5
PHONES = 60
PHOTO = bytes(300_000)
SECONDS = 11  # a piece takes such a phone eight
MEMORY_MIB_MAX = 200
A_DEVICE = "01900000-0000-7000-8000-00000000000a"

pytestmark = pytest.mark.skipif(not installed(), reason="nginx is not installed")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with Whole(tmp_path_factory.mktemp("whole")) as whole:
        yield whole


@pytest.fixture(scope="module")
def tokens(whole: Whole) -> dict[str, str]:
    return hired(whole.applications[0], ORDERS)


@pytest.fixture
def trusted(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This machine believes the certificate of our nginx, as phones believe a real one."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(certifi, "where", lambda: str(whole.certificate))
    return whole.certificate


class Sari(Inspector):
    """The demo's inspector with our Sari's name, at our nginx."""

    def __init__(self, home: Path, server: str) -> None:
        super().__init__("sari", home, SimpleNamespace(online=True, port=0), seed=7, device=A_DEVICE)
        self.server = server

    @property
    def address(self) -> str:
        return self.server

    def _signed_in(self):
        return sign_in(self.home, self.server, "sari", PASSWORD, device_name="HP Sari", device=self.device)

    def record_everything(self) -> None:
        self._sync()
        for listed in self.phone.visits():
            self._record(listed.visit.id, dict(listed.visit.raw))

    def photos(self) -> list[Photo]:
        return [photo for listed in self.phone.visits() for photo in self.phone.store.photos(listed.visit.id)]


def test_d5_an_application_killed_amid_a_sync_loses_and_doubles_nothing(
    whole: Whole, tokens: dict[str, str], trusted: Path, tmp_path: Path
) -> None:
    sari = Sari(tmp_path / "sari", whole.front.address)
    sari.record_everything()
    taken = len(sari.photos())
    half_way = threading.Event()
    sari.phone.progress = lambda event: half_way.set() if 0 < event.photos_left < taken // 2 else None
    with ThreadPoolExecutor(1) as phone:
        syncing = phone.submit(sari._sync)
        assert half_way.wait(60)
        killed = whole.applications[0]
        assert killed.process
        os.killpg(killed.process.pid, signal.SIGKILL)
        killed.process.wait()
        killed.start()
        syncing.result(120)
    assert sari.phone.sync().remains == Pending()
    told = {
        "submissions": whole.count("SELECT count(*) FROM visits_submission"),
        "visits": whole.count("SELECT count(DISTINCT visit) FROM visits_submission"),
        "photos": whole.count("SELECT count(*) FROM evidence_photo WHERE state = 'stored'"),
        "unfinished": whole.count("SELECT count(*) FROM evidence_photo WHERE state <> 'stored'"),
    }
    assert told == {"submissions": ORDERS, "visits": ORDERS, "photos": taken, "unfinished": 0}
    kept = [key for key in whole.store.objects("samar") if key.startswith("photos/")]
    assert len(kept) == taken
    work_is_done = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status <> 'SUCCESSFUL'"
    eventually(lambda: whole.count(work_is_done) == 0, "the worker leaves work undone")
    budi_looks(whole, tokens["budi"], sari)
    budi_decides(whole, tokens["budi"], sari)
    sari.phone.close()


def budi_looks(whole: Whole, token: str, sari: Sari) -> None:
    """The application says who may; nginx hands the bytes on from the store."""
    photo = sari.photos()[0]
    path = f"{whole.front.address}/api/v1/photos/{photo.id}"
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
        sent_on = client.get(path)
        assert sent_on.status_code == 302
        assert sent_on.headers["location"].startswith(f"{whole.front.address}/samar/photos/")
        bytes_of_it = client.get(sent_on.headers["location"])
        assert (bytes_of_it.status_code, len(bytes_of_it.content)) == (200, photo.size)
        assert client.get(sent_on.headers["location"].partition("?")[0]).status_code == 403
        assert client.put(sent_on.headers["location"], content=b"other").status_code == 403
    with httpx.Client() as stranger:
        assert stranger.get(path).status_code == 401


def budi_decides(whole: Whole, token: str, sari: Sari) -> None:
    """With the tag of the answer he has seen, though nginx compressed that answer and weakened its tag."""
    visit = sari.phone.visits()[0].visit.id
    path = f"{whole.front.address}/api/v1/visits/{visit}"
    decision = {"id": str(uuid4()), "attempt": 1, "verdict": "accepted"}
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
        seen = client.get(path)
        assert (seen.headers["content-encoding"], seen.headers["etag"][:3]) == ("gzip", 'W/"')
        stale = client.post(f"{path}/decisions", json=decision, headers={"If-Match": 'W/"99"'})
        made = client.post(f"{path}/decisions", json=decision, headers={"If-Match": seen.headers["etag"]})
    assert (stale.status_code, made.status_code) == (412, 201), made.text


def test_d6_however_many_ask_at_once_the_database_is_not_used_up(whole: Whole, trusted: Path) -> None:
    def ask(_: int) -> set[int]:
        with httpx.Client() as client:
            return {client.get(f"{whole.front.address}/healthz").status_code for _ in range(ASKED_EACH)}

    with ThreadPoolExecutor(ASKING_AT_ONCE) as many:
        answers = set().union(*many.map(ask, range(ASKING_AT_ONCE)))
    served = [ours()[name]["command"] for name in ("app1", "app2")]
    threads = sum(int(option(words, "--processes")) * int(option(words, "--threads")) for words in served)
    used = whole.count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    assert answers == {200}
    assert used <= threads + len(whole.workers) + 1  # and the one that counts


def test_d7_plain_http_is_sent_to_tls_and_http2_is_offered(whole: Whole, trusted: Path) -> None:
    with httpx.Client() as client:
        answer = client.post(f"http://localhost:{whole.front.plain_port}/api/v1/sync")
    assert (answer.status_code, answer.headers["location"]) == (308, "https://localhost/api/v1/sync")
    context = httpx.create_ssl_context(verify=True)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", whole.front.port)) as line,
        context.wrap_socket(line, server_hostname="localhost") as encrypted,
    ):
        assert encrypted.selected_alpn_protocol() == "h2"


def test_d8_the_application_takes_the_callers_address_from_nginx_alone(whole: Whole, trusted: Path) -> None:
    """A caller who writes X-Forwarded-For herself is not believed: her tries are counted all the same."""
    processes = len(whole.children())  # each of them counts for itself
    body = {"username": "nobody", "password": "wrong", "device": {"id": A_DEVICE, "name": "HP"}}
    with httpx.Client() as client:
        for number in range(processes + 1):
            lie = {"X-Forwarded-For": f"10.0.0.{number}"}
            answer = client.post(f"{whole.front.address}/api/v1/login", json=body, headers=lie)
    assert answer.status_code == 429


def test_d9_phones_on_bad_lines_keep_nobody_waiting(whole: Whole, tokens: dict[str, str]) -> None:
    """Sixty uploads at 20 kbit/s, and sixteen threads: nginx holds the unfinished pieces, no thread does."""
    door = Door("nginx", whole.front.port, tokens, whole.folder)
    photos = [PHOTO + bytes([number]) for number in range(PHONES)]
    uploads = [Upload(announced(door, photo), tokens["sari"], len(photo)) for photo in photos]
    figures = trickle(door.port, uploads, seconds=SECONDS, memory_mib=whole.memory_mib, encrypted=True)
    assert figures.refused == []
    assert figures.pieces >= PHONES
    assert max(figures.waits) < ANSWER_SECONDS_MAX
    assert max(figures.memory_mib) < MEMORY_MIB_MAX
