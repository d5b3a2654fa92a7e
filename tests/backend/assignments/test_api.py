"""Orders as Budi, Mira and the phones see them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.assignments.models import Assignment, ConflictOfInterest
from backend.core.ids import uuid7
from backend.feed.models import Item
from backend.journal.models import Entry
from backend.people.models import Membership
from backend.visits.models import Visit
from tests import world
from tests.world import A_UUID, told

MONDAY = datetime(2026, 6, 1, 0, tzinfo=UTC)  # 08:00 in Makassar


def window(days=0, length=14):
    opens = MONDAY + timedelta(days=days)
    return {"opens": zulu(opens), "closes": zulu(opens + timedelta(days=length))}


def zulu(moment):
    return moment.isoformat().replace("+00:00", "Z")


def order_for(inspector, *, unit=None, product=None, programme=None, **changes):
    unit, product = unit or world.unit(), product or world.product()
    return {
        "id": str(uuid7()),
        "programme": str((programme or world.programme()).pk),
        "unit": str(unit.pk),
        "product": str(product.pk),
        "scenario": "inquiry",
        "briefing": "Tanyakan syarat dan biaya.",
        "inspector": str(inspector.id),
        "window": window(),
        **changes,
    }


def shown(body, *, inspector, checklist, **changes):
    unit = world.unit()
    return {
        "id": body["id"],
        "programme": body["programme"],
        "unit": {
            "id": str(unit.pk),
            "code": "SAM-01",
            "name": "Unit SAM-01",
            "type": "SAM",
            "region": "63.01",
        },
        "product": {"id": body["product"], "code": "STNK-5TH-R2"},
        "checklist": checklist.digest,
        "scenario": "inquiry",
        "briefing": "Tanyakan syarat dan biaya.",
        "inspector": {"id": str(inspector.id), "name": inspector.user.name},
        "window": body["window"],
        "rev": 1,
        "cancelled_at": None,
        "state": "assigned",
        **changes,
    }


def heard(person):
    """What her feed says now: (seq, visit, removed, reason), in order."""
    items = Item.objects.filter(scope=person.id).order_by("seq")
    return list(items.values_list("seq", "entity", "removed", "reason"))


def make(person, inspector, **changes):
    body = order_for(inspector, **changes)
    status, answer = told(person.api, "assignments", body)
    assert status == 201, answer
    return answer


def tell(order, state):
    """As if something had been told of the order; visits has its own tests."""
    row = Assignment.objects.get(pk=order)
    return Visit.objects.update_or_create(
        assignment=row, defaults={"programme": row.programme, "state": state, "told_at": MONDAY}
    )[0]


def test_budi_sends_sari_and_her_phone_hears_of_it(budi, sari, checklist):
    body = order_for(sari)
    answer = shown(body, inspector=sari, checklist=checklist)
    assert told(budi.api, "assignments", body) == (201, answer)
    assert told(budi.api, f"assignments/{body['id']}", method="get") == (200, answer)
    assert told(sari.api, "assignments", method="get") == (200, {"results": [answer], "next": None})
    made = Assignment.objects.get()
    assert heard(sari) == [(1, made.pk, False, "")]
    line = Entry.objects.get(event="assignment.made")
    assert (line.actor_id, line.programme, line.data) == (
        budi.id,
        made.programme_id,
        {"unit": "SAM-01", "inspector": str(sari.id)},
    )


def test_a7_telling_an_order_twice_makes_one(budi, sari, checklist):
    body = order_for(sari)
    first = told(budi.api, "assignments", body)[1]
    assert told(budi.api, "assignments", body) == (200, first)
    assert told(budi.api, "assignments", {**body, "checklist": checklist.digest}) == (200, first)
    assert len(heard(sari)) == Entry.objects.filter(event="assignment.made").count() == 1


@pytest.mark.parametrize(
    "change", [{"briefing": "x"}, {"scenario": "transaction"}, {"window": window(days=1)}]
)
def test_a7_the_same_id_with_other_content_is_refused(budi, sari, checklist, change):
    body = order_for(sari)
    told(budi.api, "assignments", body)
    status, answer = told(budi.api, "assignments", {**body, **change})
    assert (status, answer["code"]) == (409, "id-taken")


def test_p5_an_id_of_another_programme_is_taken_and_shows_nothing(budi, agus, sari, checklist):
    theirs = world.programme("papua")
    there = world.unit("SAM-91", of=theirs)
    what = world.product("STNK", of=theirs)
    made = make(agus, agus, unit=there, product=what, programme=theirs)
    status, answer = told(budi.api, "assignments", order_for(sari, id=made["id"]))
    assert (status, answer) == (
        409,
        {
            "type": "/problems/id-taken",
            "title": "This id already names something else; give a new thing a new id.",
            "title_id": "Id ini sudah menamai hal lain; berilah id baru untuk hal yang baru.",
            "status": 409,
            "code": "id-taken",
            "order": made["id"],
        },
    )


# Who may


def test_a_coordinator_sends_people_into_her_regions_only(budi, wati, mira, sari, checklist):
    status, answer = told(wati.api, "assignments", order_for(sari))
    assert (status, answer["code"], answer["region"]) == (403, "not-in-your-regions", "63.01")
    assert told(mira.api, "assignments", order_for(sari))[0] == 201


@pytest.mark.parametrize("name", ["sari", "dewi", "root"])
def test_inspectors_consumers_and_administrators_send_nobody(name, request, sari, checklist):
    person = request.getfixturevalue(name)
    status, answer = told(person.api, "assignments", order_for(sari))
    assert (status, answer["code"], answer["verb"]) == (403, "not-allowed", "assign")


def test_p5_agus_cannot_see_or_touch_our_orders(agus, order):
    path = f"assignments/{order.pk}"
    assert told(agus.api, "assignments", method="get") == (200, {"results": [], "next": None})
    assert told(agus.api, path, method="get")[1]["code"] == "no-such-order"
    assert told(agus.api, path, {"rev": 1, "briefing": "x"}, "patch")[1]["code"] == "no-such-order"
    assert told(agus.api, f"{path}/cancel", {"reason": "x"})[1]["code"] == "no-such-order"
    new = {"inspector": str(agus.id), "reason": "x"}
    assert told(agus.api, f"{path}/reassign", new)[1]["code"] == "no-such-order"
    assert told(agus.api, "assignments", order_for(agus))[1]["code"] == "no-such-programme"


def test_a_coordinator_of_another_region_does_not_see_the_order(wati, order):
    assert told(wati.api, "assignments", method="get") == (200, {"results": [], "next": None})
    assert told(wati.api, f"assignments/{order.pk}", method="get")[0] == 404
    assert told(wati.api, f"assignments/{order.pk}/cancel", {"reason": "x"})[0] == 404


def test_an_inspector_sees_her_own_orders_and_changes_none(sari, rina, order):
    assert told(sari.api, f"assignments/{order.pk}", method="get")[0] == 200
    assert told(rina.api, f"assignments/{order.pk}", method="get")[0] == 404
    status, answer = told(sari.api, f"assignments/{order.pk}/cancel", {"reason": "x"})
    assert (status, answer["code"]) == (403, "not-allowed")
    status, answer = told(sari.api, f"assignments/{order.pk}", {"rev": 1, "briefing": "x"}, "patch")
    assert (status, answer["code"]) == (403, "not-allowed")


def test_an_inspector_who_left_the_programme_sees_her_orders_no_longer(sari, order):
    Membership.objects.filter(user=sari.id).delete()
    assert told(sari.api, "assignments", method="get")[1]["results"] == []


# What is asked for must fit


def test_only_an_inspector_of_the_programme_is_sent(budi, dewi, agus, sari, checklist):
    for person in (dewi, agus, budi):
        status, answer = told(budi.api, "assignments", order_for(person))
        assert (status, answer["code"]) == (400, "not-an-inspector")
    sari.user.is_active = False
    sari.user.save()
    assert told(budi.api, "assignments", order_for(sari))[1]["code"] == "not-an-inspector"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"unit": str(A_UUID)}, 404, "no-such-place"),
        ({"product": str(A_UUID)}, 404, "no-such-place"),
        ({"checklist": "sha256:" + "A" * 43}, 404, "no-such-checklist"),
        ({"window": {"opens": zulu(MONDAY), "closes": zulu(MONDAY)}}, 400, "window-closes-first"),
        ({"window": {"opens": "9999-12-31T23:59:59Z", "closes": "9999-12-31T23:59:59Z"}}, 400, "invalid"),
        ({"window": {"opens": "0001-01-01T00:00:00+14:00", "closes": zulu(MONDAY)}}, 400, "invalid"),
        ({"window": {"opens": zulu(MONDAY)}}, 400, "invalid"),
        ({"window": None}, 400, "invalid"),
        ({"scenario": "theft"}, 400, "invalid"),
        ({"briefing": "x" * 4001}, 400, "invalid"),
        ({"briefing": "a\x00b"}, 400, "malformed"),
        ({"inspector": None}, 400, "invalid"),
    ],
)
def test_an_order_that_does_not_fit_is_refused(budi, sari, checklist, changes, status, code):
    answer = told(budi.api, "assignments", {**order_for(sari), **changes})
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert not Assignment.objects.exists()


def test_a_product_of_another_type_or_programme_is_refused(budi, sari, checklist):
    sim = world.product("SIM-C-BARU", type="SIM")
    assert told(budi.api, "assignments", order_for(sari, product=sim))[1]["code"] == "product-does-not-fit"
    theirs = world.product("STNK", of=world.programme("papua"))
    assert told(budi.api, "assignments", order_for(sari, product=theirs))[1]["code"] == "no-such-place"


def test_a10_a_police_report_is_asked_about_and_never_made(budi, sari, checklist):
    police = world.unit("POL-01", type="POL")
    report = world.product("SPKT-HILANG", type="POL")
    report.group = "SPKT"
    report.save()
    body = order_for(sari, unit=police, product=report, scenario="transaction")
    assert told(budi.api, "assignments", body)[1]["code"] == "inquiry-only"
    assert told(budi.api, "assignments", {**body, "scenario": "inquiry"})[0] == 201


# Spacing


def test_a2_sari_does_not_come_back_to_the_samsat_before_half_a_year(budi, sari, checklist):
    first = make(budi, sari)
    assert told(budi.api, "assignments", order_for(sari, window=window(days=179))) == (
        409,
        {
            "type": "/problems/rotation",
            "title": "This inspector's other visit to this unit is less than 180 days away.",
            "title_id": "Kunjungan lain inspektur ini ke unit ini berjarak kurang dari 180 hari.",
            "status": 409,
            "code": "rotation",
            "order": first["id"],
            "free-from": "2026-11-28",
            "hindrances": [{"code": "rotation", "order": first["id"], "free_from": "2026-11-28"}],
        },
    )
    make(budi, sari, window=window(days=180))


def test_a2_sari_waits_ninety_days_for_another_samsat_of_the_regency(budi, sari, checklist):
    make(budi, sari)
    other = world.unit("SAM-02")
    status, answer = told(budi.api, "assignments", order_for(sari, unit=other, window=window(days=89)))
    assert (status, answer["code"], answer["free-from"]) == (409, "account-rotation", "2026-08-30")
    make(budi, sari, unit=other, window=window(days=90))
    make(budi, sari, unit=world.unit("SAM-03", where="63.02"), window=window(days=1))


def test_a3_rina_comes_a_week_after_sari(budi, sari, rina, checklist):
    make(budi, sari)
    status, answer = told(budi.api, "assignments", order_for(rina, window=window(days=6)))
    assert (status, answer["code"], answer["free-from"]) == (409, "spacing", "2026-06-08")
    status, answer = told(budi.api, "assignments", order_for(rina, window=window(days=-6)))
    assert (status, answer["code"]) == (409, "spacing")
    make(budi, rina, window=window(days=7))


def test_a4_a_cancelled_order_hinders_nobody(budi, sari, checklist):
    first = make(budi, sari)
    assert told(budi.api, f"assignments/{first['id']}/cancel", {"reason": "Sakit"})[0] == 200
    make(budi, sari, window=window(days=1))


def test_a4_days_turn_over_at_the_units_midnight(budi, sari, rina, checklist):
    make(budi, sari)
    late = MONDAY + timedelta(days=6, hours=16, minutes=30)  # already the next day in Makassar
    early = MONDAY + timedelta(days=6, hours=15, minutes=30)
    for opens, status in ((early, 409), (late, 201)):
        body = order_for(rina, window={"opens": zulu(opens), "closes": zulu(opens + timedelta(days=3))})
        assert told(budi.api, "assignments", body)[0] == status


# Changing


def test_budi_changes_the_briefing_and_the_phone_hears_again(budi, sari, checklist):
    made = make(budi, sari)
    path = f"assignments/{made['id']}"
    changed = {**made, "briefing": "Tanyakan biaya saja.", "window": window(days=2), "rev": 2}
    body = {"rev": 1, "briefing": "Tanyakan biaya saja.", "window": window(days=2)}
    assert told(budi.api, path, body, "patch") == (200, changed)
    assert told(budi.api, path, {"rev": 2}, "patch") == (200, changed)
    assert heard(sari) == [(2, Assignment.objects.get().pk, False, "")]


def test_two_people_changing_one_order_do_not_overwrite_each_other(budi, mira, sari, checklist):
    made = make(budi, sari)
    path = f"assignments/{made['id']}"
    assert told(mira.api, path, {"rev": 1, "briefing": "Mira"}, "patch")[0] == 200
    assert told(budi.api, path, {"rev": 1, "briefing": "Budi"}, "patch") == (
        409,
        {
            "type": "/problems/stale",
            "title": "Somebody changed this order meanwhile; look at it again.",
            "title_id": "Penugasan ini telah diubah orang lain; lihat kembali.",
            "status": 409,
            "code": "stale",
            "rev": 2,
        },
    )
    assert Assignment.objects.get().briefing == "Mira"


def test_a_changed_window_keeps_its_distance_too(budi, sari, rina, checklist):
    make(budi, sari)
    second = make(budi, rina, window=window(days=7))
    path = f"assignments/{second['id']}"
    assert told(budi.api, path, {"rev": 1, "window": window(days=6)}, "patch")[1]["code"] == "spacing"
    assert told(budi.api, path, {"rev": 1, "window": window(days=8)}, "patch")[0] == 200
    closed = {"opens": zulu(MONDAY), "closes": zulu(MONDAY)}
    assert told(budi.api, path, {"rev": 2, "window": closed}, "patch")[1]["code"] == "window-closes-first"


@pytest.mark.parametrize(
    ("state", "briefing", "scenario"),
    [
        ("submitted", "order-closed", "order-closed"),
        ("returned", None, "order-closed"),
        ("accepted", "order-closed", "order-closed"),
        ("rejected", "order-closed", "order-closed"),
    ],
)
def test_a9_a_told_visit_keeps_the_scenario_it_was_judged_by(budi, order, state, briefing, scenario):
    tell(order.pk, state)
    path = f"assignments/{order.pk}"
    assert told(budi.api, path, {"rev": 1, "scenario": "transaction"}, "patch")[1].get("code") == scenario
    assert told(budi.api, path, {"rev": 1, "briefing": "x"}, "patch")[1].get("code") == briefing


# Giving away, taking back


def test_a8_an_order_leaves_saris_phone_and_comes_to_rinas(budi, sari, rina, checklist):
    made = make(budi, sari)
    path = f"assignments/{made['id']}/reassign"
    body = {"inspector": str(rina.id), "reason": "Sari sakit"}
    given = {**made, "inspector": {"id": str(rina.id), "name": "Rina"}, "rev": 2}
    assert told(budi.api, path, body) == (200, given)
    assert told(budi.api, path, body) == (200, given)
    key = Assignment.objects.get().pk
    assert (heard(sari), heard(rina)) == ([(2, key, True, "reassigned")], [(1, key, False, "")])
    line = Entry.objects.get(event="assignment.reassigned")
    assert line.data == {"from": str(sari.id), "inspector": str(rina.id), "reason": "Sari sakit"}
    assert told(sari.api, "assignments", method="get")[1]["results"] == []
    back = {"inspector": str(sari.id), "reason": "Sari sembuh"}
    assert told(budi.api, path, back)[1]["rev"] == 3
    assert (heard(sari), heard(rina)) == ([(3, key, False, "")], [(2, key, True, "reassigned")])


def test_a2_giving_an_order_away_keeps_the_new_inspectors_distance(budi, sari, rina, dewi, checklist):
    make(budi, rina, window=window(days=-30))
    second = make(budi, sari)
    path = f"assignments/{second['id']}/reassign"
    assert told(budi.api, path, {"inspector": str(rina.id), "reason": "x"})[1]["code"] == "rotation"
    assert told(budi.api, path, {"inspector": str(dewi.id), "reason": "x"})[1]["code"] == "not-an-inspector"
    assert told(budi.api, path, {"inspector": str(rina.id)})[1]["code"] == "invalid"
    assert Assignment.objects.get(pk=second["id"]).inspector_id == sari.id


@pytest.mark.parametrize(
    ("state", "closed"),
    [("submitted", None), ("returned", None), ("accepted", "order-closed"), ("rejected", "order-closed")],
)
@pytest.mark.parametrize("deed", ["reassign", "cancel"])
def test_a9_a_decided_order_is_not_given_away_or_taken_back(budi, rina, order, state, closed, deed):
    tell(order.pk, state)
    body = {"reason": "x", "inspector": str(rina.id)}
    assert told(budi.api, f"assignments/{order.pk}/{deed}", body)[1].get("code") == closed


def test_a_cancelled_order_leaves_the_phone_and_stays_cancelled(budi, sari, rina, checklist):
    made = make(budi, sari)
    path = f"assignments/{made['id']}"
    status, answer = told(budi.api, f"{path}/cancel", {"reason": "Unit pindah"})
    key = Assignment.objects.get()
    assert (status, answer) == (
        200,
        {**made, "rev": 2, "cancelled_at": zulu(key.cancelled_at), "state": "cancelled"},
    )
    assert told(budi.api, f"{path}/cancel", {"reason": "again"}) == (200, answer)
    assert key.cancelled_why == "Unit pindah"
    assert heard(sari) == [(2, key.pk, True, "cancelled")]
    new = {"inspector": str(rina.id), "reason": "x"}
    assert told(budi.api, f"{path}/reassign", new)[1]["code"] == "order-closed"
    assert told(budi.api, path, {"rev": 2, "briefing": "x"}, "patch")[1]["code"] == "order-closed"


# Conflicts of interest


def test_a6_nobody_is_sent_where_her_family_works(budi, sari, rina, checklist):
    unit = world.unit()
    body = {
        "id": str(A_UUID),
        "programme": str(unit.programme_id),
        "inspector": str(sari.id),
        "unit": str(unit.pk),
        "institution": None,
    }
    status, answer = told(sari.api, "conflicts", body)
    declared = ConflictOfInterest.objects.get()
    assert (status, answer) == (
        201,
        {**body, "kind": "interest", "reason": "", "declared_at": zulu(declared.declared_at)},
    )
    assert told(sari.api, "conflicts", body) == (200, answer)
    assert told(budi.api, "conflicts", method="get") == (200, {"results": [answer], "next": None})
    status, answer = told(budi.api, "assignments", order_for(sari))
    assert (status, answer["code"], answer["unit"]) == (409, "conflict-of-interest", "SAM-01")
    made = make(budi, rina)
    back = {"inspector": str(sari.id), "reason": "x"}
    assert told(budi.api, f"assignments/{made['id']}/reassign", back)[1]["code"] == "conflict-of-interest"


def test_a6_a_conflict_with_an_institution_holds_for_all_its_units(budi, sari, checklist):
    samsat = world.institution("SAMSAT-63.01", klass="samsat")
    unit = world.unit("SAM-09", belongs_to=samsat)
    body = {
        "id": str(A_UUID),
        "programme": str(unit.programme_id),
        "inspector": str(sari.id),
        "institution": str(samsat.pk),
    }
    assert told(budi.api, "conflicts", body)[0] == 201
    assert told(budi.api, "assignments", order_for(sari, unit=unit))[1]["code"] == "conflict-of-interest"
    make(budi, sari)


def test_a6_a_conflict_is_declared_by_her_or_her_coordinator_about_one_place(sari, rina, budi, dewi, agus):
    unit = world.unit()
    body = {
        "id": str(A_UUID),
        "programme": str(unit.programme_id),
        "inspector": str(sari.id),
        "unit": str(unit.pk),
    }

    def code(person, **changes):
        return told(person.api, "conflicts", {**body, **changes})[1]["code"]

    assert (code(rina), code(dewi), code(agus)) == ("not-allowed", "not-allowed", "no-such-programme")
    assert code(sari, institution=str(unit.institution_id)) == "one-place"
    assert code(sari, unit=None) == "one-place"
    assert code(sari, unit=str(A_UUID)) == "no-such-place"
    assert code(budi, inspector=str(dewi.id)) == "not-an-inspector"
    assert told(sari.api, "conflicts", body)[0] == 201
    assert code(sari, unit=str(world.unit("SAM-02").pk)) == "id-taken"
    assert told(rina.api, "conflicts", method="get")[1]["results"] == []
    assert told(agus.api, "conflicts", method="get")[1]["results"] == []


def test_a6_the_database_itself_refuses_a_conflict_with_no_place_or_two(sari, programme):
    unit = world.unit()
    for places in ({}, {"unit": unit, "institution": unit.institution}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ConflictOfInterest.objects.create(
                id=uuid7(),
                programme=programme,
                inspector=sari.user,
                declared_by=sari.user,
                declared_at=MONDAY,
                **places,
            )


def test_a1_the_database_itself_refuses_a_window_that_closes_first(sari, checklist):
    with pytest.raises(IntegrityError), transaction.atomic():
        world.order(sari, days=0)


# Lists


def test_orders_are_found_by_unit_inspector_programme_and_state(budi, mira, sari, rina, checklist):
    first = make(budi, sari)
    second = make(budi, rina, unit=world.unit("SAM-02"))
    third = make(budi, sari, unit=world.unit("SAM-03", where="63.02"))
    tell(second["id"], "submitted")
    told(budi.api, f"assignments/{third['id']}/cancel", {"reason": "x"})

    def found(query):
        answer = told(mira.api, f"assignments?{query}", method="get")[1]
        return [(order["id"], order["state"]) for order in answer["results"]]

    assigned, submitted, cancelled = (
        (first["id"], "assigned"),
        (second["id"], "submitted"),
        (third["id"], "cancelled"),
    )
    assert found("") == found(f"programme={first['programme']}") == [cancelled, submitted, assigned]
    assert found(f"unit={first['unit']['id']}") == [assigned]
    assert found(f"inspector={rina.id}") == [submitted]
    assert found("state=assigned") == [assigned]
    assert found("state=submitted") == [submitted]
    assert found("state=cancelled") == [cancelled]
    assert found("state=accepted") == found(f"programme={A_UUID}") == []
    assert told(mira.api, "assignments?state=lost", method="get")[1]["code"] == "invalid"


@pytest.mark.parametrize("path", ["assignments", "assignments?state=assigned", "conflicts"])
def test_a_list_of_thirty_orders_costs_what_a_list_of_three_costs(path, mira, sari, checklist):
    def orders(count):
        for _ in range(count):
            unit = world.unit(uuid7().hex[-12:])
            world.order(sari, at=unit)
            ConflictOfInterest.objects.create(
                id=uuid7(),
                programme=unit.programme,
                inspector=sari.user,
                unit=unit,
                declared_by=sari.user,
                declared_at=MONDAY,
            )

    orders(3)
    with CaptureQueriesContext(connection) as few:
        told(mira.api, path, method="get")
    orders(27)
    with CaptureQueriesContext(connection) as many:
        answer = told(mira.api, path, method="get")[1]
    assert len(answer["results"]) == 30
    assert len(many) == len(few) == 3
    assert not any('"checklists_checklist"."text"' in query["sql"] for query in many)
