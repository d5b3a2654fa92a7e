"""The API is what its description says: whatever schemathesis makes out of docs/openapi.yaml, sent by each kind of
person to the real WSGI application, is answered without a 5xx, and as described.

    CONTRACT_EXAMPLES=200 python -m pytest tests/contract      the long form: as many examples of each operation
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.wsgi import application
from tests.backend.sync.phone import PIECE_TYPE
from tests.contract.actors import people, things, well_named

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
WHO = ["administrator", "manager", "coordinator", "inspector", "consumer", "nobody"]
WITH_MISTAKES = {"administrator", "inspector"}  # a form is read before it matters whose it is
# Operations that must have gone well at least once; a world in which all is refused would prove little.
WENT_WELL_MIN = {
    "administrator": 25,
    "manager": 40,
    "coordinator": 35,
    "inspector": 27,
    "consumer": 25,
    "nobody": 1,  # signing out of a browser
}


@schemathesis.serializer(PIECE_TYPE, "application/zip")
def piece(context: Any, value: Any) -> bytes:
    """Pieces of photos and zips are bytes; what stands for them in a made-up case is written as text."""
    return value if isinstance(value, bytes) else str(getattr(value, "data", value)).encode()


@pytest.fixture(scope="module")
def schema() -> Any:
    load_all_checks()
    return schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))


@pytest.fixture
def quick_passwords(settings):
    """A sign-in costs what it costs, which is tried elsewhere."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


@contextmanager
def undone() -> Iterator[None]:
    """Every example meets the same world. A request that begins or ends would let go of the connection, which here
    is the test's own, in its transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def asked(case: Any, token: str | None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with undone():
        return case.call(
            app=application,
            base_url="http://127.0.0.1",
            headers=headers,
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},  # every server says it
            buffered=True,
        )


def examples(operation: Any, mode: GenerationMode, known: dict[str, list[Any]]) -> Any:
    """Cases of an operation whose names mostly name something."""

    @st.composite
    def cases(draw: Any) -> Any:
        case, random = draw(operation.as_strategy(generation_mode=mode)), draw(st.randoms())
        case.path_parameters = well_named(case.path_parameters, known, random)
        case.query = well_named(case.query, known, random)
        case.body = well_named(case.body, known, random)
        return case

    return cases()


def tried(operation: Any, mode: GenerationMode, known: dict[str, list[Any]], token: str | None) -> set[int]:
    """The statuses that so many examples got; each answer is as described."""
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize="CONTRACT_EXAMPLES" not in os.environ,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(examples(operation, mode, known))
    def try_one(case: Any) -> None:
        answer = asked(case, token)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    try:
        try_one()
    except Unsatisfiable:  # an operation without parameters takes nothing that could be wrong
        assert mode is GenerationMode.NEGATIVE
    return statuses


@pytest.mark.parametrize("who", WHO)
def test_every_answer_is_one_that_was_described(who, schema, programme, quick_passwords):
    cast = people()
    known, token = things(cast), cast[who] and cast[who].token
    found = {}
    for operation in (one.ok() for one in schema.get_all_operations()):
        found[operation.label] = tried(operation, GenerationMode.POSITIVE, known, token)
        if who in WITH_MISTAKES:
            found[operation.label] |= tried(operation, GenerationMode.NEGATIVE, known, token)
        if who == "nobody" and {} not in operation.definition.raw.get("security", [{}]):
            assert found[operation.label] <= {401, 404}, operation.label
    well = {label for label, statuses in found.items() if min(statuses) < 300}
    assert len(well) >= WENT_WELL_MIN[who]
