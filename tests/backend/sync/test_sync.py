"""POST /sync: what Sari's phone pushes and pulls, in order, out of order, twice, and torn."""

import json
from datetime import timedelta

import pytest
import time_machine

from backend.assignments import actions as orders
from backend.core.clock import now
from backend.core.digests import sha256_text
from backend.core.ids import uuid7
from backend.feed.models import Timeline
from backend.people.models import Device, DeviceToken
from backend.review.actions import decide
from backend.review.rules import Judgement, Point, Verdict
from backend.visits.models import Draft, Submission, Visit
from tests import world
from tests.backend.evidence.pictures import jpeg
from tests.backend.sync.phone import counted, draft, offered, patch, request, submission, sync
from tests.backend.visits.telling import listed
from tests.world import A_UUID, Person

pytestmark = pytest.mark.django_db


def cursor_of(answer) -> tuple[str, int]:
    epoch, _, seq = answer["cursor"].rpartition(".")
    return epoch, int(seq)


def stored(item, slot="current", status="stored"):
    return {"id": item["id"], "digest": item["digest"], "status": status, "slot": slot}


def test_a_phone_without_a_cursor_gets_everything(sari, order):
    world.standard(order.product, fee=160_000, wait=30)

    answer = sync(sari)

    assert list(answer.pop("server_time"))[-1] == "Z"
    epoch, seq = cursor_of(answer)
    unit, product = order.unit, order.product
    assert answer == {
        "protocol": 1,
        "for": None,
        "reset": True,
        "results": [],
        "uploads": [],
        "changes": [
            {
                "seq": seq,
                "kind": "visit",
                "id": str(order.pk),
                "rev": 1,
                "state": "assigned",
                "attempt": 1,
                "checklist": order.checklist_id,
                "variant": "SAM",
                "scenario": "inquiry",
                "briefing": "Tanyakan syarat dan biaya.",
                "window": {
                    "opens": order.window_opens.isoformat().replace("+00:00", "Z"),
                    "closes": order.window_closes.isoformat().replace("+00:00", "Z"),
                },
                "unit": {
                    "id": str(unit.pk),
                    "code": "SAM-01",
                    "name": "Unit SAM-01",
                    "type": "SAM",
                    "institution": "Institusi I-SAM-01",
                    "address": "Jl. A. Yani 1",
                    "latitude": -3.8,
                    "longitude": 114.76,
                    "opening_hours": "Mon-Fri 08:00-15:30",
                    "time_zone": "Asia/Makassar",
                },
                "product": {
                    "id": str(product.pk),
                    "code": "STNK-5TH-R2",
                    "name_id": "Produk STNK-5TH-R2",
                    "name_en": "Product STNK-5TH-R2",
                    "group": None,
                },
                "standard": {
                    "fee_rupiah": 160_000,
                    "completion_amount": None,
                    "completion_unit": None,
                    "wait_minutes": 30,
                    "source": "PP 76/2020",
                },
                "photos_missing": 0,
                "returned": None,
                "previous": None,
            }
        ],
        "cursor": f"{epoch}.{seq}",
        "more": False,
        "check": [1, seq],
        "durable": [],
        "notices": [],
    }


def test_y1_a_visit_and_its_photos_are_told_and_the_same_again_changes_nothing(sari, order):
    one = listed(jpeg())
    item, photo = submission(order, photos=[one]), offered(order, one)
    start = sync(sari)["cursor"]

    first = sync(sari, item, photos=[photo], cursor=start)
    again = sync(sari, item, photos=[photo], cursor=start)

    url = f"/api/v1/uploads/{one['id']}.0"
    assert first["uploads"] == [{"photo": one["id"], "state": "need", "offset": 0, "url": url}]
    assert first["results"] == [stored(item)]
    assert again["results"] == [stored(item, status="duplicate")]
    assert (first["for"], first["reset"], first["changes"]) == (start, False, again["changes"])
    (change,) = first["changes"]
    assert (change["state"], change["photos_missing"], change["rev"]) == ("submitted", 1, 2)

    assert patch(sari, url, jpeg())["Photo-State"] == "stored"
    last = sync(sari, photos=[photo], cursor=first["cursor"])
    assert last["uploads"] == [{"photo": one["id"], "state": "stored"}]
    assert [change["photos_missing"] for change in last["changes"]] == [0]


