"""What the environment says, and what it says wrong."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend.settings import database, flag, listed, text, whole


def test_a_setting_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "told").write_text("1\n")
    for name in ("A_TEXT", "A_FLAG", "A_NUMBER", "A_LIST"):
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "told"))
    found = (text("A_TEXT", ""), flag("A_FLAG", False), whole("A_NUMBER", 0), listed("A_LIST", ""))
    assert found == ("1", True, 1, ["1"])


def test_a_setting_said_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "one")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "other"))
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY and SECRET_KEY_FILE are both set"):
        text("SECRET_KEY", "")


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL_FILE=.*/nothing: cannot be read"):
        text("DATABASE_URL", "")


def test_a_database_address_says_all_there_is_to_say() -> None:
    found = database("postgresql://samar:p%40ss@database:5432/samar?sslmode=require")
    told = {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    assert told == {
        "NAME": "samar",
        "USER": "samar",
        "PASSWORD": "p@ss",
        "HOST": "database",
        "PORT": "5432",
    }
    assert dict(found["OPTIONS"])["sslmode"] == "require"
