"""Who may look at figures: the programme's own people by their roles, and everybody where a setting says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase

from backend.core.errors import NotAllowed
from backend.indicators.models import Computation, ComputationQuerySet
from backend.pages.desk import Desk, anybody, to_sign_in
from backend.people.errors import NoSuchProgramme
from backend.people.models import Programme
from backend.people.rules import Verb

View = Callable[..., HttpResponseBase]
OPENS = (Verb.SEE_PUBLISHED, Verb.SEE_RESULTS)


@dataclass(frozen=True)
class Reader:
    """Somebody who looks at a programme's figures; without a desk she is the public."""

    programme: Programme
    desk: Desk | None = None

    def may(self, verb: Verb) -> bool:
        return self.desk is not None and self.desk.may(verb)

    @property
    def is_staff(self) -> bool:
        return self.may(Verb.SEE_RESULTS)

    @property
    def may_export(self) -> bool:
        return self.may(Verb.EXPORT)

    @property
    def may_compute(self) -> bool:
        return self.may(Verb.COMPUTE)

    def computations(self) -> ComputationQuerySet:
        """All of the programme for those who work on its results; the published ones for everybody else."""
        found: ComputationQuerySet = Computation.objects.filter(programme=self.programme).with_names()
        return found if self.is_staff else found.published()


def for_readers(view: View) -> View:
    """A page of one programme's figures; the address names the programme, the view is called with a Reader."""

    @anybody
    @wraps(view)
    def opened(request: HttpRequest, programme: str, **more: Any) -> HttpResponseBase:
        if not (request.user.is_authenticated or settings.RESULTS_PUBLIC):
            return to_sign_in(request)
        return view(request, _reader(request, programme), **more)

    return opened


def _reader(request: HttpRequest, code: str) -> Reader:
    """Raises NoSuchProgramme for outsiders, NotAllowed for those whose roles do not open figures; neither where
    published figures are public and there are some."""
    if request.user.is_authenticated:
        user = request.user
        programme = Programme.objects.visible_to(user).filter(code=code).first()
        if programme is not None:
            desk = Desk(user, programme, user.standing_in(programme))
            request.desk = desk  # type: ignore[attr-defined]  # the frame of the page shows where one is
            if any(desk.may(verb) for verb in OPENS):
                return Reader(programme, desk)
            if not settings.RESULTS_PUBLIC:
                raise NotAllowed(verb=Verb.SEE_PUBLISHED.value)
    programme = (
        with_published(Programme.objects.filter(code=code)).first() if settings.RESULTS_PUBLIC else None
    )
    if programme is None:
        raise NoSuchProgramme()
    return Reader(programme)


def with_published(programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """Those that have published figures."""
    return programmes.filter(Exists(Computation.objects.published().filter(programme=OuterRef("pk"))))
