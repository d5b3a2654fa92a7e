"""Who sees told visits, their texts and their photos, and what they look like."""

import json
from io import BytesIO

import pytest
from PIL import Image

from backend.assignments import actions as orders
from backend.core.ids import uuid7
from backend.evidence.models import Photo
from backend.people.rules import Role
from backend.visits.models import Submission, Visit
from tests import world
from tests.backend.evidence.pictures import PDF, jpeg
from tests.backend.sync.phone import counted, offered, patch, submission, sync
from tests.backend.visits.telling import listed
from tests.world import A_UUID

pytestmark = pytest.mark.django_db


def get(who, path: str):
    answer = who.api.get(f"/api/v1/{path}")
    return answer.status_code, answer.json()


def ids(who, query: str = "") -> list[str]:
    status, page = get(who, f"visits{query}")
    assert status == 200, page
    return [visit["id"] for visit in page["results"]]


def wire(moment) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_a_visit_in_the_list_of_its_coordinator(sari, budi, order):
    sync(sari, submission(order, statement=None))

    visit = Visit.objects.get()
    status, page = get(budi, "visits")
    assert (status, page) == (
        200,
        {
            "results": [
                {
                    "id": str(order.pk),
                    "programme": str(order.programme_id),
                    "state": "submitted",
                    "attempt": 1,
                    "unit": {
                        "id": str(order.unit_id),
                        "code": "SAM-01",
                        "name": "Unit SAM-01",
                        "type": "SAM",
                        "region": "63.01",
                    },
                    "product": {"id": str(order.product_id), "code": "STNK-5TH-R2"},
                    "inspector": {"id": str(sari.id), "name": "Sari"},
                    "scenario": "inquiry",
                    "window": {"opens": wire(order.window_opens), "closes": wire(order.window_closes)},
                    "cancelled_at": None,
                    "local_date": visit.local_date.isoformat(),
                    "told_at": wire(visit.told_at),
                    "detected": "no",
                    "flags": [{"flag": "unsigned", "saw": {}}],
                    "photos_announced": 0,
                    "photos_missing": 0,
                }
            ],
            "next": None,
        },
    )


def test_v8_each_sees_her_own_her_regions_or_her_programmes_and_no_more(
    sari, rina, budi, wati, mira, dewi, agus, root, order
):
    sync(sari, submission(order))

    seen = {who.user.username: len(ids(who)) for who in (sari, rina, budi, wati, mira, dewi, agus, root)}
    assert seen == {"sari": 1, "rina": 0, "budi": 1, "wati": 0, "mira": 1, "dewi": 0, "agus": 0, "root": 0}
    for who in (rina, wati, dewi, agus, root):
        status, problem = get(who, f"visits/{order.pk}")
        assert (status, problem["code"]) == (404, "no-such-visit")


def test_the_list_is_narrowed_by_state_region_programme_and_doubt(sari, budi, order):
    other = world.order(sari, at=world.unit("SAM-02", where="63.02"))
    sync(sari, submission(order))
    sync(sari, submission(other, statement=None))
    one, two = str(order.pk), str(other.pk)

    assert ids(budi) == [one, two]
    assert (ids(budi, "?flagged=1"), ids(budi, "?flagged=0")) == ([two], [one])
    assert (ids(budi, "?region=63.02"), ids(budi, "?region=63"), ids(budi, "?region=6")) == (
        [two],
        [one, two],
        [],
    )
    assert (ids(budi, "?state=submitted"), ids(budi, "?state=accepted")) == ([one, two], [])
    assert (ids(budi, f"?programme={order.programme_id}"), ids(budi, f"?programme={A_UUID}")) == (
        [one, two],
        [],
    )
    status, problem = get(budi, "visits?state=sleepy")
    assert (status, problem["code"]) == (400, "invalid")


def test_one_visit_with_all_that_was_told_of_it(sari, budi, order):
    photos = {content: listed(content) for content in (jpeg(), jpeg(shade=1), PDF)}
    item = submission(order, photos=[*photos.values(), listed(jpeg(shade=2))])
    sync(sari, item, photos=[offered(order, one) for one in photos.values()])
    for content in (jpeg(), PDF):
        patch(sari, f"/api/v1/uploads/{photos[content]['id']}.0", content)
    late = submission(order, narrative="Lagi.")
    sync(sari, late)

    status, whole = get(budi, f"visits/{order.pk}")

    kept = Submission.objects.get(slot="current")
    assert status == 200
    assert whole["submission"] == {
        "id": item["id"],
        "digest": item["digest"],
        "attempt": 1,
        "slot": "current",
        "why": "",
        "received_at": wire(kept.received_at),
        "flags": [],
        "checklist": order.checklist_id,
        "sent_at": None,
        "started_at": wire(kept.started_at),
        "finished_at": wire(kept.finished_at),
        "text_digest": item["digest"],
        "doc": json.loads(item["doc"]),
    }
    assert [(photo["id"], photo["state"], photo["reason"]) for photo in whole["photos"]] == [
        (photos[jpeg()]["id"], "stored", ""),
        (photos[jpeg(shade=1)]["id"], "need", ""),
        (photos[PDF]["id"], "bad", "not-an-image"),
        (json.loads(item["doc"])["photos"][3]["id"], "need", ""),
    ]
    url = f"/api/v1/photos/{photos[jpeg()]['id']}"
    assert whole["photos"][0] == {
        **{name: photos[jpeg()][name] for name in ("id", "sha256", "size")},
        "state": "stored",
        "reason": "",
        "url": url,
        "thumbnail_url": f"{url}/thumbnail",
    }
    assert [attempt["id"] for attempt in whole["attempts"]] == [late["id"], item["id"]]
    assert [(attempt["slot"], attempt["why"]) for attempt in whole["attempts"]] == [
        ("late", "slot-taken"),
        ("current", ""),
    ]


