"""Who calls the API in these tests, and the things of the world that a random call would never name by chance."""

from random import Random
from typing import Any

from backend.checklists.models import Checklist
from backend.core.ids import uuid7
from backend.indicators import actions as indicators
from backend.indicators.references import load_published_results
from backend.people.models import Membership
from backend.people.rules import Role
from backend.review import actions as review
from backend.review.rules import Judgement, Verdict
from backend.visits.models import Submission
from tests import world
from tests.backend.evidence.pictures import jpeg
from tests.backend.indicators.made import covered
from tests.backend.sync.phone import draft, offered, patch, submission, sync
from tests.backend.visits.telling import listed
from tests.world import Person


def people() -> dict[str, Person | None]:
    """One of each kind, and nobody."""
    return {
        "administrator": world.person("root", administrator=True),
        "manager": world.person("mira", Role.MANAGER),
        "coordinator": world.person("budi", Role.COORDINATOR, regions=("63",)),
        "inspector": world.person("sari", Role.INSPECTOR),
        "consumer": world.person("dewi", Role.CONSUMER),
        "nobody": None,
    }


def things(cast: dict[str, Any]) -> dict[str, list[Any]]:
    """Names of members and parameters -> what they may well be: a told visit with its photo, a second order, a
    draft, a published computation, and so on."""
    sari, budi, mira = cast["inspector"], cast["coordinator"], cast["manager"]
    orders, photo, upload = _visits(sari)
    told = orders[0]
    judgement = Judgement(verdict=Verdict.RETURNED, note="Foto loket belum ada.")
    review.decide(told.pk, judgement, decision=uuid7(), attempt=1, by=budi.user)
    covered(world.unit("SAM-02"), sari, world.person("rina", Role.INSPECTOR))
    load_published_results()
    made, _ = indicators.compute(
        uuid7(), programme=world.programme().pk, period="2026", method="IKKT", by=mira.user
    )
    indicators.publish_computation(made, by=mira.user)
    here = {
        "programme": [world.programme().pk],
        "unit": [told.unit_id],
        "product": [told.product_id],
        "institution": [told.unit.institution_id],
        "inspector": [sari.id],
        "user": [sari.id, budi.id],
        "device": [sari.device.pk],
        "visit": [order.pk for order in orders],
        "order": [order.pk for order in orders],
        "computation": [made.pk],
        "submission": list(Submission.objects.values_list("uuid", flat=True)),
        "photo": [photo, upload],
        "member": list(Membership.objects.values_list("pk", flat=True)),
    }
    named = {
        "digest": list(Checklist.objects.values_list("pk", flat=True)),
        "checklist": list(Checklist.objects.values_list("pk", flat=True)),
        "period": ["2026", "2026-S1"],
        "method": ["IKKT"],
        "region": ["63", "63.01"],
        "generation": [0],
        "username": ["sari"],
        "password": [world.PASSWORD],
        "rev": [1, 2, 3],
        "attempt": [1, 2],
        "protocol": [1],
        "opens": ["2028-06-01T00:00:00+08:00"],
        "closes": ["2028-06-15T00:00:00+08:00"],
    }
    return {name: [str(one) for one in found] for name, found in here.items()} | named


def _visits(sari: Person) -> tuple[list[Any], str, str]:
    """Two orders, one of them told with a photo; a draft; and a photo that is on its way."""
    told, waiting = world.order(sari), world.order(sari, at=world.unit("SAM-03"))
    kept, coming = jpeg(64, 48), jpeg(48, 64)
    photos = [listed(kept), listed(coming)]
    answer = sync(
        sari, submission(told, photos=photos), draft(waiting.pk, 1), photos=[offered(told, p) for p in photos]
    )
    patch(sari, answer["uploads"][0]["url"], kept)
    patch(sari, answer["uploads"][1]["url"], coming[:100])
    return [told, waiting], photos[0]["id"], photos[1]["id"]


def well_named(sent: Any, things: dict[str, list[Any]], random: Random) -> Any:
    """The same with most of the names in it naming something that is there."""
    if isinstance(sent, list):
        return [well_named(part, things, random) for part in sent]
    if not isinstance(sent, dict):
        return sent
    return {
        name: random.choice(things[name])
        if name in things and random.random() < 0.8
        else well_named(value, things, random)
        for name, value in sent.items()
    }