def test_y1_items_may_come_in_any_order_and_one_request_may_overtake_another(sari, order):
    first, second = submission(order), submission(order, narrative="Lagi.")

    late_first = sync(sari, second, first)
    then = sync(sari, first)

    assert late_first["results"] == [stored(second), stored(first, "late")]
    assert then["results"] == [stored(first, "late", "duplicate")]


def test_bytes_she_sent_before_are_had_and_never_asked_for(sari, order):
    first, second = listed(jpeg()), listed(jpeg())
    sync(sari, photos=[offered(order, first)])
    patch(sari, f"/api/v1/uploads/{first['id']}.0", jpeg())
    sync(sari, submission(order, photos=[second]))
    assert Visit.objects.get().photos_missing == 1

    had = sync(sari, photos=[offered(order, second)])["uploads"]
    then = sync(sari, photos=[offered(order, second)])["uploads"]

    assert had == [{"photo": second["id"], "state": "have"}]
    assert then == [{"photo": second["id"], "state": "stored"}]
    assert Visit.objects.get().photos_missing == 0


def test_a_photo_of_rina_is_not_to_be_had_by_its_hash_nor_taken_by_its_id(sari, rina, order):
    one = listed(jpeg())
    sync(rina, photos=[offered(order, one)])
    patch(rina, f"/api/v1/uploads/{one['id']}.0", jpeg())

    taken, same = sync(sari, photos=[offered(order, one), offered(order, listed(jpeg()))])["uploads"]

    assert taken == {"photo": one["id"], "state": "bad", "reason": "not-yours"}
    assert same["state"] == "need"


def test_y2_one_text_changed_on_its_way_comes_again_and_the_others_go_on(sari, order):
    torn, whole = submission(order, digest="sha256:" + "A" * 43), submission(order)

    answer = sync(sari, torn, whole)

    retry = {"id": torn["id"], "digest": torn["digest"], "status": "retry", "reason": "digest"}
    assert answer["results"] == [retry, stored(whole)]
    assert Submission.objects.count() == 1


def test_a_damaged_copy_is_quarantined_under_the_name_the_phone_gave(sari, order):
    item = submission(order, digest="sha256:" + "A" * 43, damaged=True)

    assert sync(sari, item)["results"] == [stored(item, "quarantined")]
    assert sync(sari, item)["results"] == [stored(item, "quarantined", "duplicate")]


def test_y3_a_kind_from_the_future_is_kept_in_quarantine_once(sari):
    poem = {"kind": "poem", "id": str(A_UUID), "digest": "sha256:x", "text": "pohon\x00"}

    assert sync(sari, poem)["results"] == [stored(poem, "quarantined")]
    assert sync(sari, poem)["results"] == [stored(poem, "quarantined", "duplicate")]
    kept = Submission.objects.get()
    assert (kept.why, kept.uuid, json.loads(kept.text)) == ("unknown-kind", A_UUID, poem)


def test_two_phones_of_sari_tell_one_visit_and_both_are_kept(sari, order):
    tablet = Device.objects.create(id=uuid7(), user=sari.user, name="Tablet")
    _, token = DeviceToken.objects.create(sari.user, device=tablet)
    other = Person(sari.user, tablet, token)
    first, second = submission(order), submission(order, narrative="Dari tablet.")

    assert sync(sari, first)["results"] == [stored(first)]
    assert sync(other, second)["results"] == [stored(second, "late")]
    assert cursor_of(sync(sari)) == cursor_of(sync(other))


