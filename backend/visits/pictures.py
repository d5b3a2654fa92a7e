"""Looking at the photos of visits. One that turns out to be no picture is bad from then on, and its visit says so."""

from backend.evidence.actions import condemn_photo
from backend.evidence.errors import NotAPicture
from backend.evidence.looking import thumbnail_of
from backend.evidence.models import Photo
from backend.journal.actions import one_transaction
from backend.people.models import User
from backend.visits.actions import recount_photos


def look_at(photo: Photo, *, by: User) -> str | None:
    """The key of a stored photo's thumbnail, made if this is the first look at it; None when the photo cannot be
    decoded: then it is bad by now. Raises StoreFull, StoreUnavailable."""
    try:
        return thumbnail_of(photo)
    except NotAPicture as problem:
        turn_bad(photo, str(problem.facts["reason"]), by=by)
        return None


@one_transaction
def turn_bad(photo: Photo, reason: str, *, by: User) -> None:
    """A photo, and every other of the same bytes, with the visits they were taken for, in one commit."""
    condemned = condemn_photo(photo, reason, by=by)
    for visit in sorted({one.visit for one in condemned}):
        recount_photos(visit, by=by)
