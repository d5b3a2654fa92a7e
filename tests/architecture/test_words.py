"""Every text of the pages is there in both languages, and compiled as it is written."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def words():
    spec = importlib.util.spec_from_file_location("words", ROOT / ".ci/words.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogue_holds_what_the_sources_say_and_nothing_else(words, monkeypatch, tmp_path):
    monkeypatch.setattr(words, "NEW", tmp_path)  # what lies in somebody's var/ is not committed
    made = words.catalogue(words.texts(), words.known())
    assert words.CATALOGUE.read_bytes() == words.written(made), "run make words"


def test_every_text_has_its_indonesian_with_the_same_placeholders(words, monkeypatch, tmp_path):
    monkeypatch.setattr(words, "NEW", tmp_path)
    assert words.untranslated(words.catalogue(words.texts(), words.known())) == []


def test_what_is_compiled_is_what_is_written(words):
    assert words.COMPILED.read_bytes() == words.compiled(words.CATALOGUE.read_bytes()), "run make words"