def test_v8_rina_sees_the_order_that_came_to_her_and_not_what_sari_told(sari, rina, budi, order):
    one = listed(jpeg())
    item = submission(order, photos=[one])
    sync(sari, item, photos=[offered(order, one)])
    patch(sari, f"/api/v1/uploads/{one['id']}.0", jpeg())
    orders.reassign(order.pk, inspector=rina.id, reason="Sari sakit", by=budi.user)

    _, whole = get(rina, f"visits/{order.pk}")

    assert (whole["submission"], whole["photos"], whole["attempts"]) == (None, [], [])
    assert get(rina, f"submissions/{item['id']}")[0] == 404
    assert rina.api.get(f"/api/v1/photos/{one['id']}").status_code == 404
    assert get(sari, f"submissions/{item['id']}")[1]["text"] == item["doc"]


def test_the_exact_text_is_hers_and_her_reviewers(sari, rina, budi, wati, mira, dewi, agus, order):
    item = submission(order)
    second = submission(order, id=item["id"], narrative="Lain.")
    sync(sari, item, second)

    for who in (sari, budi, mira):
        for told in (item, second):
            answer = get(who, f"submissions/{item['id']}?digest={told['digest']}")
            assert answer == (200, {"id": told["id"], "digest": told["digest"], "text": told["doc"]})
    for who in (rina, wati, dewi, agus):
        status, problem = get(who, f"submissions/{item['id']}")
        assert (status, problem["code"]) == (404, "no-such-submission")
    assert get(sari, f"submissions/{item['id']}?digest=sha256:x")[0] == 404


def test_v4_a_text_with_half_letters_comes_back_as_it_was_told(sari, order):
    text = json.dumps({"narrative": "\ud800"}, ensure_ascii=False)
    from backend.visits import actions
    from tests.backend.visits.telling import telling

    told = telling(order, text)
    actions.tell_visit(told, by=sari.user, device=sari.device)

    assert get(sari, f"submissions/{told.id}")[1]["text"] == text
    assert get(sari, f"visits/{order.pk}")[1]["submission"]["doc"] == {"narrative": "\ufffd"}


def bytes_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_v8_a_photo_is_seen_by_who_may_see_its_visit(sari, rina, budi, wati, mira, dewi, agus, order):
    content = jpeg(1600, 1200, turned=True)
    one = listed(content)
    sync(sari, photos=[offered(order, one)])
    url = f"/api/v1/photos/{one['id']}"
    assert sari.api.get(url).status_code == 404
    patch(sari, f"/api/v1/uploads/{one['id']}.0", content)
    assert budi.api.get(url).status_code == 404  # nothing was told of that visit yet
    sync(sari, submission(order, photos=[one]))

    for who in (sari, budi, mira):
        answer = who.api.get(url, HTTP_ACCEPT="image/avif,image/webp")
        assert (answer.status_code, answer["Content-Type"], bytes_of(answer)) == (200, "image/jpeg", content)
        assert answer["Cache-Control"] == "private, max-age=2592000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
    small = Image.open(BytesIO(bytes_of(budi.api.get(f"{url}/thumbnail"))))
    assert (small.size, dict(small.getexif())) == ((240, 320), {})
    for who in (rina, wati, dewi, agus):
        for path in (url, f"{url}/thumbnail"):
            answer = who.api.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "no-such-photo")


def test_a_bad_photo_is_never_given_out(sari, budi, order):
    one = listed(PDF)
    sync(sari, submission(order, photos=[one]), photos=[offered(order, one)])
    patch(sari, f"/api/v1/uploads/{one['id']}.0", PDF)

    assert Photo.objects.get().blob is not None
    assert budi.api.get(f"/api/v1/photos/{one['id']}").status_code == 404


def test_lists_and_one_visit_take_a_fixed_number_of_statements(sari, budi, order):
    for count in (1, 4):
        for _ in range(count):
            one = world.order(sari, at=world.unit(f"SAM-{uuid7().hex[-6:]}"))
            photos = [listed(jpeg(shade=shade)) for shade in range(count)]
            sync(sari, submission(one, photos=photos), photos=[offered(one, photo) for photo in photos])
        with counted() as listing:
            ids(budi)
        with counted() as opening:
            get(budi, f"visits/{one.pk}")
        assert (len(listing), len(opening)) == (3, 5)


def test_nobody_lists_visits_without_signing_in(client, order):
    for path in ("visits", f"visits/{order.pk}", f"submissions/{A_UUID}", f"photos/{A_UUID}"):
        assert client.get(f"/api/v1/{path}").status_code == 401


def test_a_coordinator_who_also_inspects_sees_her_own_visit_elsewhere(order, programme):
    both = world.person("tuti", Role.INSPECTOR, Role.COORDINATOR, regions=("63.71",))
    mine = world.order(both)
    sync(both, submission(mine))

    assert ids(both) == [str(mine.pk)]
