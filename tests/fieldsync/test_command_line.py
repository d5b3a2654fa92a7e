"""Sari works on a laptop: one command at a time, each a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fieldsync import wire
from tests.fieldsync.conftest import picture
from tests.fieldsync.scripted import Before, Status, a_visit

ROOT = Path(__file__).resolve().parents[2]


class Laptop:
    def __init__(self, home: Path, language: str = "en") -> None:
        self.environment = {
            **os.environ,
            "FIELDSYNC_HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": language,
        }
        self.environment["FIELDSYNC_PASSWORD"] = "kata-sandi"
        self.environment["COLUMNS"] = "200"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "fieldsync", *words]

    def __call__(self, *words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            self.command(*words), env=self.environment, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def laptop(tmp_path):
    return Laptop(tmp_path / "home")


@pytest.fixture
def ordered(server, checklist, laptop):
    """A visit on a laptop on which Sari has signed in."""
    visit = wire.uuid7()
    server.put(visit, **a_visit(checklist))
    code, out, err = laptop("login", "sari", "--server", server.address)
    assert (code, out) == (0, "Welcome, Sari.\n")
    assert "not encrypted" in err
    assert laptop("pull")[0] == 0
    return visit


def test_a_whole_visit_from_signing_in_to_the_receipt(laptop, server, ordered, tmp_path):
    photo = tmp_path / "papan.jpg"
    photo.write_bytes(picture(1))
    code, out, _ = laptop("visits")
    assert code == 0
    assert ["1", ordered[-6:], "SAM-63.01", "Samsat", "Pelaihari", "2026-03-06", "assigned"] in [
        line.split() for line in out.splitlines()
    ]
    assert laptop("mark", "1", "arrived", "--lat", "-3.8", "--lon", "114.76")[0] == 0
    assert laptop("record", "SAM-63.01", "A1", "ya", "--photo", str(photo)) == (0, "", "")
    assert laptop("record", ordered[-6:], "A2", "ada") == (0, "", "A2: A note is required.\n")
    assert laptop("record", "1", "A2", "--note", "Menawarkan jasa di parkiran.") == (0, "", "")
    assert laptop("record", "1", "A3", "--na") == (0, "", "")
    code, out, err = laptop("finish", "1", "--sign")
    assert (code, out) == (3, "")
    assert err.splitlines() == [
        "A4: Not answered yet.",
        "A5: Not answered yet.",
        "Not finished: 2 missing. Finish with --anyway.",
    ]
    laptop("record", "1", "A4", "5")
    laptop("record", "1", "A5", "20")
    code, out, _ = laptop("finish", "1", "--narrative", "Antrean pendek.")
    assert code == 0
    receipt = out.split()[-1]
    code, out, _ = laptop("status")
    assert "Waiting: 1 visits, 0 drafts, 1 photos" in out
    assert laptop("sync") == (0, "Sent: 1 visits, 0 drafts, 1 photos.\nEverything is with the server.\n", "")
    (told,) = server.submissions.values()
    assert told["digest"] == receipt
    doc = json.loads(told["doc"])
    assert doc["answers"]["A2"]["note"] == "Menawarkan jasa di parkiran."
    assert doc["statement"]["signed"] is True
    assert doc["place"]["arrived"] == {"lat": -3.8, "lon": 114.76, "accuracy_m": 0.0, "mock": False}
    status = json.loads(laptop("status", "--json")[1])
    assert status["pending"] == {"drafts": 0, "submissions": 0, "photos": 0, "photo_bytes": 0, "oldest": None}
    assert [(kept["digest"], kept["slot"], kept["state"]) for kept in status["receipts"]] == [
        (receipt, "current", "kept")
    ]
    assert json.loads(laptop("visits", "--json")[1])[0]["state"] == "submitted"


def test_answers_come_from_a_file_with_photos_beside_it(laptop, server, ordered, tmp_path):
    (tmp_path / "papan.jpg").write_bytes(picture(1))
    answers = tmp_path / "answers.json"
    told = {
        "answers": {
            "A1": {"value": True, "files": ["papan.jpg"]},
            "A2": {"value": "tidak"},
            "A3": {"na": True},
            "A4": {"value": 4},
            "A5": {"value": 12, "note": "Dihitung dari nomor antrean."},
        },
        "marks": [{"what": "arrived"}, {"what": "left"}],
        "context": {"waiting_people": 7},
        "narrative": "Dari berkas.",
    }
    answers.write_text(json.dumps(told))
    assert laptop("record", "1", "--from", str(answers)) == (0, "", "")
    shown = json.loads(laptop("show", "1", "--json")[1])
    assert shown["missing"] == []
    assert shown["draft"]["context"] == {"waiting_people": 7}
    assert [mark["what"] for mark in shown["draft"]["marks"]] == ["arrived", "left"]
    assert len(shown["draft"]["answers"]["A1"]["photos"]) == 1
    assert laptop("finish", "1")[0] == 0


def test_problems_are_said_in_words_of_the_language_asked_for(laptop, server, ordered):
    code, _, err = laptop("--lang", "id", "record", "1", "A4", "8")
    assert (code, err) == (
        1,
        "8 tidak mungkin menjadi jawaban A4 (bilangan bulat sampai 7). Tidak ada yang dicatat. Beri nilai lain.\n",
    )
    laptop.environment["LC_ALL"] = "id_ID.UTF-8"
    code, _, err = laptop("show", "99")
    assert (code, err.split(".")[0]) == (1, "Tidak ada kunjungan 99 di sini")
    assert "perintah" in laptop("--help")[1]
    assert "Record visits offline" in laptop("--lang=en", "--help")[1]


def test_nobody_signed_in_is_said_so_and_has_its_own_code(laptop):
    code, _, err = laptop("sync")
    assert (code, err) == (4, "Nobody has signed in here yet. Sign in once while there is a connection.\n")


def test_a_wrong_password_is_said_so(laptop, server):
    laptop.environment["FIELDSYNC_PASSWORD"] = "salah"
    code, _, err = laptop("login", "sari", "--server", server.address)
    assert code == 1
    assert "The server said no: Wrong name or password." in err


def test_an_expired_sign_in_asks_for_another_and_keeps_everything(laptop, server, ordered):
    laptop("record", "1", "A4", "5")
    laptop("finish", "1", "--anyway")
    server.next("sync", Status(401, "token-expired"))
    code, out, _ = laptop("sync")
    assert code == 4
    assert "Sign in again, then sync." in out
    assert "Still waiting here: 1 visits" in out
    assert laptop("logout")[0] == 0
    assert laptop("sync")[0] == 4
    laptop("login", "sari", "--server", server.address)
    assert laptop("sync")[0] == 0


def test_without_a_network_the_sync_ends_with_what_still_waits(laptop, server, ordered):
    laptop("record", "1", "A4", "5")
    laptop("finish", "1", "--anyway")
    server.close()
    code, out, _ = laptop("sync", "--patience", "1")
    assert code == 3
    assert out.splitlines()[1].startswith("The server did not answer (no connection).")
    assert "no-answer" in laptop("status")[1]


def test_an_interrupted_sync_says_that_nothing_is_lost(laptop, server, ordered):
    laptop("record", "1", "A4", "5")
    laptop("finish", "1", "--anyway")
    entered = []
    server.next("sync", Before(lambda: (entered.append(1), time.sleep(3))))
    command = laptop.command("sync")
    process = subprocess.Popen(
        command,
        env=laptop.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # whoever started the tests may ignore it
    )
    while not entered:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "Interrupted. Nothing is lost.\n")
    assert laptop("sync")[0] == 0
    assert len(server.submissions) == 1


def test_a_returned_visit_shows_what_the_coordinator_wrote(laptop, server, ordered):
    laptop("record", "1", "A4", "5")
    laptop("finish", "1", "--anyway")
    laptop("sync")
    ((uuid, digest),) = server.submissions
    points = [{"item": "A4", "photo": None, "reason": "unclear", "note": "Hitung lagi."}]
    returned = {"attempt": 1, "note": "Hampir.", "points": points, "decided_at": "2026-03-05T01:00:00Z"}
    server.put(
        ordered, state="returned", attempt=2, returned=returned, previous={"id": uuid, "digest": digest}
    )
    laptop("sync")
    out = laptop("show", "1")[1]
    assert "Returned: Hampir." in out
    assert "A4 · unclear · Hitung lagi." in out
    assert laptop("record", "1", "A4", "6")[0] == 0
    assert laptop("finish", "1", "--anyway")[0] == 0
    assert laptop("sync")[0] == 0
    assert [item["attempt"] for item in server.submissions.values()] == [1, 2]


def test_a_draft_is_thrown_away_only_when_that_is_meant(laptop, server, ordered):
    laptop("record", "1", "A4", "5")
    assert laptop("discard", "1")[0] == 2
    assert laptop("discard", "1", "--yes")[0] == 0
    assert json.loads(laptop("show", "1", "--json")[1])["draft"] is None


def test_a_file_that_is_no_list_of_answers_is_said_so(laptop, ordered, tmp_path):
    for content in ("[1]", "{", '{"answers": [1]}'):
        (tmp_path / "a.json").write_text(content)
        code, _, err = laptop("record", "1", "--from", str(tmp_path / "a.json"))
        assert code == 1
        assert "cannot be read" in err


def test_the_client_runs_without_the_server_s_code(tmp_path):
    """Only the field client is on the path, and importing it brings in neither the server nor its framework."""
    os.symlink(ROOT / "fieldsync", tmp_path / "fieldsync")
    script = "import sys, fieldsync.__main__; print({n.split('.')[0] for n in sys.modules} & {'backend', 'django'})"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_a_dying_laptop_saves_what_is_unsent(laptop, server, ordered, tmp_path):
    laptop("record", "1", "A4", "5")
    laptop("finish", "1", "--anyway")
    file = tmp_path / "unsent.zip"
    code, out, _ = laptop("export", str(file))
    assert (code, out) == (
        0,
        f"Saved to {file}: 1 visits, 0 drafts, 0 photos ({file.stat().st_size // 1024} KiB).\n",
    )
    code, _, err = laptop("export", str(tmp_path / "nowhere" / "unsent.zip"))
    assert code == 1
    assert "cannot be written" in err


def test_a_data_plan_is_kept_to_and_said(laptop, server, ordered, tmp_path):
    photo = tmp_path / "papan.jpg"
    photo.write_bytes(picture(1))
    laptop("record", "1", "A1", "ya", "--photo", str(photo))
    laptop("finish", "1", "--anyway")
    assert laptop("budget", "--bytes-a-day", "5M", "--documents-only")[:2] == (
        0,
        "Data a day: 5120 KiB\nPhotos wait.\n",
    )
    code, out, _ = laptop("sync")
    assert code == 3
    assert out.splitlines()[1].startswith("Photos wait because you asked to send documents only.")
    assert laptop("budget", "--none")[1] == "Data a day: no limit\n"
    assert laptop("sync", "--budget", "1k")[0] == 3
    assert laptop("sync", "--budget", "20 apples")[0] == 2
    assert laptop("sync")[0] == 0


def test_whoever_helps_sees_the_last_syncs_in_numbers(laptop, server, ordered):
    server.next("sync", Status(503))
    laptop("sync", "--patience", "1")
    code, out, _ = laptop("diagnose", "--json")
    told = json.loads(out)
    assert (code, told["form"], told["store"], told["unsent"]["submissions"]) == (0, 2, "ok", 0)
    assert [(run["problem"], run["failures"]) for run in told["runs"]] == [
        ("server-trouble", {"trouble": 1}),
        (None, {}),
    ]
    code, out, _ = laptop("diagnose")
    assert code == 0
    assert "server-trouble" in out
    assert "Pelaihari" not in out + json.dumps(told)


def test_a_draft_of_another_device_is_listed_and_continued(laptop, server, ordered, checklist):
    from tests.fieldsync.test_continuing import OTHER, entry

    assert laptop("continue", "1")[1] == "No draft on another device.\n"
    fields = {"visit": ordered, "attempt": 1, "checklist": checklist, "answers": {"A4": {"value": 5}}}
    text = wire.document({**fields, "photos": [{"id": wire.uuid7()}]})
    entry(server, ordered, text)
    laptop("pull")
    assert laptop("continue", "1")[1].split()[:3] == [OTHER, "Telepon", "lama"]
    code, out, _ = laptop("continue", "1", OTHER[-6:])
    assert (code, out) == (0, "Continued on this device.\n1 photos are on the other device.\n")
    assert json.loads(laptop("show", "1", "--json")[1])["draft"]["answers"]["A4"]["value"] == 5
    assert laptop("continue", "1", "ffffff")[0] == 2
