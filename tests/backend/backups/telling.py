"""A visit told, with photos that have arrived; through the rooms' own actions."""

from random import randrange
from uuid import UUID

from backend.evidence import actions
from backend.evidence.announcing import announce_photos
from backend.evidence.rules import Announced
from backend.journal.actions import transaction_of_one_action
from backend.visits.actions import recount_photos
from tests import world
from tests.backend.visits.telling import listed, tell, telling
from tests.simulation.papers import picture
from tests.world import Person


def tell_with_photos(who: Person, *, photos: int = 1, half: bool = False) -> list[UUID]:
    """The ids of a submission of hers and of its photos; `half`: of the last photo only the first half has come."""
    order = world.order(who)
    contents = [picture(randrange(2**60)) for _ in range(photos)]
    described = [listed(content) for content in contents]
    what = telling(order, photos=described)
    tell(who, what)
    for number, (one, content) in enumerate(zip(described, contents, strict=True), 1):
        announced = Announced(UUID(one["id"]), order.pk, one["sha256"], one["size"], "image/jpeg")
        announce_photos([announced], by=who.user, device=who.device)
        upload = actions.find_upload(announced.id, 0, by=who.user)
        if half and number == photos:
            actions.receive(upload, 0, content[: len(content) // 2])
            continue
        finding = actions.receive(upload, 0, content)
        assert finding is not None
        with transaction_of_one_action():
            actions.settle(upload, finding, by=who.user)
            recount_photos(order.pk, by=who.user)
    return [what.id, *(UUID(one["id"]) for one in described)]
