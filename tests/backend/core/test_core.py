"""The words of the language: problems, digests, ids, the clock."""

import time
from datetime import UTC, timedelta
from importlib import import_module
from pathlib import Path

import pytest

import backend
from backend.core import errors
from backend.core.clock import now
from backend.core.digests import base64url, sha256_bytes, sha256_text
from backend.core.ids import uuid7

ROOMS = sorted(path.parent.name for path in Path(backend.__file__).parent.glob("*/errors.py"))


def family(kind):
    return {kind}.union(*(family(child) for child in kind.__subclasses__()))


def problems():
    for room in ROOMS:
        import_module(f"backend.{room}.errors")
    ours = [problem for problem in family(errors.Problem) if problem.__module__.startswith("backend.")]
    return sorted(ours, key=lambda problem: (problem.__module__, problem.__name__))


@pytest.mark.parametrize(
    "problem", problems(), ids=lambda problem: f"{problem.__module__}.{problem.__name__}"
)
def test_every_problem_speaks_both_languages_and_ends_its_sentence(problem):
    for words in (problem.title(), problem.words_id):
        assert words[0].isupper()
        assert words[-1] in ".?!"
        assert len(words) < 200
    assert problem.title() != problem.words_id
    assert problem.code == problem.code.lower().replace(" ", "-").replace("_", "-")


def test_no_two_rooms_use_one_code_for_different_problems():
    owners = {}
    for problem in problems():
        if "code" in vars(problem):
            owners.setdefault(problem.code, []).append(problem)
    shared = {
        code: [problem.__name__ for problem in owning]
        for code, owning in owners.items()
        if not all(issubclass(a, b) or issubclass(b, a) for a in owning for b in owning)
    }
    assert shared == {}


class TooHot(errors.Conflict):
    """The coffee is
    too hot.

    Facts: `degrees`.
    """

    code = "too-hot"
    words_id = "Kopinya terlalu panas."


def test_a_problem_carries_its_facts_and_its_first_paragraph():
    problem = TooHot(degrees=95)
    assert (problem.title(), problem.facts) == ("The coffee is too hot.", {"degrees": 95})
    assert str(problem) == "The coffee is too hot. (degrees=95)"
    assert str(TooHot()) == "The coffee is too hot."


def test_a_digest_is_sha256_in_unpadded_base64url():
    empty = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
    assert (sha256_bytes(b""), sha256_text("")) == (empty, f"sha256:{empty}")
    assert base64url(b"\xff\xfe\xfd\xfc") == "__79_A"
    assert len(sha256_bytes(b"x" * 1_000_000)) == 43


def test_every_byte_of_a_text_counts():
    texts = ["é", "e\u0301", "é ", "É", "\ud800", "\x00"]  # the second looks like the first
    assert len({sha256_text(text) for text in texts}) == len(texts)


def test_ids_are_uuid_version_7_and_never_twice_the_same():
    ids = [uuid7() for _ in range(5_000)]
    assert {each.version for each in ids} == {7}
    assert len(set(ids)) == 5_000
    millisecond = uuid7().int >> 80
    assert abs(millisecond - time.time() * 1000) < 5_000


def test_the_clock_says_its_zone():
    assert now().tzinfo is UTC
    assert timedelta(0) <= now() - now() + timedelta(seconds=1)
