"""What leaves by the paper door, and with whom."""

import csv
import io
import json
import tracemalloc
from itertools import islice
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core.ids import uuid7
from backend.exports import csv as csv_form
from backend.exports import jsonl as jsonl_form
from backend.exports.rules import FINDING_COLUMNS
from backend.exports.sources import exportable, findings
from backend.indicators import actions as numbers
from backend.indicators.models import Computation
from backend.indicators.rules import parse_period
from backend.journal.models import Entry
from backend.people.models import Programme
from backend.visits.models import Submission, Visit
from tests import world
from tests.backend.indicators.answers import best, samsat_vector
from tests.backend.indicators.made import covered, tell_again, told
from tests.world import Person


def fetch(who: Person, path: str) -> tuple[int, bytes]:
    answer = who.api.get(f"/api/v1/exports/{path}", HTTP_ACCEPT="text/csv,*/*;q=0.1")
    return answer.status_code, answer.getvalue()


def rows(who: Person, path: str) -> list[dict[str, Any]]:
    status, body = fetch(who, path)
    assert status == 200, body
    if ".jsonl" in path:
        return [json.loads(line) for line in body.decode().splitlines()]
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def published(mira: Person, programme: Programme, period: str = "2026") -> Computation:
    made, _ = numbers.compute(uuid7(), programme=programme.pk, period=period, method="IKKT", by=mira.user)
    return numbers.publish_computation(made, by=mira.user)


def visits_in(found: list[dict[str, Any]]) -> set[str]:
    return {row["visit"] for row in found}


def test_mira_exports_every_answered_item_of_the_accepted_visits(
    sari: Person, mira: Person, programme: Programme
) -> None:
    answers = samsat_vector()
    answers["I1.1"] |= {"photos": ["a", "b"], "note": "Joko duduk di depan"}
    visit = told(sari, answers=answers)
    told(sari, state="submitted")
    found = rows(mira, f"findings.jsonl?programme={programme.pk}&period=2026-Q1")
    assert len(found) == len(answers) == 60
    assert found[0] == {
        "visit": str(visit.pk), "programme": "kalsel", "date": "2026-03-04", "unit": "SAM-01",
        "unit_name": "Unit SAM-01", "unit_type": "SAM", "institution": "I-SAM-01",
        "institution_name": "Institusi I-SAM-01", "class": "samsat",
        "region": "63.01", "region_name": "Tanah Laut", "product": "P-SAM", "scenario": "inquiry",
        "checklist": visit.assignment.checklist_id, "version": "2026.1", "dimension": "INP", "indicator": "I1",
        "item": "I1.1", "question_id": "Apakah tempat duduk ruang tunggu mencukupi saat Anda tiba?", "weight": 1.6388,
        "answer": "cukup", "na": False, "score": 100.0, "critical": False, "photos": 2,
    }  # fmt: skip
    told_by_item = {row["item"]: row for row in found}
    assert {key: told_by_item["O2.1"][key] for key in ("answer", "score", "critical")} == {
        "answer": "150000/100000", "score": 0.0, "critical": True,
    }  # fmt: skip
    assert {key: told_by_item["I2.6"][key] for key in ("answer", "na", "score")} == {
        "answer": None, "na": True, "score": None,
    }  # fmt: skip
    assert told_by_item["P1.6"]["score"] == 42.86


