"""The cast as pytest fixtures; see tests/world.py for who is who."""

import pytest

from backend.assignments.models import Assignment
from backend.checklists.models import Checklist
from backend.people.models import Programme
from backend.people.rules import Role
from tests import world
from tests.world import Person


@pytest.fixture
def programme(db: None) -> Programme:
    return world.programme()


@pytest.fixture
def checklist(db: None) -> Checklist:
    return world.checklist()


@pytest.fixture
def sari(programme: Programme) -> Person:
    return world.person("sari", Role.INSPECTOR)


@pytest.fixture
def rina(programme: Programme) -> Person:
    return world.person("rina", Role.INSPECTOR)


@pytest.fixture
def budi(programme: Programme) -> Person:
    return world.person("budi", Role.COORDINATOR, regions=("63.01", "63.02", "63.03"))


@pytest.fixture
def wati(programme: Programme) -> Person:
    return world.person("wati", Role.COORDINATOR, regions=("63.71",))


@pytest.fixture
def mira(programme: Programme) -> Person:
    return world.person("mira", Role.MANAGER)


@pytest.fixture
def dewi(programme: Programme) -> Person:
    return world.person("dewi", Role.CONSUMER)


@pytest.fixture
def agus(programme: Programme) -> Person:
    other = world.programme("papua", "Papua")
    roles = (Role.INSPECTOR, Role.COORDINATOR, Role.MANAGER, Role.CONSUMER)
    return world.person("agus", *roles, of=other, regions=("63", "91"))


@pytest.fixture
def root(db: None) -> Person:
    return world.person("root", administrator=True)


@pytest.fixture
def order(sari: Person, checklist: Checklist) -> Assignment:
    """Sari's order of today: the Samsat in Tanah Laut."""
    return world.order(sari)
