"""A small world in which every address has something to name: Sari's visit of Tanah Laut with its photo, her open
order and draft, accepted visits enough for a figure, a figure that is published and one that is not."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from backend.assignments import actions as assignments
from backend.checklists.actions import publish_checklist
from backend.core.ids import uuid7
from backend.indicators import actions as indicators
from backend.indicators.references import load_published_results
from backend.people.models import Membership
from backend.people.rules import Role
from backend.visits.models import Submission
from tests import world
from tests.backend.checklists.making import spoilt
from tests.backend.evidence.pictures import jpeg
from tests.backend.indicators.made import covered
from tests.backend.sync.phone import draft, offered, patch, submission, sync
from tests.backend.visits.telling import listed
from tests.world import Person

PEOPLE = ("budi", "wati", "mira", "sari", "rina", "dewi", "agus", "root", "nobody")
PICTURE = jpeg(64, 48)
# Secrets of letters, and second factors: these name nothing; accounts' own tests know some that do.
UNKNOWN = {"key": "x", "uidb36": "1", "pk": "1"}


@dataclass
class Stage:
    """`here` names what stands in the world, as it is written in addresses; `heard` what was asked before."""

    people: dict[str, Person]
    sessions: dict[str, str]
    here: dict[str, str]
    heard: dict[Any, Any] = field(default_factory=dict)


def staged() -> Stage:
    people = the_cast()
    here = visits(people) | figures(people) | papers(people)
    sari, rina = people["sari"], people["rina"]
    here |= {
        "programme": str(world.programme().pk),
        "slug": world.programme().code,
        "region": "63.01",
        "other_programme": str(world.programme("papua").pk),
        "user": str(sari.id),
        "person": str(sari.id),
        "inspector": str(sari.id),
        "other_inspector": str(rina.id),
        "newcomer": str(people["dewi"].id),
        "device": str(sari.device.pk),
        **UNKNOWN,
        "member": str(Membership.objects.get(user=rina.user).pk),
        "membership": str(Membership.objects.get(user=sari.user).pk),
        "kind": "units",
    }
    sessions = {name: session_of(person) for name, person in people.items()}
    return Stage(people, sessions, here)


def the_cast() -> dict[str, Person]:
    roles = (Role.INSPECTOR, Role.COORDINATOR, Role.MANAGER, Role.CONSUMER)
    papua = world.programme("papua", "Papua")
    return {
        "budi": world.person("budi", Role.COORDINATOR, regions=("63.01", "63.02", "63.03")),
        "wati": world.person("wati", Role.COORDINATOR, regions=("63.71",)),
        "mira": world.person("mira", Role.MANAGER),
        "sari": world.person("sari", Role.INSPECTOR),
        "rina": world.person("rina", Role.INSPECTOR),
        "dewi": world.person("dewi", Role.CONSUMER),
        "agus": world.person("agus", *roles, of=papua, regions=("63", "91")),
        "root": world.person("root", administrator=True),
    }


def visits(people: dict[str, Person]) -> dict[str, str]:
    """One told with a photo and awaiting judgement, one begun, accepted ones; all in 63.01."""
    sari, rina = people["sari"], people["rina"]
    told, begun = world.order(sari, by=people["budi"]), world.order(sari, at=world.unit("SAM-03"))
    photo, coming = listed(PICTURE), listed(jpeg(48, 64))
    announced = [offered(told, photo), offered(begun, coming)]
    answer = sync(sari, submission(told, photos=[photo]), draft(begun.pk, 1), photos=announced)
    patch(sari, answer["uploads"][0]["url"], PICTURE)
    sync(sari, submission(told, photos=[photo]))  # the same attempt told once more, and set aside
    covered(world.unit("SAM-02"), sari, rina)
    current, late = (Submission.objects.get(visit=told.pk, slot=slot) for slot in ("current", "late"))
    counted = world.unit("SAM-02")
    told.refresh_from_db()
    return {
        "visit": str(told.pk),
        "rev": str(told.rev),
        "order": str(begun.pk),
        "submission": str(current.uuid),
        "late": str(late.pk),
        "late_uuid": str(late.uuid),
        "late_digest": late.digest,
        "photo": photo["id"],
        "coming": coming["id"],
        "generation": "0",
        "unit": str(told.unit_id),
        "counted_unit": str(counted.pk),
        "counted_code": counted.institution.code,
        "institution": str(told.unit.institution_id),
        "code": told.unit.institution.code,
        "product": str(told.product_id),
    }


def figures(people: dict[str, Person]) -> dict[str, str]:
    load_published_results()
    mira, programme = people["mira"], world.programme()
    asked = {"programme": programme.pk, "period": "2026", "method": "IKKT", "by": mira.user}
    published, _ = indicators.compute(uuid7(), **asked)
    indicators.publish_computation(published, by=mira.user)
    unpublished, _ = indicators.compute(uuid7(), **asked)
    return {"computation": str(unpublished.pk), "published": str(published.pk), "period": "2026"}


def papers(people: dict[str, Person]) -> dict[str, str]:
    """Two checklists, and a conflict of interest that Sari declared."""
    newer = spoilt("instrument.toml", 'version = "2026.1"', 'version = "2026.2"')
    sari, place = people["sari"], world.unit("SAM-09").pk
    programme = world.programme().pk
    assignments.declare_conflict(uuid7(), programme=programme, inspector=sari.id, unit=place, by=sari.user)
    published = publish_checklist(newer, by=people["mira"].user)
    return {"digest": published.digest, "older_digest": world.checklist().digest}


def session_of(person: Person) -> str:
    """The key of a browser session of hers."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.id)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = person.user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