def test_an_order_reassigned_while_she_was_offline_leaves_her_list_and_her_visit_is_kept(
    sari, rina, budi, order
):
    start = sync(sari)["cursor"]
    orders.reassign(order.pk, inspector=rina.id, reason="Sari sakit", by=budi.user)
    item = submission(order)

    answer = sync(sari, item, cursor=start)

    assert answer["results"] == [stored(item, "late")]
    (gone,) = answer["changes"]
    assert gone == {"seq": gone["seq"], "kind": "visit", "id": str(order.pk), "removed": "reassigned"}
    assert answer["check"] == [0, 0]
    assert [change["id"] for change in sync(rina)["changes"]] == [str(order.pk)]
    assert sync(sari)["changes"] == []


def test_a_cancelled_order_leaves_her_list_and_her_visit_is_kept(sari, budi, order):
    start = sync(sari)["cursor"]
    orders.cancel(order.pk, reason="Unit tutup", by=budi.user)
    item = submission(order)

    answer = sync(sari, item, cursor=start)

    assert answer["results"] == [stored(item, "late")]
    assert [change["removed"] for change in answer["changes"]] == ["cancelled"]


def test_a_return_tells_the_points_and_what_was_told_before(sari, rina, budi, order):
    item = submission(order)
    start = sync(sari, item)["cursor"]
    points = (Point(item="P1.1", reason="unclear", note="Dari dekat."),)
    judgement = Judgement(Verdict.RETURNED, None, "Foto buram.", points)
    decision, _ = decide(order.pk, judgement, decision=uuid7(), attempt=1, by=budi.user)

    (change,) = sync(sari, cursor=start)["changes"]

    assert (change["state"], change["attempt"]) == ("returned", 2)
    assert change["previous"] == {"id": item["id"], "digest": item["digest"]}
    assert change["returned"] == {
        "attempt": 1,
        "note": "Foto buram.",
        "points": [{"item": "P1.1", "photo": None, "reason": "unclear", "note": "Dari dekat."}],
        "decided_at": decision.decided_at.isoformat().replace("+00:00", "Z"),
    }
    correction = submission(order, attempt=2)
    after = sync(sari, correction, cursor=start)
    assert after["results"] == [stored(correction)]
    assert [(c["state"], c["returned"], c["previous"]) for c in after["changes"]] == [
        ("submitted", None, None)
    ]


def test_rina_does_not_see_what_sari_told_before_the_order_came_to_her(sari, rina, budi, order):
    sync(sari, submission(order))
    judgement = Judgement(Verdict.RETURNED, None, "Foto buram.", ())
    decide(order.pk, judgement, decision=uuid7(), attempt=1, by=budi.user)
    orders.reassign(order.pk, inspector=rina.id, reason="Sari sakit", by=budi.user)

    (change,) = sync(rina)["changes"]

    assert (change["state"], change["attempt"], change["previous"]) == ("returned", 2, None)


def test_y4_a_list_longer_than_a_page_comes_in_pages_with_the_check_on_the_last(sari, checklist):
    made = [world.order(sari) for _ in range(5)]

    first = sync(sari, limit=2)
    second = sync(sari, limit=2, cursor=first["cursor"])
    third = sync(sari, limit=2, cursor=second["cursor"])

    pages = [first, second, third]
    assert [page["more"] for page in pages] == [True, True, False]
    assert [page["check"] for page in pages] == [None, None, [5, 15]]
    assert [page["reset"] for page in pages] == [True, False, False]
    told = [change["id"] for page in pages for change in page["changes"]]
    assert told == [str(order.pk) for order in made]


@pytest.mark.parametrize("cursor", ["", "x", "x.1", "..", "k3f9Qa1z.99999999999999999999", 5, [], "a\x00.2"])
def test_y5_a_cursor_of_nobody_starts_again_from_nothing(sari, order, cursor):
    answer = sync(sari, cursor=cursor)

    assert (answer["reset"], len(answer["changes"])) == (True, 1)
    assert isinstance(answer["for"], str)


