"""Whom and what a desk plans: orders and units of its regions, inspectors of its programme."""

from __future__ import annotations

from uuid import UUID

from backend.assignments.errors import NoSuchOrder
from backend.assignments.models import Assignment, AssignmentQuerySet
from backend.pages.desk import Desk
from backend.people.models import User, regions_where
from backend.people.rules import Role, Verb
from backend.units.models import Region, Unit, UnitQuerySet

PEOPLE_MAX = 500
REGIONS_MAX = 600


def orders_of(desk: Desk) -> AssignmentQuerySet:
    return Assignment.objects.visible_to(desk.user).filter(programme=desk.programme)


def order_of(desk: Desk, order: UUID) -> Assignment:
    """Raises NoSuchOrder."""
    found = orders_of(desk).with_names().select_related("unit__region").filter(pk=order).first()
    if found is None:
        raise NoSuchOrder(order=order)
    return found


def units_of(desk: Desk) -> UnitQuerySet:
    """Units to which this desk may send somebody."""
    where = regions_where(desk.user, Verb.ASSIGN, programme="programme", region="region__code")
    return Unit.objects.filter(where, programme=desk.programme)


def people(desk: Desk) -> list[User]:
    """The inspectors of the programme."""
    found = User.objects.filter(
        memberships__programme=desk.programme, memberships__role=Role.INSPECTOR.value, is_active=True
    )
    return list(found.order_by("name", "pk")[:PEOPLE_MAX])


def regions(desk: Desk) -> list[Region]:
    """Regions with units that this desk plans."""
    where = regions_where(desk.user, Verb.ASSIGN, programme="units__programme", region="code")
    found = Region.objects.filter(where, units__programme=desk.programme).order_by("code").distinct()
    return list(found[:PEOPLE_MAX])
