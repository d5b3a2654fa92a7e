"""The checklists' addresses."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from backend.checklists.models import Checklist
from backend.core.digests import sha256_text
from tests.backend.checklists.making import ikkt, spoilt
from tests.world import Person

CHECKLISTS = "/api/v1/checklists"
NOBODYS = "sha256:" + "x" * 43


def sends(person: Person, files: dict[str, bytes]):
    """Publishes over HTTP, as a browser's form would."""
    uploads = [SimpleUploadedFile(name, content) for name, content in files.items()]
    return person.api.post(CHECKLISTS, {"files": uploads}, format="multipart")


def line(checklist: Checklist) -> dict[str, object]:
    """How a checklist is listed."""
    return {
        "digest": checklist.digest,
        "code": "IKKT",
        "version": checklist.version,
        "technique": "covert_visit",
        "title": {"id": "Indeks Kepatuhan Kunjungan Tertutup", "en": "Covert Visit Compliance Index"},
        "published_at": checklist.published_at.isoformat().replace("+00:00", "Z"),
        "withdrawn_at": None,
    }


def test_sari_reads_the_exact_text_and_may_keep_it_for_ever(sari, checklist):
    answer = sari.api.get(f"{CHECKLISTS}/{checklist.digest}")
    assert answer.status_code == 200
    assert answer.content == checklist.text.encode()
    assert sha256_text(answer.content.decode()) == checklist.digest
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{checklist.digest}"'


def test_what_sari_has_already_is_not_sent_again(sari, checklist):
    answer = sari.api.get(
        f"{CHECKLISTS}/{checklist.digest}", headers={"If-None-Match": f'"{checklist.digest}"'}
    )
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("digest", [NOBODYS, "sha256:short", "md5:x", "sha256:%00", "%00"])
def test_an_unknown_digest_is_not_found(sari, digest):
    answer = sari.api.get(f"{CHECKLISTS}/{digest}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_digest_is_told_by_name(sari):
    assert sari.api.get(f"{CHECKLISTS}/{NOBODYS}").json() == {
        "type": "/problems/no-such-checklist",
        "title": "There is no checklist with this digest.",
        "title_id": "Tidak ada daftar periksa dengan sidik ini.",
        "status": 404,
        "code": "no-such-checklist",
        "checklist": NOBODYS,
    }


@pytest.mark.parametrize("path", ["", f"/{NOBODYS}"])
def test_strangers_must_sign_in(db, path):
    assert APIClient().get(CHECKLISTS + path).status_code == 401


def test_everybody_sees_the_list_newest_first(dewi, mira, checklist):
    sends(mira, spoilt("instrument.toml", 'version = "2026.1"', 'version = "2026.2"'))
    second = Checklist.objects.get(version="2026.2")
    assert dewi.api.get(CHECKLISTS).json() == {"results": [line(second), line(checklist)], "next": None}


def test_the_list_is_paged(dewi, mira, checklist):
    sends(mira, spoilt("instrument.toml", 'version = "2026.1"', 'version = "2026.2"'))
    first = dewi.api.get(CHECKLISTS, {"limit": 1}).json()
    second = dewi.api.get(first["next"]).json()
    assert [page["results"][0]["version"] for page in (first, second)] == ["2026.2", "2026.1"]
    assert second["next"] is None


def test_the_list_costs_the_same_however_long_it_is(dewi, mira, checklist, django_assert_num_queries):
    dewi.api.get(CHECKLISTS)
    with django_assert_num_queries(2):
        dewi.api.get(CHECKLISTS)
    sends(mira, spoilt("instrument.toml", 'version = "2026.1"', 'version = "2026.2"'))
    with django_assert_num_queries(2):
        dewi.api.get(CHECKLISTS)


def test_mira_publishes_files_and_hears_their_name(mira):
    answer = sends(mira, ikkt())
    assert (answer.status_code, answer.json()) == (201, line(Checklist.objects.get()))
    assert sends(mira, ikkt()).json() == answer.json()
    assert Checklist.objects.count() == 1


def test_mira_hears_file_item_and_reason(mira):
    answer = sends(mira, spoilt("variant_sam.toml", 'mode = "OBS"', 'mode = "SPY"'))
    assert answer.status_code == 400
    assert answer.json() == {
        "type": "/problems/checklist-refused",
        "title": "The checklist was not published; every reason is listed with its file and item.",
        "title_id": "Daftar periksa tidak diterbitkan; semua alasan disebut beserta berkas dan butirnya.",
        "status": 400,
        "code": "checklist-refused",
        "refused": 1,
        "refusals": [
            {
                "file": "variant_sam.toml",
                "line": 9,
                "item": "P5.SAM.1",
                "code": "value-unknown",
                "en": "Unknown mode 'SPY'; known: DSK, OBS, ASK, TRX, FUP.",
                "id": "mode 'SPY' tidak dikenal; yang dikenal: DSK, OBS, ASK, TRX, FUP.",
            }
        ],
    }


@pytest.mark.parametrize("name", ["sari", "budi", "dewi"])
def test_inspectors_coordinators_and_consumers_do_not_publish(name, request):
    answer = sends(request.getfixturevalue(name), ikkt())
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert not Checklist.objects.exists()


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.toml": b"#" * (1024 * 1024 + 1)},
        {f"{n}.toml": b"x = 1" for n in range(41)},
        {"a.toml": b""},
        {"a.toml": b"\xff\x00"},
    ],
    ids=["none", "too large", "too many", "empty", "not text"],
)  # fmt: skip
def test_what_is_no_instrument_is_refused(mira, files):
    assert sends(mira, files).status_code == 400
    assert not Checklist.objects.exists()


def test_two_files_of_one_name_are_refused(mira):
    twice = [SimpleUploadedFile("a.toml", b"x = 1"), SimpleUploadedFile("a.toml", b"x = 2")]
    answer = mira.api.post(CHECKLISTS, {"files": twice}, format="multipart")
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"files": ["Two files have the same name."]},
    )


def test_publishing_takes_files_only(mira):
    assert mira.api.post(CHECKLISTS, {"files": []}, format="json").status_code == 415


def test_mira_withdraws_what_she_published(mira, sari):
    digest = sends(mira, ikkt()).json()["digest"]
    assert sari.api.post(f"{CHECKLISTS}/{digest}/withdrawal").status_code == 403
    answer = mira.api.post(f"{CHECKLISTS}/{digest}/withdrawal")
    kept = Checklist.objects.get()
    when = kept.withdrawn_at.isoformat().replace("+00:00", "Z")
    assert (answer.status_code, answer.json()) == (200, line(kept) | {"withdrawn_at": when})
    assert sari.api.get(f"{CHECKLISTS}/{digest}").status_code == 200