def test_y5_after_a_restore_the_epoch_differs_and_everything_is_pulled_and_offered_anew(sari, order):
    item = submission(order)
    start = sync(sari, item)["cursor"]
    Timeline.objects.update(epoch="another")

    answer = sync(sari, item, cursor=start)

    assert (answer["reset"], answer["for"], answer["results"]) == (
        True,
        start,
        [stored(item, status="duplicate")],
    )
    assert cursor_of(answer)[0] == "another"


def test_y6_a_draft_only_moves_forward_and_is_offered_back_to_her_alone(sari, rina, order):
    texts = {rev: f'{{"rev":{rev}}}' for rev in (3, 5)}
    assert sync(sari, draft(order.pk, 5, texts[5]))["results"] == [{"draft": str(order.pk), "rev": 5}]
    assert sync(sari, draft(order.pk, 3, texts[3]))["results"] == [{"draft": str(order.pk), "rev": 5}]

    url = f"/api/v1/drafts/{order.pk}/{sari.device.pk}"
    kept = sari.api.get(url).json()
    assert kept == {
        "visit": str(order.pk),
        "device": str(sari.device.pk),
        "rev": 5,
        "digest": sha256_text(texts[5]),
        "doc": texts[5],
        "updated_at": kept["updated_at"],
    }
    assert rina.api.get(url).json()["code"] == "no-such-draft"

    assert sync(sari, draft(order.pk, 6, None))["results"] == [{"draft": str(order.pk), "rev": 6}]
    assert sari.api.get(url).json()["doc"] is None


def test_a_draft_garbled_on_its_way_or_out_of_shape_stays_dirty_on_the_phone(sari, order):
    garbled = {**draft(order.pk, 1), "digest": "sha256:x"}
    shapeless = [{**draft(order.pk, 1), "rev": rev} for rev in (-1, "1", None, 2**63, 1.5, True)]

    results = sync(sari, garbled, *shapeless, {**draft(order.pk, 1), "visit": "x"})["results"]

    assert results == [{"draft": str(order.pk), "rev": 0}] * 7 + [{"draft": "x", "rev": 0}]
    assert Draft.objects.count() == 0


def test_y7_what_a_phone_keeps_is_durable_a_week_after_it_came(sari, rina, order):
    one = listed(jpeg())
    item = submission(order, photos=[one])
    sync(sari, item, photos=[offered(order, one)])
    patch(sari, f"/api/v1/uploads/{one['id']}.0", jpeg())
    kept = [item["id"], one["id"], str(A_UUID), "x", None, 5]

    assert sync(sari, kept=kept)["durable"] == []
    with time_machine.travel(now() + timedelta(days=8)):
        assert sync(sari, kept=kept)["durable"] == sorted([item["id"], one["id"]])
        assert sync(rina, kept=kept)["durable"] == []


def test_a_coordinator_can_see_what_a_phone_that_never_came_back_still_held(sari):
    pending = {"drafts": 1, "submissions": 2, "photos": 9, "oldest": "2026-03-03T15:02:00Z"}
    sync(sari, pending={**pending, "mood": "x" * 9999, "extra": 5})

    device = Device.objects.get(pk=sari.device.pk)
    assert device.pending == {**pending, "oldest": "2026-03-03T15:02:00+00:00"}
    seen = device.last_seen_at

    sync(sari, pending=pending)
    assert Device.objects.get(pk=sari.device.pk).last_seen_at == seen
    with time_machine.travel(now() + timedelta(minutes=2)):
        sync(sari, pending={"drafts": -1, "photos": "many", "oldest": 5})
        device = Device.objects.get(pk=sari.device.pk)
    assert (device.pending, device.last_seen_at > seen) == ({}, True)


def test_who_left_the_programme_is_shown_none_of_its_orders_any_more(sari, order):
    start = sync(sari)
    sari.user.memberships.all().delete()

    answer = sync(sari)

    assert [change["id"] for change in start["changes"]] == [str(order.pk)]
    assert [change.get("removed") for change in answer["changes"]] == ["reassigned"]
    assert answer["check"] is None


