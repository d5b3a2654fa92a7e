"""Budi's browser, and visits to look at."""

from datetime import timedelta

from backend.core.clock import now
from backend.evidence.models import Blob, Photo
from backend.visits.models import Visit
from tests import world
from tests.backend.visits.telling import listed, said, tell, telling

INBOX = "/console/kalsel/inbox/"


def address(visit, more=""):
    return f"/console/kalsel/visits/{visit.pk}/{more}"


def told_by(person, order, **more):
    """A visit that person told; `more` as `telling` takes it."""
    tell(person, telling(order, **more))
    return Visit.objects.get(pk=order.pk)


def visits_to(person, count, *, where="63.01", type="SAM", since=timedelta(hours=1)):
    """Visits to as many units, told an hour after one another, the last one `since` ago."""
    found = []
    for number in range(count):
        order = world.order(person, at=world.unit(f"{type}-{where}-{number:03}", where=where, type=type))
        visit = told_by(person, order)
        found.append(at(visit, since + timedelta(hours=count - 1 - number)))
    return found


def at(visit, ago):
    """The same visit, told so long ago."""
    Visit.objects.filter(pk=visit.pk).update(told_at=now() - ago)
    visit.refresh_from_db()
    return visit


def photo_of(person, order, content=b"papan", state="stored", reason=""):
    """A photo as documents list it; as far as rows are concerned its bytes are in that state."""
    one = {**listed(content), "taken_at": said(now())}
    facts = {"sha256": one["sha256"], "size": one["size"]}
    blob = None
    if state == "stored":
        blob = Blob.objects.create(
            key=f"photos/{one['id']}", owner=person.user, state="stored", touched_at=now(), **facts
        )
    Photo.objects.create(
        id=one["id"],
        blob=blob,
        visit=order.pk,
        inspector=person.user,
        device=person.device,
        **facts,
        media_type="image/jpeg",
        state=state,
        reason=reason,
        announced_at=now(),
    )
    return one