def test_both_formats_have_the_same_rows_and_a_name(sari: Person, mira: Person, programme: Programme) -> None:
    told(sari)
    query = f"?programme={programme.pk}&period=2026"
    lines, table = rows(mira, f"findings.jsonl{query}"), rows(mira, f"findings.csv{query}")
    assert [line["item"] for line in lines] == [row["item"] for row in table]
    assert [f"{line['weight']:.4f}" for line in lines] == [row["weight"] for row in table]
    answer = mira.api.get(f"/api/v1/exports/findings.csv{query}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="findings-kalsel-2026.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.streaming


def test_x1_only_accepted_visits_and_their_last_attempt_leave(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    visit = told(sari)
    numbers.score_visit(visit.pk)
    tell_again(visit, {"O2.2": {"value": True}})
    for state in ("submitted", "returned", "rejected"):
        told(rina, state=state)
    cancelled = told(rina).assignment
    cancelled.cancelled_at = visit.told_at
    cancelled.save()
    found = rows(mira, f"findings.jsonl?programme={programme.pk}&period=2026")
    assert [(row["visit"], row["item"], row["answer"]) for row in found] == [(str(visit.pk), "O2.2", "yes")]


def test_x2_dewi_gets_what_was_published_and_is_still_accepted(
    sari: Person, rina: Person, mira: Person, dewi: Person, programme: Programme
) -> None:
    visits = covered(world.unit(), sari, rina)
    told(sari, answers={"O2.2": {"value": True}})  # accepted, and too incomplete to count
    query = f"findings.jsonl?programme={programme.pk}&period=2026"
    assert rows(dewi, query) == []
    made, _ = numbers.compute(uuid7(), programme=programme.pk, period="2026", method="IKKT", by=mira.user)
    assert rows(dewi, query) == []
    numbers.publish_computation(made, by=mira.user)
    assert visits_in(rows(dewi, query)) == {str(visit.pk) for visit in visits}
    late = told(rina)
    Visit.objects.filter(pk=visits[0].pk).update(state="rejected")
    assert visits_in(rows(dewi, query)) == {str(visit.pk) for visit in visits[1:]}
    assert str(late.pk) in visits_in(rows(mira, query))


def test_x2_wati_gets_the_visits_of_her_region_and_elsewhere_only_what_was_published(
    sari: Person, rina: Person, mira: Person, wati: Person, programme: Programme
) -> None:
    elsewhere = covered(world.unit("SAM-01"), sari, rina)
    here = told(sari, world.unit("SAM-71", where="63.71"))
    query = f"findings.jsonl?programme={programme.pk}&period=2026"
    assert visits_in(rows(wati, query)) == {str(here.pk)}
    published(mira, programme)
    assert visits_in(rows(wati, query)) == {str(visit.pk) for visit in [*elsewhere, here]}
    assert visits_in(rows(wati, query + "&notes=1")) == {str(here.pk)}


def test_x3_no_inspector_device_place_or_narrative_is_in_any_byte_that_leaves(
    sari: Person, rina: Person, mira: Person, dewi: Person, programme: Programme
) -> None:
    answers = best("SAM")
    answers["I1.1"] |= {"note": "Joko duduk di depan"}
    answers["I1.1"] |= {"photos": ["01900000-0000-7000-8000-00000000f070"]}
    covered(world.unit(), sari, rina, answers=answers)
    made = published(mira, programme)
    files = [
        fetch(person, path)[1].decode()
        for person in (mira, dewi)
        for path in (
            f"findings.csv?programme={programme.pk}&period=2026",
            f"findings.jsonl?programme={programme.pk}&period=2026",
            f"indicators.csv?computation={made.pk}",
            f"indicators.jsonl?computation={made.pk}",
        )
    ]
    secrets = ["sari", "Sari", "rina", "Rina", "Mira", "Joko", "Telepon", "00000000f070", "inspector"]
    secrets += [str(part) for person in (sari, rina, mira) for part in (person.id, person.device.pk)]
    secrets += [str(told) for told in Submission.objects.values_list("uuid", flat=True)]
    assert [secret for file in files for secret in secrets if secret in file] == []
    assert all(len(file) > 300 for file in files)


def test_x3_notes_leave_only_with_those_who_follow_the_visit(
    sari: Person, rina: Person, mira: Person, dewi: Person, programme: Programme
) -> None:
    answers = best("SAM")
    answers["I1.1"] |= {"note": "=Joko duduk di depan"}
    covered(world.unit(), sari, rina, answers=answers)
    published(mira, programme)
    query = f"findings.csv?programme={programme.pk}&period=2026&notes=1"
    assert rows(mira, query)[0]["note"] == "'=Joko duduk di depan"
    status, body = fetch(dewi, query)
    assert (status, json.loads(body)["code"]) == (403, "notes-stay-inside")


@pytest.mark.parametrize("kind", ["findings.csv", "findings.jsonl"])
def test_those_who_may_not_export_get_nothing(
    sari: Person, agus: Person, root: Person, programme: Programme, kind: str
) -> None:
    told(sari)
    query = f"{kind}?programme={programme.pk}&period=2026"
    assert [fetch(person, query)[0] for person in (sari, agus, root)] == [403, 404, 403]
    assert fetch(agus, f"{kind}?programme={uuid7()}&period=2026")[0] == 404
    assert not Entry.objects.filter(event="export.made").exists()


def test_a_question_without_a_period_or_programme_is_told_in_json(mira: Person, programme: Programme) -> None:
    for query in ("", f"?programme={programme.pk}", f"?programme={programme.pk}&period=kemarin"):
        status, body = fetch(mira, f"findings.csv{query}")
        assert (status, json.loads(body)["status"]) == (400, 400)


def test_indicators_leave_line_by_line_and_unpublished_ones_not_with_dewi(
    sari: Person, rina: Person, mira: Person, dewi: Person, agus: Person, programme: Programme
) -> None:
    covered(world.unit(), sari, rina, answers=samsat_vector())
    covered(world.unit("SAM-02"), sari, visits=1)
    made, _ = numbers.compute(uuid7(), programme=programme.pk, period="2026", method="IKKT", by=mira.user)
    query = f"indicators.jsonl?computation={made.pk}"
    assert [fetch(person, query)[0] for person in (dewi, agus, sari)] == [404, 404, 404]
    numbers.publish_computation(made, by=mira.user)
    found = rows(dewi, query)
    assert [(row["level"], row["code"]) for row in found] == [
        ("class", "samsat"), ("region", "63"), ("institution", "I-SAM-01"), ("institution", "I-SAM-02"),
        ("unit", "SAM-01"), ("unit", "SAM-02"),
    ]  # fmt: skip
    unit = found[4]
    assert unit.pop("published_at") is not None
    assert unit == {
        "computation": str(made.pk), "period": "2026", "method": "IKKT", "checklist": made.checklist_id,
        "version": "2026.1", "level": "unit", "class": "samsat", "code": "SAM-01", "name": "Unit SAM-01",
        "unit_type": "SAM", "region": "63.01", "n": 3, "units": 1, "value": 54.75, "spread": 0.0, "min": 54.75,
        "max": 54.75, "zone": "kuning", "category": "C", "rank": 1, "of": 1, "critical": 9, "enough": True,
        "INP": 64.52, "PRO": 67.33, "OUT": 47.64, "PGD": 33.93,
    }  # fmt: skip
    table = rows(dewi, f"indicators.csv?computation={made.pk}")
    assert [(row["value"], row["zone"], row["enough"]) for row in table[4:]] == [
        ("54.75", "kuning", "1"),
        ("", "", "0"),
    ]


def test_x6_every_export_is_in_the_journal(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    covered(world.unit(), sari, rina)
    made = published(mira, programme)
    fetch(mira, f"findings.csv?programme={programme.pk}&period=2026")
    fetch(mira, f"indicators.jsonl?computation={made.pk}")
    lines = Entry.objects.filter(event="export.made").order_by("id").values_list("actor", "programme", "data")
    assert list(lines) == [
        (mira.id, programme.pk, {"what": "findings", "form": "csv", "period": "2026", "notes": False}),
        (mira.id, programme.pk, {"what": "indicators", "form": "jsonl", "period": "2026"}),
    ]


def test_x4_the_number_of_statements_grows_with_chunks_and_not_with_visits(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert fetch(mira, f"findings.csv?programme={programme.pk}&period=2026")[0] == 200
        return len(asked)

    covered(world.unit(), sari, rina, visits=9)
    statements()  # what is read once in a process is read now
    few = statements()
    for i in range(5):
        covered(world.unit(f"S{i}"), sari, rina, visits=10)
    numbers.score_accepted(programme.pk, parse_period("2026"))
    assert statements() == few


@pytest.mark.parametrize("form", [csv_form, jsonl_form])
def test_x4_twenty_thousand_rows_need_no_more_memory_than_two_thousand(
    sari: Person, mira: Person, programme: Programme, form: Any
) -> None:
    visits = many_visits(sari, 340)
    assert visits * 60 > 20_000
    source = exportable(mira.user, programme.pk, parse_period("2026"))

    def peak(count: int) -> int:
        tracemalloc.start()
        taken = islice(findings(source), count)
        size = sum(len(piece) for piece in form.write(FINDING_COLUMNS, taken))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > count * 100
        return most

    peak(12_000)  # two full chunks, and all that is read once
    assert peak(20_000) < peak(12_000) * 1.2


def many_visits(who: Person, count: int) -> int:
    """So many accepted and scored visits, copied from one."""
    first = told(who)
    numbers.score_visit(first.pk)
    order, submission, score = first.assignment, first.submission, first.score
    assert submission is not None
    ids = [uuid7() for _ in range(count - 1)]

    def copies(row: Any, **changes: Any) -> list[Any]:
        fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name != "id"}
        return [type(row)(**{**fields, **{k: v(i) for k, v in changes.items()}}) for i in range(len(ids))]

    type(order).objects.bulk_create(copies(order, id=lambda i: ids[i]))
    told_again = Submission.objects.bulk_create(
        copies(submission, uuid=lambda i: uuid7(), visit=lambda i: ids[i], digest=lambda i: f"sha256:{i}")
    )
    keys = dict(zip(ids, [row.pk for row in told_again], strict=True))
    Visit.objects.bulk_create(
        copies(first, assignment_id=lambda i: ids[i], submission_id=lambda i: keys[ids[i]])
    )
    type(score).objects.bulk_create(
        copies(score, visit_id=lambda i: ids[i], submission_id=lambda i: keys[ids[i]])
    )
    return count