def test_changes_is_the_same_page_and_writes_nothing(sari, order):
    pulled = sync(sari)
    read = sari.api.get("/api/v1/changes").json()

    assert read.keys() == {"protocol", "server_time", "for", "reset", "changes", "cursor", "more", "check"}
    for name in read.keys() - {"server_time"}:
        assert read[name] == pulled[name]
    later = sari.api.get(f"/api/v1/changes?cursor={pulled['cursor']}&limit=1").json()
    assert (later["for"], later["changes"], later["check"]) == (pulled["cursor"], [], pulled["check"])


def test_agus_of_another_programme_pulls_nothing_of_this_one(agus, order):
    answer = sync(agus)

    assert (answer["changes"], answer["check"]) == ([], [0, 0])


def test_config_tells_the_limits(sari):
    answer = sari.api.get("/api/v1/config")

    assert (answer["Sync-Protocol"], answer.json()) == (
        "1",
        {
            "protocol": 1,
            "oldest_client": "0.1.0",
            "durable_after_days": 7,
            "limits": {
                "body_bytes": 1_048_576,
                "items": 50,
                "photos": 200,
                "kept": 200,
                "changes": 200,
                "photo_bytes": 8_388_608,
                "photo_pixels": 50_000_000,
                "photo_types": ["image/jpeg", "image/png", "image/webp"],
                "piece_bytes": 1_048_576,
                "upload_days": 14,
            },
        },
    )


def test_a_pull_takes_a_fixed_number_of_statements_however_long_the_page(sari, budi, checklist):
    def pull_of(count: int) -> None:
        for _ in range(count):
            world.standard(world.product(f"P-{uuid7()}"))
            made = world.order(sari, what=world.product(f"P-{uuid7()}"))
            sync(sari, submission(made))
            judgement = Judgement(Verdict.RETURNED, None, "Lagi.", ())
            decide(made.pk, judgement, decision=uuid7(), attempt=1, by=budi.user)
        with counted() as statements:
            answer = sync(sari, limit=100)
        assert len(statements) == STATEMENTS_TO_PULL, statements
        assert {change["state"] for change in answer["changes"]} == {"returned"}

    pull_of(1)
    pull_of(4)


STATEMENTS_TO_PULL = 5


def test_announcing_photos_takes_a_fixed_number_of_statements(sari, order):
    sync(sari)
    for count in (2, 40):
        photos = [offered(order, {**listed(jpeg()), "sha256": f"{n:043d}"}) for n in range(count)]
        with counted() as first:
            sync(sari, photos=photos)
        with counted() as again:
            sync(sari, photos=photos)
        assert (len(first), len(again)) == STATEMENTS_TO_ANNOUNCE, first


STATEMENTS_TO_ANNOUNCE = (10, 6)  # the first time, and again


def test_y10_an_old_phone_is_relieved_of_what_it_holds_and_told_to_update_before_it_is_told_more(sari, order):
    what, told = submission(order), sync(sari)
    answer = sync(sari, what, client="fieldsync/0.0.9", cursor=told["cursor"])

    assert [result["status"] for result in answer["results"]] == ["stored"]
    assert {name: answer[name] for name in ("changes", "cursor", "more", "check", "reset", "notices")} == {
        "changes": [], "cursor": told["cursor"], "more": False, "check": None, "reset": False,
        "notices": [{"code": "upgrade-required"}],
    }  # fmt: skip


def test_y10_an_old_phone_that_has_nothing_to_tell_is_refused_in_plain_words(sari):
    asked = request(sari, client="fieldsync/0.0.9")
    answer = sari.api.post("/api/v1/sync", asked, format="json")

    assert (answer.status_code, answer["Sync-Protocol"], answer.json()["code"]) == (
        426,
        "1",
        "upgrade-required",
    )
    for client in ("fieldsync/0.1.0", "fieldsync/1", "another/x.y", "", "/0.0.1"):
        assert sync(sari, client=client)["notices"] == []
