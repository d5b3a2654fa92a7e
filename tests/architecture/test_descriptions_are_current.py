"""What Django writes from the code is committed as the code is: the API description and the migrations."""

import difflib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def backend(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backend", *command], cwd=ROOT, capture_output=True, text=True
    )


def test_docs_openapi_yaml_is_what_the_code_says(tmp_path):
    made = tmp_path / "openapi.yaml"
    answer = backend("spectacular", "--file", str(made), "--validate", "--fail-on-warn")
    assert answer.returncode == 0, answer.stderr
    committed = (ROOT / "docs/openapi.yaml").read_text().splitlines()
    diff = difflib.unified_diff(
        committed, made.read_text().splitlines(), "committed", "code", lineterm="", n=1
    )
    assert "\n".join(diff) == "", "run make openapi, read the difference, commit it"


def test_every_change_of_a_model_has_its_migration():
    answer = backend("makemigrations", "--check", "--dry-run")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_django_finds_nothing_to_complain_about():
    answer = backend("check", "--fail-level", "WARNING")
    assert answer.returncode == 0, answer.stderr
